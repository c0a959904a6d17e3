"""The GRU laid open against torch.nn.GRU, and its state with zoneout and dropout against a recurrence by hand."""

import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from models.layers.dropout import dropout_mask
from models.layers.gru import LastRow, RowGRU, StateRule, gru, row_gru
from models.layers.zoneout import Zoneout, expected_zoneout, zoneout
from tests.models.nets import close, examples


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def unit(features: int, hidden: int, seed: int) -> tuple[nn.GRU, dict[str, Tensor]]:
    torch.manual_seed(seed)
    module = nn.GRU(features, hidden, batch_first=True).requires_grad_(False)
    return module, {
        "weight_ih": module.weight_ih_l0,
        "weight_hh": module.weight_hh_l0,
        "bias_ih": module.bias_ih_l0,
        "bias_hh": module.bias_hh_l0,
    }


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def by_hand(x: Tensor, w: dict[str, Tensor], mask: Tensor | None, rule: StateRule, p: float) -> Tensor:
    """One number after another, in float64: the states (T, hidden) of one sequence (T, F)."""
    hidden = w["weight_hh"].shape[1]
    lists: dict[str, Any] = {key: value.double().tolist() for key, value in w.items()}
    h = [0.0] * hidden
    states = []
    for step, row in enumerate(x.double().tolist()):
        given_, old = [], []
        for gate in range(3 * hidden):
            given_.append(
                sum(a * b for a, b in zip(lists["weight_ih"][gate], row, strict=True))
                + lists["bias_ih"][gate]
            )
            old.append(
                sum(a * b for a, b in zip(lists["weight_hh"][gate], h, strict=True)) + lists["bias_hh"][gate]
            )
        new = []
        for i in range(hidden):
            r = sigmoid(given_[i] + old[i])
            z = sigmoid(given_[hidden + i] + old[hidden + i])
            n = math.tanh(given_[2 * hidden + i] + r * old[2 * hidden + i])
            value = (1 - z) * n + z * h[i]
            if mask is not None and rule == "zoneout":
                value = value if mask[i, step] else h[i]
            if mask is not None and rule == "dropout":
                value = value / (1 - p) if mask[i, step] else 0.0
            new.append(value)
        h = new
        states.append(h)
    return torch.tensor(states, dtype=torch.float64)


@examples(30)
@given(st.integers(1, 3), st.integers(1, 9), st.integers(1, 7), st.integers(1, 8), st.integers(0, 1000))
def test_with_nothing_dropped_it_is_pytorchs(b: int, t: int, f: int, hidden: int, seed: int) -> None:
    module, weights = unit(f, hidden, seed)
    x = torch.randn(b, t, f, generator=seeded(seed))
    assert close(gru(x, **weights), module(x)[0], 1e-6)


@examples(20)
@given(
    st.sampled_from(["none", "zoneout", "dropout"]),
    st.sampled_from([0.0, 0.2, 0.5, 1.0]),
    st.integers(0, 1000),
)
def test_the_state_is_the_recurrence_by_hand(rule: StateRule, p: float, seed: int) -> None:
    _, weights = unit(3, 4, seed)
    x = torch.randn(2, 6, 3, generator=seeded(seed))
    mask = dropout_mask((2, 4, 6), p, "element", seeded(seed)) if rule != "none" else None
    found = gru(x, **weights, state_mask=mask, rule=rule, p=p)
    for sample in range(2):
        of_sample = None if mask is None else mask[sample]
        if rule == "dropout" and p == 1:
            assert (found == 0).all()
        else:
            assert close(found[sample].double(), by_hand(x[sample], weights, of_sample, rule, p), 2e-6)


def test_zoneout_keeps_the_old_value_and_never_puts_0() -> None:
    _, weights = unit(5, 30, 0)
    x = torch.randn(4, 10, 5, generator=seeded(0))
    mask = dropout_mask((4, 30, 10), 0.5, "element", seeded(1))
    states = gru(x, **weights, state_mask=mask, rule="zoneout", p=0.5)
    kept = mask.transpose(1, 2)[:, 1:] == 0
    assert torch.equal(states[:, 1:][kept], states[:, :-1][kept])
    assert (states[:, 1:][~kept] != states[:, :-1][~kept]).all()
    all_kept = gru(x, **weights, state_mask=torch.zeros(4, 30, 10), rule="zoneout", p=1.0)
    assert (all_kept == 0).all()
    dropped = gru(x, **weights, state_mask=mask, rule="dropout", p=0.5)
    assert torch.equal(dropped == 0, mask.transpose(1, 2) == 0)


def test_zoneout_on_average_is_its_rule_outside_training() -> None:
    new, old = torch.randn(2, 5, generator=seeded(0)), torch.randn(2, 5, generator=seeded(1))
    draws, p = 4000, 0.3
    masks = dropout_mask((draws, 2, 5), p, "element", seeded(2))
    found = zoneout(new, old, masks).double()
    spread = (new - old).abs().double() * math.sqrt(p * (1 - p) / draws)
    assert ((found.mean(0) - expected_zoneout(new, old, p)).abs() < 5 * spread).all()
    layer = Zoneout(p)
    assert torch.equal(layer.eval()(new, old), expected_zoneout(new, old, p))
    torch.manual_seed(0)
    trained = layer.train()(new, old)
    assert ((trained == new) | (trained == old)).all()
    assert "p=0.3" in repr(layer)
    for wrong in (-0.1, 1.5, math.nan):
        with pytest.raises(ValueError, match="from 0 to 1"):
            Zoneout(wrong)


def test_rows_of_a_map_are_steps_and_the_last_row_is_the_end() -> None:
    torch.manual_seed(0)
    module = RowGRU(7, 5).eval().requires_grad_(False)
    x = torch.randn(3, 1, 6, 7)
    maps = module(x)
    assert maps.shape == (3, 5, 6, 1)
    weights = {name.removesuffix("_l0"): value for name, value in module.state_dict().items()}
    assert close(row_gru(x, **weights), maps, 1e-6)
    assert torch.equal(LastRow()(maps), maps[:, :, 5, 0])
    _, end = nn.GRU.forward(module, x[:, 0])
    assert close(LastRow()(maps), end[0], 1e-6)
