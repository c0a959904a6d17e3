"""What Hypothesis may ask of the convolution lab, and PyTorch's own answer to it, found without our formulas."""

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from torch import Tensor, nn

MODES = ("zeros", "reflect", "replicate", "circular")
RULES = ("valid", "same_pytorch", "same_tensorflow", "full")
pairs = st.tuples(st.integers(1, 4), st.integers(1, 4))


@dataclass(frozen=True)
class Question:
    """A request on a grid of numbers, with its tensors: x (C, H, W), weight (O, C / groups, k_h, k_w), bias (O,)."""

    x: Tensor
    weight: Tensor
    bias: Tensor
    settings: dict[str, Any]

    @property
    def body(self) -> dict[str, Any]:
        kernels = [
            {"kind": "values", "values": values.tolist(), "bias": float(bias)}
            for values, bias in zip(self.weight, self.bias, strict=True)
        ]
        return {"input": {"kind": "grid", "values": self.x.tolist()}, "kernels": kernels, **self.settings}

    @property
    def slid(self) -> Tensor:
        """The kernels as they slide."""
        return self.weight.flip(2, 3) if self.settings["flip"] else self.weight


@st.composite
def questions(draw: DrawFn, transposed: bool = False, largest: int = 12) -> Question:
    """Any setting on a small grid, those that cannot be among them."""
    groups, per_group = draw(st.sampled_from([(1, 1), (1, 2), (1, 3), (2, 1), (3, 1)]))
    count = groups * draw(st.integers(1, 8 // groups))
    size = draw(st.tuples(st.integers(1, largest), st.integers(1, largest)))
    kernel_size = draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    stride, dilation = draw(pairs), draw(pairs)
    sides = draw(st.tuples(*[st.integers(0, 6)] * 4))
    rules = st.sampled_from(RULES)
    settings: dict[str, Any] = {"stride": stride, "dilation": dilation, "groups": groups}
    if transposed:
        symmetric = (sides[0], sides[0], sides[2], sides[2])
        settings |= {"mode": "transposed", "padding": draw(rules | st.just(symmetric) | st.just(sides))}
        settings["output_padding"] = draw(st.tuples(st.integers(0, 3), st.integers(0, 3)) | st.just((0, 0)))
    else:
        settings |= {"padding": draw(rules | st.just(sides)), "padding_mode": draw(st.sampled_from(MODES))}
        if draw(st.booleans()):
            settings["stride"] = (1, 1)
    pooling = st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["max", "average"]),
            "kernel_size": pairs,
            "stride": pairs,
            "ceil_mode": st.booleans(),
        }
    )
    settings |= {"flip": draw(st.booleans()), "relu": draw(st.booleans())}
    settings["pooling"] = draw(st.none() | pooling)
    generator = torch.Generator().manual_seed(draw(st.integers(0, 1000)))
    x = torch.randn(groups * per_group, *size, generator=generator)
    weight = torch.randn(count, per_group, *kernel_size, generator=generator)
    return Question(x, weight, torch.randn(count, generator=generator), settings)


def tensorflow_same(size: int, reach: int, stride: int) -> tuple[int, int]:
    """As https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2 writes it, for a kernel of that reach."""
    rest = size % stride
    total = max(reach - (stride if rest == 0 else rest), 0)
    return total // 2, total - total // 2


def sides_of(question: Question) -> tuple[int, int, int, int]:
    """The padding at the top, bottom, left and right, by the published rules; not for PyTorch's same."""
    padding, stride, dilation = (question.settings[name] for name in ("padding", "stride", "dilation"))
    reach = [d * (k - 1) + 1 for k, d in zip(question.weight.shape[2:], dilation, strict=True)]
    if padding == "valid":
        return 0, 0, 0, 0
    if padding == "full":
        return reach[0] - 1, reach[0] - 1, reach[1] - 1, reach[1] - 1
    if padding == "same_tensorflow":
        height, width = question.x.shape[1:]
        return (*tensorflow_same(height, reach[0], stride[0]), *tensorflow_same(width, reach[1], stride[1]))
    return padding  # type: ignore[no-any-return]


def padded(x: Tensor, sides: tuple[int, int, int, int], mode: str) -> Tensor:
    """(C, H, W) with pixels added. Raises RuntimeError where PyTorch cannot."""
    top, bottom, left, right = sides
    how = "constant" if mode == "zeros" else mode
    return F.pad(x[None], (left, right, top, bottom), mode=how)[0]


def convolved(question: Question) -> Tensor:
    """PyTorch's convolution. Raises RuntimeError or ValueError where it cannot."""
    settings = question.settings
    if settings["padding"] == "same_pytorch":
        count, _, *size = question.weight.shape
        layer = nn.Conv2d(
            len(question.x),
            count,
            (size[0], size[1]),
            settings["stride"],
            "same",
            settings["dilation"],
            settings["groups"],
            padding_mode=settings["padding_mode"],
        )
        with torch.no_grad():
            layer.weight.copy_(question.slid)
            layer.bias.copy_(question.bias)  # type: ignore[union-attr]
            return layer(question.x[None])[0]  # type: ignore[no-any-return]
    x = padded(question.x, sides_of(question), settings["padding_mode"])
    return F.conv2d(
        x[None],
        question.slid,
        question.bias,
        settings["stride"],
        0,
        settings["dilation"],
        settings["groups"],
    )[0]


def transposed(question: Question) -> Tensor:
    """PyTorch's transposed convolution. Raises RuntimeError where it cannot, ValueError where we mean that it cannot."""
    settings = question.settings
    (count, depth, *size), groups = question.slid.shape, settings["groups"]
    weight = torch.empty(len(question.x), count // groups, *size)
    for o in range(count):
        for c in range(depth):
            weight[o // (count // groups) * depth + c, o % (count // groups)] = question.slid[o, c]
    padding, extra = settings["padding"], settings["output_padding"]
    rest = (groups, settings["dilation"])
    if padding in ("same_pytorch", "full"):
        raise ValueError
    if padding == "same_tensorflow":
        # The gradient of the convolution that TensorFlow pads to ceil(size / stride), as it defines this layer.
        if extra != (0, 0):
            raise ValueError
        large = [s * n for s, n in zip(settings["stride"], question.x.shape[1:], strict=True)]
        reach = [d * (k - 1) + 1 for k, d in zip(size, settings["dilation"], strict=True)]
        sides = [tensorflow_same(*numbers) for numbers in zip(large, reach, settings["stride"], strict=True)]
        before = torch.zeros(1, count, *large, requires_grad=True)
        y = F.pad(before, (*sides[1], *sides[0]))
        y = F.conv2d(y, weight, None, settings["stride"], 0, settings["dilation"], groups)
        (gradient,) = torch.autograd.grad(y, before, question.x[None])
        return (gradient + question.bias[:, None, None])[0]
    top, bottom, left, right = (0, 0, 0, 0) if padding == "valid" else padding
    if (top, left) != (bottom, right):
        raise ValueError
    return F.conv_transpose2d(
        question.x[None], weight, question.bias, settings["stride"], (top, left), extra, *rest
    )[0]


def followed(question: Question, y: Tensor) -> Tensor:
    """ReLU and pooling. Raises RuntimeError where PyTorch cannot."""
    if question.settings["relu"]:
        y = y.relu()
    pooling = question.settings["pooling"]
    if pooling is None:
        return y
    pool = F.max_pool2d if pooling["kind"] == "max" else F.avg_pool2d
    return pool(y[None], pooling["kernel_size"], pooling["stride"], 0, ceil_mode=pooling["ceil_mode"])[0]
