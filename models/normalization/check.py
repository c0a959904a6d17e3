"""The same layer computed twice over: PyTorch's own Module, and the four steps by hand."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from pydantic import BaseModel, Field
from torch import Tensor, nn

from models.layers.running import Running
from models.normalization.layer import Layer
from models.normalization.steps import by_hand

TOLERANCE = 1e-6
AT_ONCE = 1 << 17
"""Numbers that are compared together: small enough for the processor's cache in float64."""


class LayerCheck(BaseModel):
    """How far the steps are from PyTorch's layer.

    A difference counts in parts of max(1, |gamma| · (|x| + |mean|) / std + |beta|), the numbers that y is the sum
    of: rounding is in proportion to them.
    """

    layer: str = Field(description="PyTorch's layer as one would write it.")
    difference: float = Field(
        description="The largest difference between the steps in float32 and the layer."
    )
    by_hand: float = Field(description="The largest difference between the layer and the steps in float64.")
    tolerance: float
    agrees: bool = Field(description="Whether both differences are within the tolerance.")


@dataclass(frozen=True)
class Written:
    """One of PyTorch's layers: `text` as one would write it, `module` ready to run on (B, C, …).

    `last` where it normalises the last axis, so that the channels have to be moved there.
    """

    text: str
    module: nn.Module
    last: bool = False


def pytorch(layer: Layer, shape: torch.Size) -> Written:
    """PyTorch's layer for a tensor of `shape` (B, C, …), holding gamma, beta and the running statistics."""
    channels, eps = shape[1], layer.eps
    d = "2d" if len(shape) == 4 else "1d"
    module: nn.Module
    match layer.method:
        case "batch":
            module, text = _batch_norm(layer, channels, d)
        case "layer":
            size = list(shape[1:])
            module, text = nn.LayerNorm(size, eps), f"nn.LayerNorm({size}, eps={eps:g})"
        case "instance":
            kind = nn.InstanceNorm2d if d == "2d" else nn.InstanceNorm1d
            module = kind(channels, eps, affine=True)
            text = f"nn.InstanceNorm{d}({channels}, eps={eps:g}, affine=True)"
        case "group":
            module = nn.GroupNorm(layer.groups, channels, eps)
            text = f"nn.GroupNorm({layer.groups}, {channels}, eps={eps:g})"
        case "layer_channels":
            module, text = nn.LayerNorm(channels, eps), f"nn.LayerNorm({channels}, eps={eps:g})"
        case "rms":
            module, text = _WithBeta(channels, eps), f"nn.RMSNorm({channels}, eps={eps:g})"
        case "none":
            raise ValueError("without normalisation there is no layer")
    fitting = (-1, *[1] * (len(shape) - 2)) if layer.method == "layer" else (-1,)
    state = module.state_dict()
    state["weight"].copy_(layer.gamma.view(fitting))
    state["bias"].copy_(layer.beta.view(fitting))
    return Written(text, module.requires_grad_(False), layer.method in LAST)


def _batch_norm(layer: Layer, channels: int, d: str) -> tuple[nn.Module, str]:
    tracked = layer.running is not None
    kind = nn.BatchNorm2d if d == "2d" else nn.BatchNorm1d
    module = kind(channels, layer.eps, layer.momentum, track_running_stats=tracked)
    text = f"nn.BatchNorm{d}({channels}, eps={layer.eps:g}, momentum={layer.momentum}"
    if layer.running is not None:
        state = module.state_dict()
        state["running_mean"].copy_(layer.running.mean)
        state["running_var"].copy_(layer.running.variance)
        state["num_batches_tracked"].fill_(layer.running.batches)
    return module.train(layer.mode == "train"), text + (")" if tracked else ", track_running_stats=False)")


LAST = ("layer_channels", "rms")
"""Methods whose PyTorch layer normalises the last axis."""


class _WithBeta(nn.RMSNorm):
    """RMSNorm, which has no beta of its own, with one."""

    def __init__(self, channels: int, eps: float) -> None:
        super().__init__(channels, eps)
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """(B, …, C) → (B, …, C)."""
        return super().forward(x) + self.bias


def run(written: Written, x: Tensor) -> Tensor:
    """The layer's output for `x` (B, C, …). Raises ValueError, PyTorch's own, for statistics of a single value."""
    if isinstance(written.module, nn.InstanceNorm1d) and x.ndim == 2:
        x = x[:, :, None]  # PyTorch would take (B, C) for a single sequence
    if not written.last:
        return written.module(x)  # type: ignore[no-any-return]
    return written.module(x.movedim(1, -1)).movedim(-1, 1)  # type: ignore[no-any-return]


def compare(text: str, x: Tensor, layer: Layer, steps: Tensor, y: Tensor) -> LayerCheck:
    """The output of the `steps` in float32 and `y`, PyTorch's, beside each other and beside the steps in float64."""
    difference = hand = 0.0
    for axis, part in _parts(x, layer):
        its = _part(layer, part) if axis == 1 else layer
        found, mine, theirs = (
            each.narrow(axis, part.start, part.stop - part.start).double() for each in (x, steps, y)
        )
        exact = by_hand(found, its)
        gamma, beta = (each.double().abs().view(-1, *[1] * (x.ndim - 2)) for each in (its.gamma, its.beta))
        scale = (found.abs_() + exact.mean.abs()).mul_(gamma / (exact.variance + layer.eps).sqrt())
        scale = scale.add_(beta).clamp_(min=1)
        difference = max(difference, float(((mine - theirs).abs_() / scale).amax()))
        hand = max(hand, float(((theirs - exact.y).abs_() / scale).amax()))
    return LayerCheck(
        layer=text,
        difference=difference,
        by_hand=hand,
        tolerance=TOLERANCE,
        agrees=max(difference, hand) <= TOLERANCE,
    )


def _parts(x: Tensor, layer: Layer) -> Iterator[tuple[int, slice]]:
    """An axis along which no statistics are shared, and parts of it that are small in float64: channels or samples."""
    axis = 1 if layer.method == "batch" else 0
    count = x.shape[axis]
    step = max(1, AT_ONCE * count // x.numel())
    return ((axis, slice(first, min(first + step, count))) for first in range(0, count, step))


def _part(layer: Layer, channels: slice) -> Layer:
    running = layer.running and Running(layer.running.mean[channels], layer.running.variance[channels])
    return replace(layer, gamma=layer.gamma[channels], beta=layer.beta[channels], running=running)
