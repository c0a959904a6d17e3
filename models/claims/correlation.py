"""Is what frameworks call convolution a convolution? `F.conv2d` against the definition, by the Fourier transform.

(x ∗ k)[i, j] = Σ x[i − a, j − b] · k[a, b]. Its transform is the product of the transforms, so that numpy's FFT gives
it without any of PyTorch's code.
"""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from models.claims.claim import Cell, Claim, Finding, both, found, table
from models.claims.trained import convolutions
from models.layers.kernels import Preset, preset
from models.views.describe import Words

CASES = 150
SIDE = 12
TOLERANCE = 1e-9
"""Relative, in float64."""
PRESETS: tuple[tuple[Preset, Words], ...] = (
    ("box", both("Box 3×3", "均值 3×3")),
    ("gaussian", both("Gaussian 3×3", "高斯 3×3")),
    ("laplacian", both("Laplacian 3×3", "拉普拉斯 3×3")),
    ("sobel_x", both("Sobel 3×3", "Sobel 3×3")),
    ("emboss", both("Emboss 3×3", "浮雕 3×3")),
)


def by_definition(x: Tensor, kernel: Tensor) -> Tensor:
    """The full convolution of `x` (H, W) with `kernel` (k_h, k_w) in float64 → (H + k_h − 1, W + k_w − 1)."""
    shape = tuple(a + b - 1 for a, b in zip(x.shape, kernel.shape, strict=True))
    product = np.fft.rfft2(x.numpy(), shape) * np.fft.rfft2(kernel.numpy(), shape)
    return torch.from_numpy(np.fft.irfft2(product, shape))


def by_pytorch(x: Tensor, kernel: Tensor) -> Tensor:
    """What `F.conv2d` makes of them, with padding enough for every overlap."""
    reach = (kernel.shape[0] - 1, kernel.shape[1] - 1)
    return F.conv2d(x[None, None], kernel[None, None], padding=reach)[0, 0]


@dataclass
class Count:
    """Of how many kernels `F.conv2d` made their convolution: as they are, and turned by 180°."""

    cases: int = 0
    symmetric: int = 0
    equal: int = 0
    equal_turned: int = 0
    furthest: float = 0.0

    def add(self, x: Tensor, kernel: Tensor) -> None:
        """Try one kernel (k_h, k_w), float64."""
        exact = by_definition(x, kernel)
        scale = float(exact.abs().max())
        turned = kernel.flip(0, 1)
        off, off_turned = (float((by_pytorch(x, k) - exact).abs().max()) / scale for k in (kernel, turned))
        self.cases += 1
        self.symmetric += torch.equal(kernel, turned)
        self.equal += off < TOLERANCE
        self.equal_turned += off_turned < TOLERANCE
        self.furthest = max(self.furthest, off)


def counts(seed: int) -> list[tuple[Words, Count]]:
    """Random kernels, random symmetric ones, well-known ones, and those that trained networks look through first."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(SIDE, SIDE, generator=generator, dtype=torch.float64)
    free, symmetric, trained = Count(), Count(), Count()
    sides = torch.randint(2, 8, (CASES, 2), generator=generator).tolist()
    for height, width in sides:
        kernel = torch.randn(height, width, generator=generator, dtype=torch.float64)
        free.add(x, kernel)
        symmetric.add(x, kernel + kernel.flip(0, 1))
    rows = [
        (both("Random kernels", "随机核"), free),
        (both("Random, the same after a half turn", "随机，旋转 180° 不变"), symmetric),
    ]
    for name, words in PRESETS:
        known = Count()
        known.add(x, preset(name, 3, 3).double())
        rows.append((words, known))
    seen = set()
    for convolution in convolutions():
        if convolution.network not in seen:
            seen.add(convolution.network)
            for plane in convolution.weight.detach().flatten(0, 1).double():
                if float(plane.abs().max()) > 1e-6:  # a kernel that has died in training convolves nothing
                    trained.add(x, plane)
    return [*rows, (both("First kernels of the trained networks", "已训练网络的第一层核"), trained)]


def experiment(seed: int) -> Finding:
    """Every kernel through `F.conv2d` and through the definition, as it is and turned."""
    measured = counts(seed)
    every = [count for _, count in measured]
    trained = every[-1]
    total, equal, turned = (
        sum(getattr(count, key) for count in every) for key in ("cases", "equal", "equal_turned")
    )
    rows: list[list[Cell]] = [
        [words, count.cases, count.symmetric, count.equal, count.equal_turned, f"{count.furthest:.0%}"]
        for words, count in measured
    ]
    return found(
        always=equal == total,
        # The kernels that networks really use; a symmetric kernel is an accident.
        within=trained.cases > 0 and trained.equal == trained.cases,
        summary=both(
            f"F.conv2d gave the convolution of {equal:,} of {total:,} kernels as they were, and of {turned:,} once they were turned "
            f"by 180°; of the {trained.cases} trained ones, of {trained.equal} as they were.",
            f"{total:,} 个核中，F.conv2d 直接算出的结果有 {equal:,} 个等于真正的卷积；先把核旋转 180°，则有 {turned:,} 个相等。"
            f"{trained.cases} 个训练出来的核中，直接相等的有 {trained.equal} 个。",
        ),
        condition=both(
            "For kernels that stay the same after a half turn, as the trained ones here do.",
            "对旋转 180° 后不变的核成立，这里训练出来的核正是如此。",
        ),
        table=table(
            [
                both("Kernels", "卷积核"),
                both("Number", "个数"),
                both("Same after a half turn", "旋转 180° 不变"),
                both("conv2d = convolution", "conv2d = 卷积"),
                both("Equal once the kernel is turned", "把核旋转后相等"),
                both("Largest difference, of the largest value", "最大偏差（相对最大值）"),
            ],
            rows,
        ),
        cases=total,
    )


IT_IS_CONVOLUTION = Claim(
    "it-is-convolution",
    ("convolution",),
    both("Whether it is a convolution", "它真的是卷积吗"),
    both(
        "What a convolutional layer computes is called a convolution.",
        "卷积层所做的运算叫做卷积。",
    ),
    both(
        "In mathematics a convolution turns the kernel by 180° before it slides; without that the operation is called "
        "cross-correlation. The two agree for kernels that stay the same after a half turn. A network that learns its kernels "
        "loses nothing: it would simply learn them turned. Who writes a kernel by hand must know which way round it goes.",
        "数学上的卷积要先把核旋转 180° 再滑动；不旋转的叫互相关。只有旋转 180° 不变的核，两者才一致。"
        "核是学出来的，所以网络并不吃亏：真要做卷积，它学到的不过是旋转后的核。但如果手写卷积核，就必须弄清方向。",
    ),
    experiment,
)
