"""A larger stride: a smaller map, windows that overlap less, and what falls between them.

Aliasing: Zhang 2019, "Making convolutional networks shift-invariant again", https://arxiv.org/abs/1904.11486
"""

import math
from collections import Counter

import torch
import torch.nn.functional as F
from torch import Tensor

from models.claims.claim import NOT_APPLICABLE, Cell, Claim, Finding, both, found, table
from models.claims.trained import convolutions

CASES = 300
USUAL = {1, 2}
SIDE = 48
"""Pixels on each side of the picture in the table: a multiple of its strides and of the stripes."""
STRIPES = 3
"""Pixels from one stripe to the next: finer than strides of 2 and more can render."""


def first_windows(size: int, kernel_size: int, stride: int, dilation: int) -> tuple[int, int]:
    """On a square picture: the rows of the output, and the pixels that its first two windows in a row share."""
    x = torch.zeros(1, 1, size, size, requires_grad=True)
    y = F.conv2d(x, torch.ones(1, 1, kernel_size, kernel_size), None, stride, 0, dilation)
    first, second = (torch.autograd.grad(y[0, 0, 0, i], x, retain_graph=True)[0] != 0 for i in (0, 1))
    return y.shape[2], int((first & second).sum())


def comparisons(seed: int) -> tuple[list[bool], list[bool]]:
    """Whether a stride from 2 to 4 gave a smaller map and less overlap than stride 1: plain kernels, dilated ones."""
    generator = torch.Generator().manual_seed(seed)
    drawn = [
        torch.randint(low, high + 1, (CASES,), generator=generator).tolist()
        for low, high in ((5, 20), (2, 6), (2, 4), (1, 2))
    ]
    outcomes: tuple[list[bool], list[bool]] = ([], [])
    for room, kernel_size, stride, dilation in zip(*drawn, strict=True):
        size = dilation * (kernel_size - 1) + room  # room for two windows at the least
        rows, shared = first_windows(size, kernel_size, 1, dilation)
        fewer, less = first_windows(size, kernel_size, stride, dilation)
        outcomes[dilation - 1].append(fewer < rows and less < shared)
    return outcomes


def apparent_period(weight: Tensor, stride: int, dilation: int) -> float | None:
    """How far apart stripes look in the map, in pixels of the picture; None where they have become one colour.

    The picture is continued in a circle, so that its frequencies are whole numbers.
    """
    stripes = torch.cos(2 * math.pi * torch.arange(SIDE) / STRIPES).expand(1, 1, SIDE, SIDE)
    reach = dilation * (weight.shape[2] - 1)
    y = F.conv2d(F.pad(stripes, (0, reach, 0, reach), mode="circular"), weight, None, stride, 0, dilation)
    row = y[0, 0, 0]
    row = row - row.mean()
    if float(row.abs().max()) < 1e-4 * float(weight.abs().sum()):
        return None
    return SIDE / int(torch.fft.rfft(row).abs().argmax())


