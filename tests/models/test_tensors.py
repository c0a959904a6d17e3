"""Arrays on the wire: what goes in comes out."""

import base64
from math import prod

import numpy as np
import orjson
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from models.errors import Refused
from models.tensors import MAX_LIST, Encoding, Tensor, decode, encode
from tests.models.nets import examples

ENCODINGS: tuple[Encoding, ...] = ("list", "float32", "uint8")
values = st.floats(-(2.0**123), 2.0**123, width=32)


@st.composite
def arrays(draw: DrawFn) -> torch.Tensor:
    """Arrays of one to four axes, some with constant maps, some laid out as channels-last."""
    shape = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    if draw(st.booleans()):
        numbers = draw(st.lists(values, min_size=prod(shape), max_size=prod(shape)))
    else:
        numbers = [draw(values)] * prod(shape)
    x = torch.tensor(numbers, dtype=torch.float32).view(shape)
    if x.ndim == 4 and draw(st.booleans()):
        x = x.contiguous(memory_format=torch.channels_last)
    return x


def maps(x: torch.Tensor) -> torch.Tensor:
    """One row for each map: the last two axes where there are three or more, else the last."""
    return x.flatten(-2).flatten(0, -2) if x.ndim >= 3 else x.reshape(-1, x.shape[-1])


def over_the_wire(tensor: Tensor) -> Tensor:
    """What a client reads of what the server wrote."""
    return Tensor.model_validate(orjson.loads(orjson.dumps(tensor.__dict__)))


@examples(100)
@given(arrays(), st.sampled_from(ENCODINGS))
def test_shape_and_range_are_true_in_every_encoding(x: torch.Tensor, encoding: Encoding) -> None:
    tensor = over_the_wire(encode(x, encoding))
    assert tensor.shape == list(x.shape)
    rows = maps(x)
    assert tensor.lo == [float(row.min()) for row in rows]
    assert tensor.hi == [float(row.max()) for row in rows]
    assert (tensor.dtype, tensor.encoding) == {
        "list": ("float32", "list"),
        "float32": ("float32", "base64"),
        "uint8": ("uint8", "base64"),
    }[encoding]


@examples(100)
@given(arrays(), st.sampled_from(["list", "float32"]))
def test_lists_and_float32_come_back_to_the_bit(x: torch.Tensor, encoding: Encoding) -> None:
    assert torch.equal(decode(over_the_wire(encode(x, encoding))), x)


@examples(150)
@given(arrays())
def test_uint8_comes_back_within_half_a_level(x: torch.Tensor) -> None:
    back = decode(over_the_wire(encode(x, "uint8")))
    assert back.shape == x.shape
    for row, restored in zip(maps(x).double(), maps(back).double(), strict=True):
        level = float(row.max() - row.min()) / 255
        rounding = 1e-6 * float(row.abs().max()) + 1e-44
        assert float((row - restored).abs().max()) <= level / 2 + rounding


def test_steps_between_levels_may_be_too_small_for_float32() -> None:
    x = torch.tensor([[0.0, 1e-43, 1.4e-45]])
    back = decode(over_the_wire(encode(x, "uint8")))
    assert float((back.double() - x.double()).abs().max()) <= 1e-43 / 255 / 2 + 1.4e-45


@pytest.mark.parametrize("value", [0.0, -2.5, 1e-40, 1e37])
def test_constant_maps_are_level_0(value: float) -> None:
    x = torch.full((2, 3, 3), value)
    tensor = encode(x, "uint8")
    assert base64.b64decode(tensor.data) == bytes(18)
    assert torch.equal(decode(tensor), x)


@pytest.mark.parametrize("largest", [1e-44, 1e-38, 1e-25, 1.0, 1e37])
def test_a_range_of_any_size_takes_all_levels(largest: float) -> None:
    x = torch.tensor([[[0.0, largest]]])
    tensor = encode(x, "uint8")
    assert list(base64.b64decode(tensor.data)) == [0, 255]
    assert float(decode(tensor).max()) == pytest.approx(float(x.max()), rel=1e-5)


def test_the_extremes_take_the_outermost_levels() -> None:
    tensor = encode(torch.tensor([[[-1.0, 0.0], [0.25, 3.0]]]), "uint8")
    assert list(base64.b64decode(tensor.data)) == [0, 64, 80, 255]


def test_bytes_are_little_endian_in_c_order() -> None:
    x = torch.arange(12.0).view(1, 3, 2, 2).contiguous(memory_format=torch.channels_last)
    raw = base64.b64decode(encode(x, "float32").data)
    assert np.frombuffer(raw, "<f4").tolist() == list(range(12))


def test_long_lists_are_refused_with_advice() -> None:
    assert encode(torch.zeros(MAX_LIST), "list").shape == [MAX_LIST]
    with pytest.raises(Refused, match="uint8") as refusal:
        encode(torch.zeros(1, MAX_LIST + 1), "list")
    assert (refusal.value.code, refusal.value.field) == ("too-many-numbers", "tensors")
    assert encode(torch.zeros(1, MAX_LIST + 1), "uint8").lo == [0]
