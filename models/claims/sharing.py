"""The same weights at every place: what that saves, and what it does to a shifted picture."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from models.claims.claim import NOT_APPLICABLE, Cell, Claim, Finding, both, found, table
from models.layers.unshared import Dense, LocallyConnected, parameters
from models.views.describe import Words

SIDE, CHANNELS, KERNELS, FEATURES = 32, 3, 32, 128
SIZE = SIDE, SIDE
"""The notes' example: 32×32×3 into 32 kernels of 3×3, or flattened into 128 features."""
OBJECT = 10
"""Pixels on each side of what is moved about in an empty picture."""
FURTHEST = 8
"""Pixels that it is moved at most, so that it stays away from the border."""
PLACES, SHIFTS = 150, 12


def made(build: Callable[[], nn.Module], generator: torch.Generator) -> nn.Module:
    """A Module with random weights of the generator's and no bias, which would hide what moves."""
    with torch.device("meta"):
        module = build()
    module.to_empty(device="cpu")
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.normal_(generator=generator) if "weight" in name else parameter.zero_()
    return module


def places(module: nn.Module, side: int) -> int:
    """At how many places of the first output map a weight is used: its gradient, with inputs of one."""
    y = module(torch.ones(1, CHANNELS, side, side))
    weight = next(parameter for parameter in module.parameters() if parameter.ndim > 1)
    (gradient,) = torch.autograd.grad(y[0, 0].sum(), weight)
    return int(gradient.max())


def shift_error(module: nn.Module, generator: torch.Generator) -> float:
    """How far the map of a moved object is from the moved map of the object, relative to it; the mean over shifts."""
    x = torch.zeros(1, CHANNELS, SIDE, SIDE)
    start = (SIDE - OBJECT) // 2
    middle = slice(start, start + OBJECT)
    x[:, :, middle, middle] = torch.randn(1, CHANNELS, OBJECT, OBJECT, generator=generator)
    errors = []
    with torch.no_grad():
        y = module(x)
        for dy, dx in torch.randint(1, FURTHEST + 1, (SHIFTS, 2), generator=generator).tolist():
            moved = module(x.roll((dy, -dx), (2, 3)))
            errors.append(float((moved - y.roll((dy, -dx), (2, 3))).norm() / y.norm()))
    return sum(errors) / len(errors)


def same_weights(module: nn.Conv2d, generator: torch.Generator) -> int:
    """At how many of the random places, corners among them, an output is wired by the very weights of the kernel.

    The gradient of one output is laid beside the kernel, cell by cell; cells beyond the picture have no input.
    """
    reach = module.kernel_size[0] // 2
    x = torch.zeros(1, CHANNELS, SIDE, SIDE, requires_grad=True)
    y = module(x)
    drawn = torch.randint(0, SIDE, (PLACES - 2, 2), generator=generator).tolist()
    same = 0
    for row, column in [(0, 0), (SIDE - 1, SIDE - 1), *drawn]:
        (gradient,) = torch.autograd.grad(y[0, 0, row, column], x, retain_graph=True)
        framed = F.pad(gradient[0], (reach,) * 4)
        inside = F.pad(torch.ones(1, SIDE, SIDE), (reach,) * 4)
        cut = slice(row, row + 2 * reach + 1), slice(column, column + 2 * reach + 1)
        expected = module.weight[0] * inside[:, *cut]
        same += bool(torch.equal(framed[:, *cut], expected)) and int((gradient != 0).sum()) == int(
            (expected != 0).sum()
        )
    return same


@dataclass(frozen=True)
class Layer:
    """A layer in the table; `small` makes one map of the same kind, to be moved about and differentiated."""

    name: Words
    output: str
    build: Callable[[], nn.Module]
    small: Callable[[], nn.Module] | None