def unread(kernel_size: int, stride: int, dilation: int) -> float:
    """The share of pixels that take part in no window, away from the border."""
    x = torch.zeros(1, 1, SIDE, SIDE, requires_grad=True)
    y = F.conv2d(x, torch.ones(1, 1, kernel_size, kernel_size), None, stride, 0, dilation)
    (counts,) = torch.autograd.grad(y.sum(), x)
    inner = slice(SIDE // 4, -SIDE // 4)
    return float((counts[..., inner, inner] == 0).float().mean())


def rows(seed: int, used: Counter[int]) -> list[list[Cell]]:
    """The table: a 3×3 kernel with growing strides, then with dilation."""
    weight = torch.randn(1, 1, 3, 3, generator=torch.Generator().manual_seed(seed))
    made: list[list[Cell]] = []
    for stride, dilation in ((1, 1), (2, 1), (3, 1), (4, 1), (1, 2), (2, 2)):
        side, shared = first_windows(SIDE, 3, stride, dilation)
        period = apparent_period(weight, stride, dilation)
        made.append(
            [
                str(stride)
                if dilation == 1
                else both(f"{stride}, dilation {dilation}", f"{stride}，膨胀率 {dilation}"),
                f"{side}×{side}",
                shared,
                f"{unread(3, stride, dilation):.0%}",
                both("all one colour", "变成一片纯色") if period is None else round(period, 2),
                used[stride] if dilation == 1 else NOT_APPLICABLE,
            ]
        )
    return made


def experiment(seed: int) -> Finding:
    """Random settings with stride 1 and with a larger one; the strides that trained networks use."""
    plain, dilated = comparisons(seed)
    trained = list(convolutions())
    used = Counter(each.stride[0] for each in trained)
    total = len(trained)
    usual = sum(used[stride] for stride in USUAL)
    patches = sum(each.stride[0] not in USUAL and each.stride[0] == each.weight.shape[2] for each in trained)
    good, good_dilated = sum(plain), sum(dilated)
    return found(
        always=all(plain + dilated) and usual == total,
        within=all(plain) and usual + patches == total,
        summary=both(
            f"A stride from 2 to 4 gave a smaller map and less overlap than stride 1 in {good} of {len(plain)} random "
            f"settings without dilation, and in {good_dilated} of {len(dilated)} with it; {usual} of the {total} "
            f"convolutions in our trained networks have stride 1 or 2, {patches} a stride as large as the kernel.",
            f"核不膨胀时，{len(plain)} 组随机设置中有 {good} 组在步幅 2～4 下比步幅 1 特征图更小、重叠更少；"
            f"核膨胀时 {len(dilated)} 组中有 {good_dilated} 组如此。本站训练好的网络共有 {total} 个卷积层，"
            f"其中 {usual} 个的步幅是 1 或 2，{patches} 个的步幅与核一样大。",
        ),
        condition=both(
            "For kernels without gaps: the windows of a dilated one may share nothing with stride 1 and a lot with stride 2. And "
            "where windows are meant to overlap: a Transformer cuts the picture into patches with a stride as large as the kernel.",
            "卷积核不膨胀时成立：膨胀的核，步幅 1 时相邻窗口可能毫无重叠，步幅 2 时反而重叠很多。而且窗口本来就要重叠时才成立："
            "Transformer 用与核一样大的步幅，把图片切成互不重叠的小块。",
        ),
        table=table(
            [
                both("Stride of a 3×3 kernel", "3×3 核的步幅"),
                both(f"Map of {SIDE}×{SIDE} pixels", f"{SIDE}×{SIDE} 图片的输出"),
                both("Pixels shared by neighbouring windows", "相邻窗口共用的像素"),
                both("Inner pixels never read", "内部从未读到的像素"),
                both(
                    f"Stripes {STRIPES} pixels apart look this far apart",
                    f"间隔 {STRIPES} 像素的条纹，看上去间隔",
                ),
                both("Trained convolutions with it", "用此步幅的已训练卷积层"),
            ],
            rows(seed, used),
        ),
        cases=CASES,
    )


STRIDE_ONE_TWO = Claim(
    "stride-one-two",
    ("convolution",),
    both("What a stride does", "步幅的作用"),
    both(
        "With stride 1 the kernel moves pixel by pixel, neighbouring windows overlap much and the map stays large; "
        "a larger stride jumps, overlaps less and makes a smaller map. Usual values are 1 and 2.",
        "步幅为 1 时，卷积核逐像素移动，相邻窗口重叠多，特征图大；步幅更大时核跳着走，重叠少，特征图小。常用 1 和 2。",
    ),
    both(
        "From a stride of the kernel’s size on, windows no longer overlap; beyond it, pixels are skipped altogether. "
        "And what is finer than the stride does not vanish: it comes back as a coarser pattern that is not there (aliasing).",
        "步幅等于核大小时窗口就不再重叠，再大就会漏掉像素。比步幅更细的花纹也不会消失，"
        "而是变成原图里并不存在的粗花纹（混叠）。",
    ),
    experiment,
)
