"""One kernel for all places: does its response move along with what is seen?

The rule: the claim holds if response maps move along in every case that is tried, with conditions if they do wherever the
stride is 1, both orders see the picture's own pixels alone, and the strongest response moves along as well.

What strides and pooling break: Zhang 2019, https://arxiv.org/abs/1904.11486; what padding at the border tells: Kayhan &
van Gemert 2020, https://arxiv.org/abs/2003.07064.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from models.claims.arriving import drawn, written
from models.claims.claim import Cell, Claim, Finding, both, found, table
from models.heldout import held_out
from models.networks.weights import load_network
from models.versus.commuting import Commuting, Padding, Pooling
from models.versus.equivariance import EXACT
from models.views.describe import Words

NETWORK, LAYER = "tiny_vgg_batch", "conv1.conv"
CASES = 24
FURTHEST = 6
"""Pixels that a picture is shifted at most."""


@dataclass(frozen=True)
class Kind:
    """What is tried with `CASES` pictures, kernels and shifts; `odd` says of which shifts, None of all."""

    name: Words
    stride: int
    pooling: Pooling
    padding: Padding
    odd: bool | None
    inside: bool


KINDS = (
    Kind(both("Stride 1, inside the border", "步幅 1，边界以内"), 1, "none", "zeros", None, True),
    Kind(
        both("Stride 1, whole map, zeros around", "步幅 1，整张图，四周补零"), 1, "none", "zeros", None, False
    ),
    Kind(
        both("Stride 1, whole map, in a circle", "步幅 1，整张图，循环填充"),
        1,
        "none",
        "circular",
        None,
        False,
    ),
    Kind(
        both("Stride 2, even shifts, inside", "步幅 2，平移偶数像素，边界以内"),
        2,
        "none",
        "zeros",
        False,
        True,
    ),
    Kind(
        both("Stride 2, odd shifts, inside", "步幅 2，平移奇数像素，边界以内"), 2, "none", "zeros", True, True
    ),
    Kind(
        both("Pooling 2×2, even shifts, inside", "2×2 池化，平移偶数像素，边界以内"),
        1,
        "max",
        "zeros",
        False,
        True,
    ),
    Kind(
        both("Pooling 2×2, odd shifts, inside", "2×2 池化，平移奇数像素，边界以内"),
        1,
        "max",
        "zeros",
        True,
        True,
    ),
)


@dataclass(frozen=True)
class Case:
    """One picture shifted: the largest difference, relative to what the kernel can make of the picture at most."""

    error: float
    expected: bool
    peak: bool

    @property
    def equal(self) -> bool:
        return self.error <= EXACT


def measure(x: Tensor, shifting: Commuting, inside: bool) -> Case:
    """Both orders on one picture (1, 1, H, W)."""
    after = shifting.f(shifting.shift(x, shifting.dy, shifting.dx))
    before = shifting.f(x)
    counted = shifting.counted(x) if inside else torch.ones_like(after[0, 0], dtype=torch.bool)
    there = shifting.shift(before, *shifting.output_shift)
    difference = (after - there).abs()[0, 0][counted]
    expected = shifting.inside(x) if inside else shifting.everywhere(x)
    largest = shifting.weight.abs().sum() * x.max()
    return Case(
        float(difference.max() / largest),
        expected.equal,
        strongest(after, counted) == strongest(there, counted),
    )


def strongest(y: Tensor, counted: Tensor) -> int:
    """Where the largest of the counted responses is."""
    return int(y[0, 0].where(counted, torch.tensor(-torch.inf)).argmax())


def shifts(odd: bool | None, generator: torch.Generator) -> tuple[int, int]:
    """Down and to the right, to either side, by 1 to `FURTHEST` pixels."""
    sizes = [size for size in range(1, FURTHEST + 1) if odd is None or size % 2 == odd]
    chosen = torch.randint(len(sizes), (2,), generator=generator).tolist()
    signs = (torch.randint(2, (2,), generator=generator) * 2 - 1).tolist()
    return signs[0] * sizes[chosen[0]], signs[1] * sizes[chosen[1]]


def cases(kind: Kind, generator: torch.Generator) -> list[Case]:
    """Held-out pictures, a kernel of a trained network for each, and a shift."""
    kernels = load_network(NETWORK).network.steps[LAYER].arguments["weight"].detach()
    pictures = held_out().images[drawn(CASES, generator)].float() / 255
    made = []
    for picture in pictures:
        kernel = kernels[torch.randint(len(kernels), (1,), generator=generator)].contiguous()
        dy, dx = shifts(kind.odd, generator)
        shifting = Commuting(kernel, dy, dx, kind.stride, kind.padding, kind.pooling, False)
        made.append(measure(picture[None, None], shifting, kind.inside))
    return made


def row(kind: Kind, tried: list[Case]) -> list[Cell]:
    return [
        kind.name,
        f"{sum(case.equal for case in tried)} / {len(tried)}",
        written(max(case.error for case in tried)),
        f"{sum(case.expected == case.equal for case in tried)} / {len(tried)}",
    ]


def share(tried: Iterable[list[Case]]) -> str:
    """How many cases moved along."""
    every = [case for each in tried for case in each]
    return f"{sum(case.equal for case in every)} / {len(every)}"


def experiment(seed: int) -> Finding:
    """Trained kernels on held-out pictures that are shifted, with several strides, paddings and poolings."""
    generator = torch.Generator().manual_seed(seed)
    with torch.inference_mode():
        tried = [cases(kind, generator) for kind in KINDS]
    plain = tried[0]
    moved = sum(case.equal for case in plain)
    peaks = sum(case.peak for case in plain)
    odd = [each for each, kind in zip(tried, KINDS, strict=True) if kind.odd]
    return found(
        always=all(case.equal for each in tried for case in each),
        within=moved == peaks == len(plain),
        summary=both(
            f"With stride 1 and away from the border the response moved along with the picture in {moved} of {len(plain)} cases, the "
            f"strongest response in {peaks}; with zeros around it, on the whole map, in {share(tried[1:2])}, with strides or pooling "
            f"of 2 and odd shifts in {share(odd)}.",
            f"步幅为 1、只看边界以内时，{len(plain)} 例中有 {moved} 例的响应随图片一起平移，最强响应的位置有 {peaks} 例跟着平移；"
            f"若看整张图、四周补零，则为 {share(tried[1:2])}；步幅或池化为 2 而平移奇数像素时，为 {share(odd)}。",
        ),
        condition=both(
            "Inside the border, and for shifts that strides and pooling divide: what lies between two of their steps looks different to "
            "them, and zeros around the picture make its border a place like no other.",
            "只看边界以内、且平移量是步幅（连同池化）的整数倍时成立：平移若落在两步之间，各窗口看到的就不一样了；四周补的零也使边界与别处不同。",
        ),
        table=table(
            [
                both("One trained 3×3 kernel", "一个训练好的 3×3 核"),
                both("Response moved along", "响应随之平移"),
                both("Largest error, relative", "最大相对误差"),
                both("As predicted from the settings", "与按设置推断的一致"),
            ],
            [row(kind, each) for kind, each in zip(KINDS, tried, strict=True)],
        ),
        cases=CASES * len(KINDS),
    )


SAME_FEATURE_ANYWHERE = Claim(
    "same-feature-anywhere",
    ("mlp-vs-cnn",),
    both("The same feature, wherever it is", "同一特征，在哪里都能找到"),
    both(
        "One kernel that slides over the picture finds the same feature at every place: if an object moves, the response moves along.",
        "同一个核滑过整张图片，同一种特征无论在哪里都能找到：物体移动，响应也随之移动。",
    ),
    both(
        "The response moves along (it is equivariant); that the answer stays the same (is invariant) takes more, pooling over all places "
        "for instance. Strides and pooling let only shifts of whole steps through, and padding tells a network where the border is. "
        "Whether something counts as the same feature when it is turned or larger, a kernel does not know.",
        "响应随之平移，这叫等变；要让最后的答案不变（不变性），还需要别的手段，例如对所有位置做池化。步幅和池化只对整步的平移等变，"
        "填充还会向网络泄露边界的位置。至于特征旋转或放大之后还算不算同一个，卷积核并不知道。",
    ),
    experiment,
)
