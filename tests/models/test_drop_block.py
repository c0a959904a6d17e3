"""DropBlock: squares where they fit, as often as the paper's formula says, and what is kept scaled up by what is missing."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.layers.drop_block import (
    DropBlock,
    block_mask,
    block_of,
    block_scale,
    drop_block,
    keep_probability,
    seed_probability,
)
from tests.models.nets import close, examples

sides = st.integers(1, 9)


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@examples(80)
@given(sides, sides, st.integers(1, 11), st.floats(0, 1), st.integers(0, 1000))
def test_a_mask_is_the_union_of_whole_blocks(height: int, width: int, size: int, p: float, seed: int) -> None:
    """Every zero lies in a block of zeros that fits into the map; so says a search through all places."""
    mask = block_mask((2, 3, height, width), p, size, seeded(seed))
    tall, wide = block_of((2, 3, height, width), size)
    assert (tall, wide) == (min(size, height), min(size, width))
    covered = torch.zeros_like(mask, dtype=torch.bool)
    for top in range(height - tall + 1):
        for left in range(width - wide + 1):
            part = (..., slice(top, top + tall), slice(left, left + wide))
            covered[part] |= (mask[part] == 0).flatten(2).all(2)[..., None, None]
    assert torch.equal(covered, mask == 0)
    assert ((mask == 0) | (mask == 1)).all() and mask.shape == (2, 3, height, width)


def test_gamma_is_the_papers() -> None:
    """Equation 1 for a square map: (1 - keep) / b² · f² / (f - b + 1)²."""
    assert seed_probability((1, 1, 14, 14), 0.1, 7) == pytest.approx(0.1 / 49 * 14**2 / 8**2)
    assert seed_probability((1, 1, 14, 14), 0, 7) == 0 and seed_probability((1, 1, 14, 14), 1, 7) == 1
    assert seed_probability((1, 1, 5, 9), 0.3, 1) == pytest.approx(0.3)
    with pytest.raises(ValueError, match="nan"):
        seed_probability((1, 1, 5, 9), math.nan, 1)


@pytest.mark.parametrize(("size", "p"), [(1, 0.3), (3, 0.2), (4, 0.5), (20, 0.4)])
def test_elements_are_kept_as_often_as_their_blocks_say(size: int, p: float) -> None:
    draws = 6000
    shape = (draws, 1, 6, 5)
    found = block_mask(shape, p, size, seeded(0)).double().mean(0)[0]
    expected = keep_probability(shape, p, size)
    assert ((found - expected).abs() <= 5 * (expected * (1 - expected) / draws).sqrt()).all()
    if size == 1:
        assert ((expected - (1 - p)).abs() < 1e-12).all()
    else:
        assert float(expected.mean()) >= 1 - p - 1e-12


def test_channels_and_samples_have_blocks_of_their_own() -> None:
    mask = block_mask((40, 30, 8, 8), 0.6, 3, seeded(1))
    assert len({tuple(each.flatten().tolist()) for each in mask.flatten(0, 1)}) > 900


@examples(20)
@given(st.floats(0, 0.9), st.integers(1, 5), st.integers(0, 100))
def test_what_is_kept_is_divided_by_the_share_kept(p: float, size: int, seed: int) -> None:
    x = torch.randn(2, 3, 7, 7, generator=seeded(seed))
    mask = block_mask(x.shape, p, size, seeded(seed))
    kept = float(mask.double().mean())
    expected = x.double() * mask / kept if kept else x.double() * 0
    assert close(drop_block(x, mask), expected)
    assert block_scale(mask) == pytest.approx(1 / kept if kept else 0)


def test_the_layer_drops_in_training_only() -> None:
    torch.manual_seed(0)
    x = torch.randn(2, 3, 9, 9)
    layer = DropBlock(0.3, 3)
    assert layer.eval()(x) is x
    y = layer.train()(x)
    assert (y == 0).any() and (y != 0).any()
    assert DropBlock(0, 3).train()(x) is x
    assert "p=0.3, block_size=3" in repr(layer)
