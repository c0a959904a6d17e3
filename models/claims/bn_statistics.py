"""Batch normalisation by hand: one mean and one variance a channel, and which variance is kept for later.

Source: Ioffe & Szegedy 2015, https://arxiv.org/abs/1502.03167, and
https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from models.claims.arriving import arriving, drawn, named, pictures, written
from models.claims.claim import Cell, Claim, Finding, both, found, table
from models.networks.weights import load_network
from models.views.describe import Words

LAYERS = (
    ("tiny_vgg_batch", "conv1.norm"),
    ("tiny_vgg_batch", "conv4.norm"),
    ("tiny_vgg_batch", "conv6.norm"),
    ("mini_resnet", "stem.norm"),
    ("mini_resnet", "block4.norm2"),
    ("mini_resnet", "block6.norm2"),
)
VECTORS = ("tiny_vgg_batch", "head")
"""The layer that is given a vector for each picture: as many values a channel as there are pictures."""
SIZES = (2, 3, 4)
SHOWN = 4
"""The batch in the table."""
CLOSE = 5e-5
"""As far as float32 may be from float64, relative to the largest output: less than n and n - 1 are apart here."""


@dataclass(frozen=True)
class Case:
    """One batch in one layer of training: how far PyTorch is from the formula, and what it stored."""

    name: Words
    size: int
    channels: int
    count: int
    biased: float
    unbiased: float
    kept: Tensor
    """The stored variance over the one that divides by the count: (C)."""

    @property
    def normalises(self) -> bool:
        """The formula gives what PyTorch gave."""
        return self.biased <= CLOSE and self.biased < self.unbiased

    @property
    def stores(self) -> bool:
        """What is stored is the very variance of the formula, in every channel."""
        return bool((self.kept - 1).abs().max() <= CLOSE)

    @property
    def row(self) -> list[Cell]:
        return [
            self.name,
            self.count,
            written(self.biased),
            written(self.unbiased),
            f"{float(self.kept.mean()):.5f}",
            f"{self.count / (self.count - 1):.5f}",
        ]


def by_hand(x: Tensor, step: dict[str, Any], correction: int) -> tuple[Tensor, Tensor]:
    """`x` (B, C, …) normalised in float64, sum by sum, and its variance (C); the squares divided by count - correction."""
    values = x.double().movedim(1, 0).flatten(1)
    count = values.shape[1]
    mean = values.sum(1, keepdim=True) / count
    variance = (values - mean).square().sum(1, keepdim=True) / (count - correction)
    normalised = (values - mean) / (variance + step["eps"]).sqrt()
    y = step["gamma"].double()[:, None] * normalised + step["beta"].double()[:, None]
    return y.reshape(x.movedim(1, 0).shape).movedim(0, 1), variance[:, 0]


def case(name: Words, x: Tensor, step: dict[str, Any]) -> Case:
    """PyTorch's layer in training mode, with momentum 1 so that it keeps this batch's statistics alone."""
    layer = (nn.BatchNorm2d if x.ndim == 4 else nn.BatchNorm1d)(x.shape[1], step["eps"], momentum=1.0)
    layer.load_state_dict({"weight": step["gamma"], "bias": step["beta"]}, strict=False)
    with torch.no_grad():
        y = layer.train()(x)
    assert layer.running_var is not None, "the layer keeps statistics"
    biased, variance = by_hand(x, step, 0)
    unbiased, _ = by_hand(x, step, 1)
    largest = max(1.0, float(y.abs().max()))
    apart, further = (float((y - other).abs().max()) / largest for other in (biased, unbiased))
    return Case(
        name, len(x), x.shape[1], x.numel() // x.shape[1], apart, further, layer.running_var / variance
    )


def cases(generator: torch.Generator) -> Iterator[Case]:
    """Every layer with batches of several sizes."""
    for network in dict.fromkeys(network for network, _ in LAYERS):
        layers = [layer for owner, layer in LAYERS if owner == network]
        x = pictures(drawn(max(SIZES), generator))
        steps = load_network(network).network.steps
        for layer, given in arriving(network, layers, x).items():
            for size in SIZES:
                yield case(named(network, layer), given[:size], dict(steps[layer].arguments))
    network, layer = VECTORS
    given = arriving(network, [layer], pictures(drawn(max(SIZES), generator)))[layer]
    plain = {"eps": 1e-5, "gamma": torch.ones(given.shape[1]), "beta": torch.zeros(given.shape[1])}
    name = both("A new layer on vectors of 96 features", "新建的层，输入 96 维特征向量")
    for size in SIZES:
        yield case(name, given[:size], plain)


def experiment(seed: int) -> Finding:
    """Real activations, normalised by PyTorch's layer in training mode and by hand in float64."""
    tried = [*cases(torch.Generator().manual_seed(seed))]
    channels = sum(case.channels for case in tried)
    right = sum(case.channels for case in tried if case.normalises)
    exact = all(((case.kept - case.count / (case.count - 1)).abs() <= CLOSE).all() for case in tried)
    furthest = max(float(case.kept.max()) for case in tried)
    return found(
        always=right == channels and all(case.stores for case in tried),
        within=right == channels,
        summary=both(
            f"Recomputed by hand, one mean and one variance over B×H×W gave what PyTorch’s layer gave in {right} of {channels} "
            f"channels. The variance that the layer stores is up to {furthest:.2f} times the one it normalises with"
            + (", n / (n − 1) in every case." if exact else "."),
            f"按公式手算，每个通道沿 B×H×W 取一个均值和一个方差，{channels} 个通道中有 {right} 个与 PyTorch 的层结果一致。"
            f"层里存下来的方差，最多是归一化所用方差的 {furthest:.2f} 倍"
            + ("，恰好都是 n / (n − 1) 倍。" if exact else "。"),
        ),
        condition=both(
            "For what normalises the batch in training. What the layer stores for inference is another variance: the squares "
            "divided by n − 1, not by n.",
            "就训练时对这一批做归一化而言成立。存下来供推理使用的是另一个方差：平方和除以 n − 1，而不是 n。",
        ),
        table=table(
            [
                both(f"Layer, {SHOWN} pictures", f"层（{SHOWN} 张图片）"),
                both("Values of a channel, n", "每个通道的数值个数 n"),
                both("Furthest from the formula with n", "除以 n：最大差异"),
                both("With n − 1", "除以 n − 1：最大差异"),
                both("Stored variance over the formula’s", "存下的方差与公式之比"),
                both("n / (n − 1)", "n / (n − 1)"),
            ],
            [case.row for case in tried if case.size == SHOWN],
        ),
        cases=channels,
    )


BN_STATISTICS = Claim(
    "bn-statistics",
    ("normalization",),
    both("What batch normalisation averages", "批归一化对哪些数求平均"),
    both(
        "Batch normalisation takes one mean and one variance for each channel, over all pictures of the batch and all places, "
        "dividing by their number n = B·H·W; with them it normalises, then scales and shifts the channel.",
        "批归一化对每个通道求一个均值和一个方差，统计范围是整批图片的所有位置，除数为数值个数 n = B·H·W；"
        "归一化之后，再对该通道做缩放和平移。",
    ),
    both(
        "Two variances are at work: the biased one, over n, normalises; the unbiased one, over n − 1, goes into the running "
        "variance. With thousands of values nobody notices; with four vectors the second is a third larger. In inference the layer "
        "takes no statistics at all and uses the stored ones.",
        "其实有两个方差：做归一化的是有偏方差（除以 n），计入滑动方差的是无偏方差（除以 n − 1）。数值成千上万时看不出差别，"
        "只有 4 个向量时，后者就比前者大三分之一。推理时这一层不再统计，直接用存下来的值。",
    ),
    experiment,
)
