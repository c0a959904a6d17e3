"""The four steps by hand: mean, variance, normalise, scale and shift. In whatever precision the tensor has."""

from dataclasses import dataclass
from math import prod

from torch import Tensor

from models.layers.normalization import Norm, shared, spread
from models.normalization.layer import Layer


@dataclass(frozen=True)
class Steps:
    """`mean` and `variance` fit elementwise to x (B, C, …), which the others have the shape of.

    normalized = centred / √(variance + eps); y = gamma · normalized + beta.
    """

    mean: Tensor
    variance: Tensor
    centred: Tensor
    normalized: Tensor
    y: Tensor


def by_hand(x: Tensor, layer: Layer) -> Steps:
    """The steps one by one, with sums and quotients alone."""
    if layer.statistics == "running":
        assert layer.running is not None
        mean, variance = (
            spread(each.to(x.dtype), x.shape, "batch")
            for each in (layer.running.mean, layer.running.variance)
        )
    else:
        mean, variance = own(x, layer.method, layer.groups)
    centred = x if layer.method == "rms" else x - mean
    normalized = centred / (variance + layer.eps).sqrt()
    gamma, beta = (each.to(x.dtype).view(-1, *[1] * (x.ndim - 2)) for each in (layer.gamma, layer.beta))
    return Steps(mean, variance, centred, normalized, normalized * gamma + beta)


def own(x: Tensor, method: Norm, groups: int) -> tuple[Tensor, Tensor]:
    """The mean and biased variance that each element of `x` shares, elementwise fitting: Σx/n and Σ(x - mean)²/n."""
    seen, axes = shared(x, method, groups)
    count = prod(seen.shape[axis] for axis in axes)
    mean = seen.sum(axes, keepdim=True) / count
    if method == "rms":
        mean = mean.new_zeros(mean.shape)
    variance = (seen - mean).square().sum(axes, keepdim=True) / count
    mean, variance = (each.flatten() for each in (mean, variance))
    return tuple(_fitting(each, x, method, groups) for each in (mean, variance))  # type: ignore[return-value]


def _fitting(values: Tensor, x: Tensor, method: Norm, groups: int) -> Tensor:
    """One number a set, in the order of the sets, so that it fits elementwise to `x`."""
    if method == "group":
        values = values.view(len(x), groups)
    return spread(values, x.shape, method, groups)
