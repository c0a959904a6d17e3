"""How an array is typed in a model and written on the wire."""

import base64
from collections.abc import Iterable
from math import prod
from typing import Any, Literal

import torch
from pydantic import BaseModel, Field

from models.errors import Refused

Encoding = Literal["list", "float32", "uint8"]
MAX_LIST = 1 << 18
BYTES: dict[Encoding, float] = {"list": 20, "float32": 4 * 4 / 3, "uint8": 4 / 3}
"""About how many bytes one number takes in an answer."""


class Tensor(BaseModel):
    """An array in C order, with the true range of each of its maps.

    A map is the last two axes where there are three or more, else the last axis.
    """

    shape: list[int]
    dtype: Literal["float32", "uint8"]
    encoding: Literal["list", "base64"]
    lo: list[float] = Field(description="The smallest value of each map, in every encoding.")
    hi: list[float] = Field(description="The largest value of each map.")
    data: Any = Field(
        description="Nested lists of numbers, or base64 of little-endian bytes. "
        "uint8 stands for lo + q · (hi - lo) / 255, with the lo and hi of its map."
    )


def check_list(numbers: int, encoding: Encoding) -> None:
    """Refused where a tensor of so many numbers is too large for `encoding`."""
    if encoding == "list" and numbers > MAX_LIST:
        raise Refused(
            "too-many-numbers",
            f"{numbers:,} numbers are too many to write as lists ({MAX_LIST:,} are allowed); "
            "ask for ?tensors=float32 or uint8, or for fewer channels.",
            "tensors",
        )


def check_answer(numbers: Iterable[int], encoding: Encoding, limit: int, advice: str) -> None:
    """Refused where tensors of so many numbers each are too large for `encoding`, or take more than `limit` bytes together.

    `advice` says what to ask for instead.
    """
    counts = list(numbers)
    for count in counts:
        check_list(count, encoding)
    if sum(counts) * BYTES[encoding] > limit:
        raise Refused(
            "answer-too-large",
            f"The answer would have {sum(counts):,} numbers; that is more than {limit / 2**20:,.0f} MiB. {advice}",
            "record",
        )


def encode(x: torch.Tensor, encoding: Encoding) -> Tensor:
    """Write `x`, of any shape and float32, as `encoding`. Refused above 2¹⁸ numbers as lists.

    The values are finite and their range in each map is a float32 number as well.
    """
    check_list(x.numel(), encoding)
    x = x.detach().contiguous()
    maps = x.reshape(prod(x.shape[:-2]) if x.ndim >= 3 else prod(x.shape[:-1]), -1)
    lo, hi = maps.amin(1), maps.amax(1)  # together twenty times as fast as aminmax(dim=1)
    if encoding == "list":
        data: Any = x.tolist()
    elif encoding == "float32":
        data = base64.b64encode(x.numpy().tobytes()).decode()
    else:
        width = torch.where(hi > lo, hi - lo, 1)
        levels = (maps - lo[:, None]).div_(width[:, None]).mul_(255).round_().clamp_(0, 255)
        data = base64.b64encode(levels.to(torch.uint8).numpy().tobytes()).decode()
    return Tensor.model_construct(
        shape=list(x.shape),
        dtype="uint8" if encoding == "uint8" else "float32",
        encoding="list" if encoding == "list" else "base64",
        lo=lo.tolist(),
        hi=hi.tolist(),
        data=data,
    )


def decode(tensor: Tensor) -> torch.Tensor:
    """The float32 values of a Tensor from the wire; from uint8, those of the 256 levels."""
    if tensor.encoding == "list":
        return torch.tensor(tensor.data, dtype=torch.float32).reshape(tensor.shape)
    raw = bytearray(base64.b64decode(tensor.data))
    if tensor.dtype == "float32":
        return torch.frombuffer(raw, dtype=torch.float32).reshape(tensor.shape)
    # In float64: a step between levels may be too small for float32.
    lo, hi = (torch.tensor(ends, dtype=torch.float64)[:, None] for ends in (tensor.lo, tensor.hi))
    levels = torch.frombuffer(raw, dtype=torch.uint8).reshape(len(lo), -1)
    return (lo + levels * ((hi - lo) / 255)).float().reshape(tensor.shape)
