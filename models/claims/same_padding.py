"""Same padding: (k − 1) / 2 on each side, against PyTorch's "same" and TensorFlow's.

Sources: https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html
and https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
"""

import warnings
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from models.claims.claim import Cell, Claim, Finding, both, found, table
from models.layers.convolution import same_padding

# Said once by PyTorch where an even kernel asks for "same", which is what this experiment is about.
warnings.filterwarnings("ignore", "Using padding='same' with even kernel lengths")

CASES = 600
STRIDES = (1, 1, 1, 2, 3, 4)
DILATIONS = (1, 1, 2, 3)
"""What strides and dilations are drawn from: the plain case as often as all others."""


@dataclass
class Count:
    """How many cases of one kind there were, and in how many what was true."""

    cases: int = 0
    keeps_size: int = 0
    as_pytorch: int = 0
    as_tensorflow: int = 0
    refused: int = 0

    @property
    def perfect(self) -> bool:
        """Whether the rule was right in every way in every case, and there were some."""
        return self.cases > 0 and self.cases == self.keeps_size == self.as_pytorch == self.as_tensorflow


KINDS = {
    "odd": both("Odd kernel, stride 1", "奇数核，步幅 1"),
    "even": both("Even kernel, stride 1", "偶数核，步幅 1"),
    "dilated": both("Odd kernel, stride 1, dilated", "奇数核，步幅 1，带膨胀"),
    "strided": both("Odd kernel, stride 2 to 4", "奇数核，步幅 2～4"),
    "even strided": both("Even kernel, stride 2 to 4", "偶数核，步幅 2～4"),
}


def kind(kernel_size: int, stride: int, dilation: int) -> str:
    """Which row of the table a setting belongs to."""
    if kernel_size % 2 == 0:
        return "even" if stride == 1 else "even strided"
    if stride > 1:
        return "strided"
    return "dilated" if dilation > 1 and kernel_size > 1 else "odd"


def convolve(x: Tensor, weight: Tensor, before: int, after: int, stride: int, dilation: int) -> Tensor:
    """With a padding of zeros on each axis."""
    return F.conv2d(F.pad(x, (before, after, before, after)), weight, None, stride, 0, dilation)


def pytorch_same(x: Tensor, weight: Tensor, stride: int, dilation: int) -> Tensor | None:
    """What PyTorch makes of padding="same"; None where it refuses."""
    try:
        return F.conv2d(x, weight, None, stride, "same", dilation)
    except RuntimeError:
        return None


def equal(a: Tensor | None, b: Tensor | None) -> bool:
    """Whether two maps hold the same numbers, up to the rounding of float32."""
    return a is not None and b is not None and a.shape == b.shape and torch.allclose(a, b, atol=1e-4)


def measure(seed: int) -> tuple[dict[str, Count], int, int]:
    """The counts by kind; of even kernels that need an odd pixel, how many there were and where PyTorch put it after."""
    generator = torch.Generator().manual_seed(seed)
    drawn = [
        torch.randint(low, high, (CASES,), generator=generator).tolist()
        for low, high in ((19, 32), (1, 8), (0, len(STRIDES)), (0, len(DILATIONS)))
    ]
    counts = {name: Count() for name in KINDS}
    odd_pixels, after = 0, 0
    for size, kernel_size, stride_index, dilation_index in zip(*drawn, strict=True):
        stride, dilation = STRIDES[stride_index], DILATIONS[dilation_index]
        x = torch.randn(1, 1, size, size, generator=generator)
        weight = torch.randn(1, 1, kernel_size, kernel_size, generator=generator)
        padding = (kernel_size - 1) // 2
        whole = 2 * padding == kernel_size - 1  # half a pixel cannot be added
        ours = convolve(x, weight, padding, padding, stride, dilation) if whole else None
        theirs = pytorch_same(x, weight, stride, dilation)
        sides = same_padding(size, kernel_size, stride, dilation)
        count = counts[kind(kernel_size, stride, dilation)]
        count.cases += 1
        count.keeps_size += ours is not None and ours.shape == x.shape
        count.as_pytorch += equal(ours, theirs)
        count.as_tensorflow += equal(ours, convolve(x, weight, *sides, stride, dilation))
        count.refused += theirs is None
        total = dilation * (kernel_size - 1)
        if stride == 1 and total % 2:
            odd_pixels += 1
            after += equal(theirs, convolve(x, weight, total // 2, total // 2 + 1, 1, dilation))
    return counts, odd_pixels, after


def experiment(seed: int) -> Finding:
    """Random pictures and kernels, padded by the notes' rule and by both frameworks'."""
    counts, odd_pixels, after = measure(seed)
    odd = counts["odd"]
    kept = sum(count.keeps_size for count in counts.values())
    rows: list[list[Cell]] = [
        [words, count.cases, count.keeps_size, count.as_pytorch, count.as_tensorflow, count.refused]
        for words, count in zip(KINDS.values(), counts.values(), strict=True)
    ]
    return found(
        always=all(count.perfect for count in counts.values()),
        within=odd.perfect,
        summary=both(
            f"(k − 1)/2 kept the size in {odd.keeps_size} of {odd.cases} cases with an odd, undilated kernel and stride 1, "
            f"and in {kept - odd.keeps_size} of {CASES - odd.cases} others; where an odd number of pixels is needed, "
            f"PyTorch put the odd one at the end in {after} of {odd_pixels} cases.",
            f"核为奇数、不膨胀、步幅为 1 时，{odd.cases} 次中有 {odd.keeps_size} 次 (k − 1)/2 使尺寸不变；"
            f"其余 {CASES - odd.cases} 次中有 {kept - odd.keeps_size} 次。需要补奇数个像素时，"
            f"{odd_pixels} 次中有 {after} 次 PyTorch 把多出的一个补在末尾。",
        ),
        condition=both(
            "For odd kernels without dilation and with stride 1. An even kernel needs one pixel more on one side than on "
            "the other, a dilated one d·(k − 1)/2.",
            "核为奇数、不膨胀、步幅为 1 时成立。偶数核必须有一侧多补一个像素，膨胀的核则要补 d·(k − 1)/2。",
        ),
        table=table(
            [
                both("Setting", "设置"),
                both("Cases", "次数"),
                both("(k − 1)/2 keeps the size", "(k − 1)/2 使尺寸不变"),
                both("Same numbers as PyTorch’s “same”", "与 PyTorch 的 same 结果相同"),
                both("Same numbers as TensorFlow’s rule", "与 TensorFlow 规则结果相同"),
                both("PyTorch refuses “same”", "PyTorch 拒绝 same"),
            ],
            rows,
        ),
        cases=CASES,
    )


SAME_PADDING = Claim(
    "same-padding",
    ("convolution",),
    both("How much “same” padding adds", "“same”填充要补多少"),
    both(
        "For the output to be as large as the input, (kernel size − 1) ÷ 2 pixels are added on every side.",
        "要让输出和输入一样大，每一侧补（核大小 − 1）÷ 2 个像素。",
    ),
    both(
        "For an even kernel that is half a pixel too many or too few. With a stride no padding of this size keeps the size: "
        "PyTorch refuses “same” then, and TensorFlow takes it to mean the input size divided by the stride, rounded up, "
        "with the odd pixel at the end.",
        "核为偶数时会差半个像素。步幅大于 1 时，这样补也保不住尺寸：PyTorch 会直接拒绝 same；"
        "TensorFlow 则把 same 理解为“输入尺寸除以步幅再向上取整”，多出的一个像素补在末尾。",
    ),
    experiment,
)
