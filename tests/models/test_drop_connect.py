"""DropConnect drops weights: each by itself, scaled so that the expectation stays."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from models.layers.drop_connect import DropConnect, connect_mask, drop_connect
from tests.models.nets import close, examples


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@examples(30)
@given(st.floats(0, 0.95), st.integers(0, 1000))
def test_weights_are_kept_and_scaled_or_0(p: float, seed: int) -> None:
    weight = torch.randn(8, 4, 3, 3, generator=seeded(seed))
    mask = connect_mask(weight.shape, p, seeded(seed))
    assert torch.equal(mask, connect_mask(weight.shape, p, seeded(seed)))
    assert close(drop_connect(weight, mask, p), weight.double() * mask / (1 - p))


def test_the_mean_of_many_outputs_is_the_output() -> None:
    """A convolution is linear in its weights: dropping them keeps its expectation."""
    x = torch.randn(1, 4, 6, 6, generator=seeded(0))
    weight = torch.randn(3, 4, 3, 3, generator=seeded(1))
    source, p, draws = seeded(2), 0.4, 3000
    found = torch.stack(
        [F.conv2d(x, drop_connect(weight, connect_mask(weight.shape, p, source), p)) for _ in range(draws)]
    ).double()
    spread = found.std(0) / math.sqrt(draws)
    assert ((found.mean(0) - F.conv2d(x, weight)).abs() < 5 * spread).all()


def test_weights_are_dropped_by_themselves() -> None:
    """Two weights of one unit are both kept with (1 - p)², over 5,000 masks; a dropped activation takes all."""
    masks = torch.stack([connect_mask((2, 3), 0.3, seeded(seed)) for seed in range(5000)]).double()
    both = float((masks[:, 0, 1] * masks[:, 1, 1]).mean())
    assert abs(both - 0.49) < 5 * math.sqrt(0.49 * 0.51 / 5000)


def test_p_of_0_and_1_and_none_at_all() -> None:
    weight = torch.randn(3, 2, generator=seeded(0))
    assert torch.equal(drop_connect(weight, connect_mask(weight.shape, 0.0, seeded(0)), 0.0), weight)
    assert (drop_connect(weight, connect_mask(weight.shape, 1.0, seeded(0)), 1.0) == 0).all()
    for p in (-1e-9, 1.1, math.nan):
        with pytest.raises(ValueError, match="from 0 to 1"):
            connect_mask((2,), p)
        with pytest.raises(ValueError, match="from 0 to 1"):
            DropConnect(p)


def test_the_layer_drops_in_training_only() -> None:
    torch.manual_seed(0)
    weight = torch.randn(20, 20)
    layer = DropConnect(0.5)
    assert layer.eval()(weight) is weight
    left = layer.train()(weight)
    assert 100 < int((left == 0).sum()) < 300 and DropConnect(0).train()(weight) is weight
    assert "p=0.5" in repr(layer)
