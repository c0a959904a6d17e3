"""The formula of the output size, against PyTorch on thousands of random settings.

Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import floor

import torch
import torch.nn.functional as F

from models.claims.claim import Claim, Finding, both, found, table
from models.shapes import output_size
from models.views.describe import Words

CASES = 3000


@dataclass(frozen=True)
class Setting:
    """A square convolution; `padding` on each side."""

    size: int
    kernel_size: int
    stride: int
    padding: int
    dilation: int

    @property
    def dilated(self) -> bool:
        """Whether dilation changes anything: a kernel of one cell has no gaps."""
        return self.dilation > 1 and self.kernel_size > 1


def by_the_notes(setting: Setting) -> Fraction:
    """(size - kernel + 2 · padding) / stride + 1, as the notes have it: it need not be whole."""
    return Fraction(setting.size - setting.kernel_size + 2 * setting.padding, setting.stride) + 1


def with_floor(setting: Setting) -> int:
    """The notes' formula, rounded down."""
    return floor(by_the_notes(setting))


def complete(setting: Setting) -> int:
    """Rounded down, and with the reach of the dilated kernel in place of its size."""
    return output_size(
        setting.size, setting.kernel_size, setting.stride, 2 * setting.padding, setting.dilation
    )


def measured(setting: Setting) -> int | None:
    """The rows of what PyTorch makes of it; None where it refuses."""
    x = torch.zeros(1, 1, setting.size, setting.size)
    weight = torch.zeros(1, 1, setting.kernel_size, setting.kernel_size)
    try:
        y = F.conv2d(x, weight, None, setting.stride, setting.padding, setting.dilation)
    except RuntimeError:
        return None
    return y.shape[2]


def settings(seed: int) -> list[Setting]:
    """Random settings of every kind."""
    generator = torch.Generator().manual_seed(seed)
    drawn = [
        torch.randint(low, high + 1, (CASES,), generator=generator).tolist()
        for low, high in ((1, 28), (1, 7), (1, 5), (0, 4), (1, 3))
    ]
    return [Setting(*values) for values in zip(*drawn, strict=True)]


def right(predicted: Fraction | int, actual: int | None) -> bool:
    """Whether a formula says what PyTorch does; less than 1 says that the kernel does not fit."""
    return predicted < 1 if actual is None else predicted == actual


KINDS = {
    "exact": both("The division leaves no remainder", "能整除"),
    "remainder": both("The division leaves a remainder", "除不尽，有余数"),
    "dilated": both("Dilated kernel", "核带膨胀（膨胀率 > 1）"),
    "refused": both("The kernel does not fit: PyTorch refuses", "核放不下：PyTorch 拒绝计算"),
}


def kind(setting: Setting, actual: int | None) -> str:
    """Which row of the table a setting belongs to."""
    if actual is None:
        return "refused"
    if setting.dilated:
        return "dilated"
    return "exact" if by_the_notes(setting).denominator == 1 else "remainder"


def experiment(seed: int) -> Finding:
    """Every setting through PyTorch and through the three formulas."""
    formulas: tuple[Callable[[Setting], Fraction | int], ...] = (by_the_notes, with_floor, complete)
    counts = {name: [0, 0, 0, 0] for name in KINDS}
    example: tuple[Setting, int] | None = None
    for setting in settings(seed):
        actual = measured(setting)
        row = counts[kind(setting, actual)]
        row[0] += 1
        for index, formula in enumerate(formulas, 1):
            row[index] += right(formula(setting), actual)
        if example is None and actual is not None and kind(setting, actual) == "remainder":
            example = setting, actual
    notes, corrected = (sum(row[index] for row in counts.values()) for index in (1, 3))
    plain = counts["exact"]
    return found(
        always=notes == CASES,
        within=plain[0] > 0 and plain[1] == plain[0] and corrected == CASES,
        summary=_summary(notes, corrected, example),
        condition=both(
            "Where the division by the stride leaves no remainder and the kernel is not dilated. Everywhere else: "
            "round down, and put d·(k − 1) + 1 in place of the kernel size k.",
            "除以步幅时能整除、卷积核又不膨胀时成立。其余情况需要向下取整，并把核大小 k 换成 d·(k − 1) + 1。",
        ),
        table=table(
            [
                both("Setting", "设置"),
                both("Cases", "次数"),
                both("Formula as it stands is right", "原公式算对"),
                both("Rounded down is right", "向下取整后算对"),
                both("Rounded down, with dilation, is right", "取整并计入膨胀率后算对"),
            ],
            [[words, *counts[name]] for name, words in KINDS.items()],
        ),
        cases=CASES,
    )


def _summary(notes: int, corrected: int, example: tuple[Setting, int] | None) -> Words:
    en = f"The formula as it stands was right in {notes:,} of {CASES:,} random settings, the corrected one in {corrected:,}"
    zh = f"在 {CASES:,} 组随机设置里，原公式算对 {notes:,} 组，修正后的公式算对 {corrected:,} 组"
    if example is None:
        return both(f"{en}.", f"{zh}。")
    setting, actual = example
    value = f"{float(by_the_notes(setting)):.2f}"
    of = setting.size, setting.kernel_size, setting.padding, setting.stride
    return both(
        f"{en}; size {of[0]}, kernel {of[1]}, padding {of[2]} and stride {of[3]}, for instance, "
        f"would give {value} rows, and PyTorch gives {actual}.",
        f"{zh}；例如输入 {of[0]}、核 {of[1]}、填充 {of[2]}、步幅 {of[3]}，按公式应有 {value} 行，PyTorch 实际给出 {actual} 行。",
    )


OUTPUT_SIZE = Claim(
    "output-size",
    ("convolution",),
    both("The size of the output", "输出有多大"),
    both(
        "The output has (input size − kernel size + 2 × padding) ÷ stride + 1 rows, and as many columns by the same rule.",
        "输出尺寸 =（输入尺寸 − 核大小 + 2 × 填充）÷ 步幅 + 1，高和宽各算一次。",
    ),
    both(
        "The division need not come out even: PyTorch rounds down, and the rows of the input that no window reaches are lost. "
        "And a dilated kernel reaches over d·(k − 1) + 1 rows, not k.",
        "除法不一定除得尽：PyTorch 会向下取整，输入末尾没有窗口够得着的那几行就丢掉了。"
        "膨胀后的卷积核横跨的也不是 k 行，而是 d·(k − 1) + 1 行。",
    ),
    experiment,
)