MAP = f"{SIDE}×{SIDE}×{KERNELS}"
LAYERS = (
    Layer(
        both(f"Convolution, {KERNELS} kernels of 3×3", f"卷积层，{KERNELS} 个 3×3 核"),
        MAP,
        lambda: nn.Conv2d(CHANNELS, KERNELS, 3, padding=1),
        lambda: nn.Conv2d(CHANNELS, 1, 3, padding=1),
    ),
    Layer(
        both("Locally connected: other weights at every place", "局部连接层：每处权重各不相同"),
        MAP,
        lambda: LocallyConnected(CHANNELS, KERNELS, SIZE, 3, padding=1),
        lambda: LocallyConnected(CHANNELS, 1, SIZE, 3, padding=1),
    ),
    Layer(
        both("Dense, to the same map", "全连接层，输出同样大小"),
        MAP,
        lambda: Dense(CHANNELS, KERNELS, SIZE, SIZE),
        lambda: Dense(CHANNELS, 1, SIZE, SIZE),
    ),
    Layer(
        both(f"Dense, to {FEATURES} features", f"全连接层，输出 {FEATURES} 个特征"),
        f"{FEATURES}",
        lambda: nn.Linear(CHANNELS * SIDE * SIDE, FEATURES),
        None,
    ),
    Layer(
        both(
            f"Convolution, {FEATURES} kernels as large as the picture",
            f"卷积层，{FEATURES} 个和图片一样大的核",
        ),
        f"1×1×{FEATURES}",
        lambda: nn.Conv2d(CHANNELS, FEATURES, SIDE),
        None,
    ),
)


def experiment(seed: int) -> Finding:
    """The notes' example with the numbers counted, the weights compared place by place, and an object moved about."""
    generator = torch.Generator().manual_seed(seed)
    counts, errors, rows = [], [], []
    for layer in LAYERS:
        count = parameters(layer.build)
        counts.append(count)
        row: list[Cell] = [layer.name, layer.output, count, NOT_APPLICABLE, NOT_APPLICABLE]
        if layer.small is not None:
            module = made(layer.small, generator)
            errors.append(shift_error(module, generator))
            row[3:] = [places(module, SIDE), f"{errors[-1]:.0%}"]
        rows.append(row)
    kernel = made(LAYERS[0].small or LAYERS[0].build, generator)
    assert isinstance(kernel, nn.Conv2d)
    same = same_weights(kernel, generator)
    shared, local, dense = counts[:3]
    fewer = shared < local < dense
    return found(
        always=same == PLACES and fewer and errors[0] < 1e-5,
        within=same == PLACES and fewer,
        summary=both(
            f"The very same weights were found at {same} of {PLACES} places; for a map of {MAP} the convolution has "
            f"{shared:,} parameters, the same without sharing {local:,}, a dense layer {dense:,}. When an object moved, the "
            f"convolution’s response was off by {errors[0]:.0%}, the others’ by {errors[1]:.0%} and {errors[2]:.0%}.",
            f"在 {PLACES} 处查验，{same} 处用的正是同一组权重。要输出 {MAP} 的特征图，卷积层有 {shared:,} 个参数，"
            f"不共享权重则要 {local:,} 个，全连接层要 {dense:,} 个。物体移动后，卷积层的响应与平移后的原响应相差 {errors[0]:.0%}，"
            f"另外两种分别相差 {errors[1]:.0%} 和 {errors[2]:.0%}。",
        ),
        condition=both(
            "As far as the weights go; the response did not move along with the object.",
            "就权重本身而言成立；但响应并没有随物体一起平移。",
        ),
        table=table(
            [
                both("Layer on 32×32×3", "作用于 32×32×3 的层"),
                both("Output", "输出"),
                both("Parameters", "参数量"),
                both("Places that use one weight", "一个权重用于几处"),
                both("Off when an object moves", "物体移动后的偏差"),
            ],
            rows,
        ),
        cases=PLACES + SHIFTS * len(errors),
    )


WEIGHT_SHARING = Claim(
    "weight-sharing",
    ("convolution", "principles"),
    both("The same weights everywhere", "处处同一组权重"),
    both(
        "One kernel scans the whole picture: an edge at the top left and one at the bottom right are found with the same "
        "weights, which takes far fewer parameters.",
        "同一个卷积核扫过整张图：左上角的边缘和右下角的边缘用同一组权重来找，参数因此少得多。",
    ),
    both(
        "At the border a part of the kernel lies on padding, and with a stride the response follows only shifts by whole "
        "strides. A kernel as large as the picture has one place only, and nothing to share: it is a dense layer, "
        "parameter for parameter.",
        "在边缘，核的一部分落在填充上；步幅大于 1 时，只有平移整数个步幅，响应才会跟着平移。"
        "核若和图片一样大，就只有一个位置，无从共享：它就是一个全连接层，参数一个不多，一个不少。",
    ),
    experiment,
)
