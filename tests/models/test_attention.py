"""Attention over maps, against PyTorch's own attention and Transformer layers over tokens."""

import copy
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from models.layers.attention import (
    AttentionMix,
    AttentionWeights,
    PositionEmbedding,
    attention_mix,
    attention_weights,
    split_heads,
)
from models.layers.dropout import StochasticDepth
from models.layers.normalization import ChannelNorm, channels_first
from models.networks.mini_vit import DEPTH, DROP_PATH, DROPOUT, HEADS, WIDTH, MiniViT, TransformerBlock
from tests.models.nets import close, examples, randomize, tokens

sizes = st.tuples(
    st.integers(1, 3), st.integers(1, 4), st.integers(1, 5), st.integers(1, 4), st.integers(1, 4)
)
"""Images, heads, numbers of a head, height, width."""


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def as_tokens(maps: Tensor) -> Tensor:
    """(B, D, H, W) → (B, N, D)."""
    return channels_first(maps.flatten(2))


@examples(60)
@given(sizes, st.floats(0.1, 5))
def test_weights_and_mix_equal_pytorchs_attention(size: tuple[int, ...], scale: float) -> None:
    batch, heads, d, height, width = size
    qkv = random(batch, 3 * heads * d, height, width) * scale
    query, key, value = split_heads(qkv, heads)
    assert query.shape == (batch, heads, height * width, d)
    for number, part in enumerate((query, key, value)):
        maps = qkv[:, number * heads * d : (number + 1) * heads * d]
        assert torch.equal(part.transpose(1, 2).flatten(2), as_tokens(maps))
    weights = attention_weights(qkv, heads, d)
    assert weights.shape == (batch, heads, height * width, height * width)
    assert close(weights.sum(-1), torch.ones(weights.shape[:-1]), 1e-12)
    expected = F.scaled_dot_product_attention(query, key, value)
    mixed = attention_mix(weights, qkv)
    assert mixed.shape == (batch, heads * d, height, width)
    assert close(as_tokens(mixed), expected.transpose(1, 2).flatten(2), 1e-12)


@examples(30)
@given(sizes)
def test_a_branch_of_1x1_convolutions_equals_pytorchs_multihead_attention(size: tuple[int, ...]) -> None:
    batch, heads, d, height, width = size
    channels = heads * d
    oracle = nn.MultiheadAttention(channels, heads, batch_first=True, dtype=torch.float64).eval()
    x = random(batch, channels, height, width)
    with torch.no_grad():
        oracle.in_proj_bias.copy_(random(3 * channels, seed=1))
        weight = oracle.in_proj_weight[:, :, None, None]
        qkv = F.conv2d(x, weight, oracle.in_proj_bias)
        weights = AttentionWeights(heads, d)(qkv)
        out = oracle.out_proj
        mixed = F.conv2d(AttentionMix()(weights, qkv), out.weight[:, :, None, None], out.bias)
        expected, looks = oracle(*[as_tokens(x)] * 3, average_attn_weights=False)
    assert close(as_tokens(mixed), expected, 1e-10) and close(weights, looks, 1e-10)


@examples(40)
@given(sizes, st.sampled_from([1e-12, 1e-5, 0.1]))
def test_channel_norm_equals_pytorchs_layer_norm_of_tokens(size: tuple[int, ...], eps: float) -> None:
    batch, _, channels, height, width = size
    norm = ChannelNorm(channels, eps).double()
    randomize(norm)
    oracle = nn.LayerNorm(channels, eps, dtype=torch.float64)
    oracle.load_state_dict(norm.state_dict())
    x = random(batch, channels, height, width)
    with torch.no_grad():
        assert close(as_tokens(norm(x)), oracle(as_tokens(x)), 1e-10)


def test_a_block_equals_pytorchs_transformer_layer() -> None:
    block = randomize(TransformerBlock(WIDTH, HEADS, DROP_PATH)).double().eval()
    oracle = nn.TransformerEncoderLayer(
        WIDTH, HEADS, 2 * WIDTH, activation="gelu", batch_first=True, norm_first=True, dtype=torch.float64
    ).eval()
    names = {
        "self_attn.in_proj_": "qkv.", "self_attn.out_proj.": "proj.", "linear1.": "expand.",
        "linear2.": "reduce.", "norm1.": "norm1.", "norm2.": "norm2.",
    }  # fmt: skip
    ours = block.state_dict()
    state = {
        theirs + kind: ours[name + kind].flatten(1) if ours[name + kind].ndim > 1 else ours[name + kind]
        for theirs, name in names.items()
        for kind in ("weight", "bias")
    }
    oracle.load_state_dict(state)
    x = random(2, WIDTH, 7, 7)
    with torch.no_grad():
        assert close(as_tokens(block(x)), oracle(as_tokens(x)), 1e-10)


def test_a_transformer_drops_out_in_four_places_each_a_layer_of_its_own() -> None:
    network = MiniViT()
    dropouts = {name for name, part in network.named_modules() if isinstance(part, nn.Dropout)}
    of_blocks = {
        f"block{n}.{name}"
        for n in range(1, DEPTH + 1)
        for name in ("drop_weights", "drop1", "drop_hidden", "drop2")
    }
    assert dropouts == {"embed.drop"} | of_blocks
    assert {network.get_submodule(name).p for name in dropouts} == {DROPOUT}
    paths = [part for part in network.modules() if isinstance(part, StochasticDepth)]
    assert [part.p for part in paths] == pytest.approx(
        [DROP_PATH * n / DEPTH for n in range(1, DEPTH + 1) for _ in (1, 2)]
    )
    assert {part.variant for part in paths} == {"row"}


def test_the_training_network_drops_at_each_of_them() -> None:
    """In training mode each dropout, and it alone, makes two passes differ."""
    for layer in ("embed.drop", *(f"block1.{n}" for n in ("drop_weights", "drop1", "path1", "drop_hidden"))):
        network = randomize(MiniViT()).eval()
        part: Any = network.get_submodule(layer)
        part.p = 0.5
        x = torch.randn(8, 1, 28, 28)
        with torch.no_grad():
            assert torch.equal(network(x), network(x))
            part.train()
            assert not torch.equal(network(x), network(x))


def test_without_positions_the_order_of_the_patches_does_not_matter() -> None:
    """What the docstring of PositionEmbedding says."""
    module, _ = tokens()
    module = copy.deepcopy(module).double()
    x = random(2, 2, 12, 8)
    shuffled = torch.cat([x[..., 4:8, :], x[..., :4, :], x[..., 8:, :]], 2)
    with torch.no_grad():
        assert not close(module(x), module(shuffled), 1e-3)
        position = module.get_submodule("position")
        assert isinstance(position, PositionEmbedding)
        position.weight.zero_()
        assert close(module(x), module(shuffled), 1e-10)


def test_positions_are_added_to_every_image_and_layers_print_their_settings() -> None:
    position = PositionEmbedding(3, 2, 4)
    x = torch.randn(5, 3, 2, 4)
    with torch.no_grad():
        assert torch.equal(position(x), x + position.weight)
    assert 0 < float(position.weight.detach().abs().max()) < 0.1
    assert repr(position) == "PositionEmbedding(3, 2, 4)"
    assert repr(AttentionWeights(4, 16)) == "AttentionWeights(num_heads=4, head_dim=16)"
    assert not list(AttentionWeights(4, 16).parameters()) and not list(AttentionMix().parameters())
