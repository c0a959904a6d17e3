"""How deep kernels are, and how many maps they make: on random convolutions and on all of the trained networks."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.claims.claim import Cell, Claim, Finding, both, found, table
from models.claims.trained import convolutions
from models.shapes import written
from models.views.describe import Words

CASES = 150
"""Random convolutions of each kind."""


@dataclass(frozen=True)
class Case:
    """One convolution: `weight` (C_out, depth, k_h, k_w), for an input of `in_channels`."""

    kind: Words
    weight: Tensor
    in_channels: int
    groups: int


FULL = both("Random convolutions", "随机卷积层")
GROUPED = both("Random, in groups", "随机，分组")
DEPTHWISE = both("Random, depthwise", "随机，逐通道（depthwise）")


def random_cases(generator: torch.Generator) -> Iterator[Case]:
    """Modules of PyTorch with weights of their own: full, grouped and depthwise."""
    drawn = [
        torch.randint(low, high, (CASES,), generator=generator).tolist()
        for low, high in ((1, 5), (2, 5), (1, 5), (1, 6))
    ]
    for a, groups, b, kernel_size in zip(*drawn, strict=True):
        sizes = (
            (FULL, a, b, 1),
            (GROUPED, 2 * a * groups, b * groups, groups),
            (DEPTHWISE, a + 1, (a + 1) * b, a + 1),
        )
        for kind, in_channels, out_channels, parts in sizes:
            module = nn.Conv2d(
                in_channels, out_channels, kernel_size, groups=parts, bias=False, device="meta"
            )
            weight = torch.randn(module.weight.shape, generator=generator)
            yield Case(kind, weight, in_channels, parts)


def trained_cases() -> Iterator[Case]:
    """Every convolution of every trained network."""
    for each in convolutions():
        kind = each.title
        if each.groups > 1:
            kind = both(f"{kind.en}, depthwise", f"{kind.zh}，逐通道（depthwise）")
        yield Case(kind, each.weight, each.in_channels, each.groups)


def applied(case: Case, channels: int, generator: torch.Generator) -> Tensor | None:
    """The output of the convolution on a random input of so many channels; None where PyTorch refuses it."""
    side = max(case.weight.shape[2:]) + 1
    x = torch.randn(1, channels, side, side, generator=generator)
    try:
        return F.conv2d(x, case.weight, groups=case.groups)
    except RuntimeError:
        return None


@dataclass
class Count:
    """How many convolutions of one kind there were, and what was true of how many; the one with most weights."""

    cases: int = 0
    first: int = 0
    second: int = 0
    weights: int = 0
    largest: str = ""

    def show(self, weight: Tensor, text: str) -> None:
        """Keep the text of the convolution with most weights, the first of several."""
        if weight.numel() > self.weights:
            self.weights, self.largest = weight.numel(), text


def depths(seed: int) -> tuple[dict[str, Count], dict[str, Words]]:
    """By kind: whether kernels are as deep as the input, and whether any other depth is refused."""
    generator = torch.Generator().manual_seed(seed)
    counts: dict[str, Count] = defaultdict(Count)
    names: dict[str, Words] = {}
    for case in [*random_cases(generator), *trained_cases()]:
        count = counts[case.kind.en]
        names[case.kind.en] = case.kind
        count.cases += 1
        count.first += case.weight.shape[1] == case.in_channels
        fits = applied(case, case.in_channels, generator) is not None
        others = (
            applied(case, case.in_channels + step, generator) for step in (-1, 1) if case.in_channels + step
        )
        count.second += fits and all(other is None for other in others)
        count.show(case.weight, written(case.weight.shape))
    return counts, names


def measure_depth(seed: int) -> Finding:
    """Every convolution with its own input, and with one channel more and less."""
    counts, names = depths(seed)
    rows: list[list[Cell]] = [
        [names[kind], count.cases, count.first, count.second, count.largest] for kind, count in counts.items()
    ]
    split = {GROUPED.en, DEPTHWISE.en} | {kind for kind in counts if kind.endswith("depthwise")}
    full = [count for kind, count in counts.items() if kind not in split]
    parted = [count for kind, count in counts.items() if kind in split]
    total = sum(count.cases for count in counts.values())
    plain, grouped = sum(count.cases for count in full), sum(count.cases for count in parted)
    deep, deep_grouped = sum(count.first for count in full), sum(count.first for count in parted)
    strict = all(count.second == count.cases for count in counts.values())
    return found(
        always=strict and deep + deep_grouped == total,
        within=strict and plain > 0 and deep == plain,
        summary=both(
            f"The kernels were as deep as their input in {deep:,} of {plain:,} ordinary convolutions and in "
            f"{deep_grouped:,} of {grouped:,} grouped ones; PyTorch refused every other number of channels"
            + ("." if strict else " only in part."),
            f"{plain:,} 个普通卷积层中有 {deep:,} 个的核深度等于输入通道数，{grouped:,} 个分组卷积层中有 {deep_grouped:,} 个；"
            + (
                "通道数一旦不符，PyTorch 一律拒绝计算。" if strict else "通道数不符时，PyTorch 并未全部拒绝。"
            ),
        ),
        condition=both(
            "For convolutions that are not grouped. With g groups a kernel sees only its group’s channels, the input’s "
            "divided by g: in a depthwise convolution a single one.",
            "不分组的卷积成立。分成 g 组时，每个核只看本组的通道，深度是输入通道数除以 g；逐通道卷积的核只有一层深。",
        ),
        table=table(
            [
                both("Convolutions", "卷积层"),
                both("Number", "个数"),
                both("Depth = input channels", "深度 = 输入通道数"),
                both("Other inputs refused", "拒绝其他通道数"),
                both(
                    "Largest: kernels × depth × height × width",
                    "最大的一个：核数 × 深度 × 高 × 宽",
                ),
            ],
            rows,
        ),
        cases=total,
    )


def counted(seed: int) -> tuple[dict[str, Count], dict[str, Words]]:
    """By kind: whether there are as many maps as kernels, and whether another kernel changes its own map alone."""
    generator = torch.Generator().manual_seed(seed)
    counts: dict[str, Count] = defaultdict(Count)
    names: dict[str, Words] = {}
    for case in [*random_cases(generator), *trained_cases()]:
        kernels = len(case.weight)
        side = max(case.weight.shape[2:]) + 1
        x = torch.randn(1, case.in_channels, side, side, generator=generator)
        changed = int(torch.randint(kernels, (), generator=generator))
        other = case.weight.clone()
        other[changed] += 1
        before, after = (F.conv2d(x, weight, groups=case.groups) for weight in (case.weight, other))
        moved = ((before - after).abs().amax((0, 2, 3)) > 1e-5 * before.abs().max()).nonzero().flatten()
        count = counts[case.kind.en]
        names[case.kind.en] = case.kind
        count.cases += 1
        count.first += before.shape[1] == kernels
        count.second += moved.tolist() == [changed]
        count.show(case.weight, f"{kernels} → {before.shape[1]}")
    return counts, names


def measure_count(seed: int) -> Finding:
    """Every convolution on a random input, as it is and with one kernel changed."""
    counts, names = counted(seed)
    rows: list[list[Cell]] = [
        [names[kind], count.cases, count.first, count.second, count.largest] for kind, count in counts.items()
    ]
    total, as_many, own = (
        sum(getattr(count, key) for count in counts.values()) for key in ("cases", "first", "second")
    )
    return found(
        always=total == as_many == own,
        within=total == as_many,
        summary=both(
            f"The output had as many channels as there were kernels in {as_many:,} of {total:,} convolutions, and changing one "
            f"kernel changed its own channel and no other in {own:,}.",
            f"{total:,} 个卷积层中，有 {as_many:,} 个的输出通道数等于卷积核个数；改动其中一个核后，有 {own:,} 个只有它自己的通道发生变化。",
        ),
        condition=both(
            "As far as the number goes: some kernels had a say in more than one channel.",
            "仅就个数而言成立：有的核不止影响一个通道。",
        ),
        table=table(
            [
                both("Convolutions", "卷积层"),
                both("Number", "个数"),
                both("Output channels = kernels", "输出通道数 = 核数"),
                both("One kernel, one channel", "一个核只管一个通道"),
                both("Largest: kernels → channels", "最大的一个：核数 → 通道数"),
            ],
            rows,
        ),
        cases=total,
    )


KERNEL_DEPTH = Claim(
    "kernel-depth",
    ("convolution",),
    both("How deep a kernel is", "卷积核有多深"),
    both(
        "A kernel is as deep as its input has channels: on a colour picture it has three slices.",
        "输入有几个通道，卷积核就有几层深：面对彩色图片，一个核有三层。",
    ),
    both(
        "Grouped convolutions split the channels among their kernels, and a depthwise convolution gives every kernel one "
        "channel only. Mobile networks are built of these.",
        "分组卷积把通道分给各组的核；逐通道（depthwise）卷积更是让每个核只看一个通道。面向手机的网络大多由它们搭成。",
    ),
    measure_depth,
)
KERNEL_COUNT = Claim(
    "kernel-count",
    ("convolution",),
    both("How many maps come out", "输出有几张特征图"),
    both(
        "The number of kernels decides how many channels the output has: every kernel makes one map.",
        "卷积核的个数决定输出的通道数：一个核产生一张特征图。",
    ),
    both(
        "This is about one convolution. A block may put further maps beside its own (concatenation) or add those of a skip "
        "connection. With groups the number of kernels must be a multiple of the groups; and a transposed convolution "
        "keeps its kernels along the second axis of its weights, not the first.",
        "这说的是单个卷积层。一个模块还可能拼接别的特征图，或加上跳跃连接带来的特征图。分组时，核的个数必须是组数的整数倍；"
        "转置卷积的权重则把核排在第二个轴上，而不是第一个。",
    ),
    measure_count,
)
