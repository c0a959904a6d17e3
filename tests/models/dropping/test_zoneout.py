"""The recurrent states with dropout and with zoneout against the same recurrence by hand, in float64."""

from typing import Any

import pytest
import torch
from torch import Tensor

from models.errors import Refused
from models.networks.weights import load_network
from models.recorder import Record, run
from tests.models.dropping.asking import asked, grid, of_network, seeded, tensor, tensor_of
from tests.models.nets import close, parsed

SOURCE = of_network("conv4.act", 3, 8)


def zoneout(source: dict[str, Any] = SOURCE, **params: Any) -> Any:
    found = asked({"source": source, "record": [], "at": {"b": 1, "c": 0}, "zoneout": params}).zoneout
    assert found is not None
    return found


def by_hand(x: Tensor, mask: Tensor, rule: str, p: float) -> Tensor:
    """The states (28, hidden) for a picture (28, 28), in float64; `mask` (28, hidden)."""
    a = load_network("row_gru").network.steps["rows"].arguments
    w_x, w_h, b_x, b_h = (
        a[name].detach().double() for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    h = torch.zeros(w_h.shape[1], dtype=torch.float64)
    states = []
    for row, keeps in zip(x.double(), mask.double(), strict=True):
        r_x, z_x, n_x = (w_x @ row + b_x).chunk(3)
        r_h, z_h, n_h = (w_h @ h + b_h).chunk(3)
        z = torch.sigmoid(z_x + z_h)
        new = (1 - z) * torch.tanh(n_x + torch.sigmoid(r_x + r_h) * n_h) + z * h
        h = {"clean": new, "zoneout": keeps * new + (1 - keeps) * h, "dropout": keeps * new / (1 - p)}[rule]
        states.append(h)
    return torch.stack(states)


@pytest.mark.parametrize("p", [0.1, 0.4])
def test_the_traces_are_the_recurrence_by_hand(p: float) -> None:
    found = zoneout(p=p, seed=5, units=6)
    hidden = found.hidden
    picture = tensor_of(SOURCE).inputs[1, 0]  # type: ignore[index]
    mask = torch.empty(1, hidden, 28, 1).bernoulli_(1 - p, generator=seeded(5))[0, :, :, 0].T
    assert found.steps == 28 and len(found.units) == 6 and found.member == 1
    assert torch.equal(tensor(found, "mask"), mask[:, found.units])
    clean = by_hand(picture, mask, "clean", p)
    for rule in ("clean", "dropout", "zoneout"):
        states = by_hand(picture, mask, rule, p)
        size = float(states.abs().max())
        assert close(tensor(found, rule).double(), states[:, found.units], 1e-4), size
        if rule != "clean":
            off = (states - clean).square().mean(1).sqrt().tolist()
            assert getattr(found.strays, rule) == pytest.approx(off, rel=1e-3, abs=1e-5)
    assert found.size == pytest.approx(clean.square().mean(1).sqrt().tolist(), rel=1e-4, abs=1e-6)
    assert clean.std(0)[found.units].min() >= clean.std(0).sort(descending=True).values[5] - 1e-5


def test_the_predictions_are_those_of_a_run_with_the_same_seed() -> None:
    loaded = load_network("row_gru")
    found = zoneout(p=0.3, seed=9)
    batch = tensor_of(SOURCE).inputs[1:]  # type: ignore[index]
    for rule in ("none", "dropout", "zoneout"):
        change = {"kind": "recurrent", "layer": "rows", "rule": rule, "p": 0.3, "seed": 9}
        record = Record(frozenset({"head"}), dropouts=frozenset({"rows"}))
        logits = run(loaded.network, batch, parsed(change), record).activations["head"][0]
        scores = getattr(found.predictions, "clean" if rule == "none" else rule)
        assert [each.index for each in scores] == logits.sort(descending=True).indices[:3].tolist()
        assert scores[0].probability == pytest.approx(float(logits.softmax(0).max()), rel=1e-4)


def test_zoneout_strays_less_than_dropout_and_nothing_where_nothing_is_dropped() -> None:
    """Over 40 throws, in the mean over all rows."""
    strays = [zoneout(p=0.2, seed=seed).strays for seed in range(40)]
    kept, dropped = (sum(sum(getattr(each, rule)) for each in strays) for rule in ("zoneout", "dropout"))
    assert kept < 0.5 * dropped
    none = zoneout(p=0)
    assert set(none.strays.zoneout) == set(none.strays.dropout) == {0.0}
    every = zoneout(p=1)
    assert float(tensor(every, "zoneout").abs().max()) == 0, "the state of before the first row is kept"
    assert every.strays.zoneout == pytest.approx(every.size) and every.strays.dropout == pytest.approx(
        every.size
    )


@pytest.mark.parametrize(
    "source", [grid(2, 1, 2, 2), of_network("flatten", 1, 2, network="efficientnet_lite0")]
)
def test_only_a_picture_of_28_rows_is_read(source: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        zoneout(source)
    assert (refused.value.code, refused.value.field) == ("wrong-kind", "zoneout")
