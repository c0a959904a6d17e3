"""Padding and the border of a picture: how often its pixels are read, and what zeros give away.

Zeros and position: Kayhan & van Gemert 2020, https://arxiv.org/abs/2003.07064
"""

from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from models.claims.claim import NOT_APPLICABLE, Cell, Claim, Finding, both, found, table
from models.networks.weights import load_network
from models.recorder import Record, run
from models.views.describe import Words

CASES = 120
SIDE = 15
"""Pixels on each side of the picture in the table."""
NETWORK = "tiny_vgg_batch"
LAYERS = ("conv1.conv", "conv2.conv", "conv4.conv", "conv6.conv")
Mode = Literal["zeros", "reflect"]


@dataclass(frozen=True)
class Reading:
    """In how many sums a pixel takes part: at the corner, in the middle of an edge, in the middle."""

    corner: int
    edge: int
    inside: int


def convolve(x: Tensor, weight: Tensor, padding: int, mode: Mode = "zeros") -> Tensor:
    """With `padding` on every side."""
    if mode == "zeros":
        return F.conv2d(x, weight, padding=padding)
    return F.conv2d(F.pad(x, (padding,) * 4, mode=mode), weight)


def reading(side: int, kernel_size: int, padding: int, mode: Mode = "zeros") -> Reading:
    """Counted by the gradient: with weights of one, each sum that a pixel takes part in adds one to it."""
    x = torch.zeros(1, 1, side, side, requires_grad=True)
    y = convolve(x, torch.ones(1, 1, kernel_size, kernel_size), padding, mode)
    (counts,) = torch.autograd.grad(y.sum(), x)
    middle = side // 2
    corner, edge, inside = (int(counts[0, 0, i, j]) for i, j in ((0, 0), (0, middle), (middle, middle)))
    return Reading(corner, edge, inside)


def marked(y: Tensor) -> float:
    """The share of places of a map (1, C, H, W) that differ from its middle, up to the rounding of float32."""
    middle = y[:, :, y.shape[2] // 2, y.shape[3] // 2, None, None]
    differs = (y - middle).abs().amax(1) > 1e-4 * float(y.abs().max())
    return float(differs.float().mean())


def rows(generator: torch.Generator) -> list[list[Cell]]:
    """A 3×3 and a 5×5 kernel with each padding; then a whole network that sees a picture of one colour."""
    flat = torch.ones(1, 1, SIDE, SIDE)
    made: list[list[Cell]] = []
    names: list[tuple[Words, int, Mode]] = [
        (both("3×3, no padding", "3×3，不填充"), 0, "zeros"),
        (both("3×3, 1 zero on each side", "3×3，每侧补 1 个零"), 1, "zeros"),
        (both("3×3, 2 zeros on each side", "3×3，每侧补 2 个零"), 2, "zeros"),
        (both("3×3, 1 mirrored pixel on each side", "3×3，每侧镜像 1 个像素"), 1, "reflect"),
        (both("5×5, no padding", "5×5，不填充"), 0, "zeros"),
        (both("5×5, 2 zeros on each side", "5×5，每侧补 2 个零"), 2, "zeros"),
    ]
    for name, padding, mode in names:
        kernel_size = int(name.en[0])
        counted = reading(SIDE, kernel_size, padding, mode)
        weight = torch.randn(1, 1, kernel_size, kernel_size, generator=generator)
        share = marked(convolve(flat, weight, padding, mode))
        made.append([name, counted.corner, counted.edge, counted.inside, f"{share:.0%}"])
    loaded = load_network(NETWORK)
    network = loaded.network
    recording = run(network, torch.ones(1, *network.input_shape), record=Record(frozenset(LAYERS)))
    for layer in LAYERS:
        depth = int(layer[4])
        made.append(
            [
                both(
                    f"Trained {loaded.spec.title['en']}, convolution {depth}",
                    f"训练好的 {loaded.spec.title['zh']}，第 {depth} 个卷积层",
                ),
                *[NOT_APPLICABLE] * 3,
                f"{marked(recording.activations[layer]):.0%}",
            ]
        )
    return made


def experiment(seed: int) -> Finding:
    """Random pictures and odd kernels, without padding and with (k − 1) / 2."""
    generator = torch.Generator().manual_seed(seed)
    helped, equal, flat = 0, 0, 0
    for reach, room in zip(
        torch.randint(1, 4, (CASES,), generator=generator).tolist(),
        torch.randint(4, 20, (CASES,), generator=generator).tolist(),
        strict=True,
    ):
        kernel_size = 2 * reach + 1
        side = 2 * kernel_size + room
        bare, padded = (reading(side, kernel_size, padding) for padding in (0, reach))
        helped += padded.corner > bare.corner and padded.edge > bare.edge
        equal += padded.corner == padded.edge == padded.inside
        weight = torch.randn(1, 1, kernel_size, kernel_size, generator=generator)
        flat += marked(convolve(torch.ones(1, 1, side, side), weight, reach)) == 0
    bare, padded = (reading(SIDE, 3, padding) for padding in (0, 1))
    return found(
        always=helped == equal == flat == CASES,
        within=helped == CASES,
        summary=both(
            f"With a 3×3 kernel padding lets a corner pixel take part in {padded.corner} sums instead of {bare.corner}, an edge "
            f"pixel in {padded.edge} instead of {bare.edge}, an inner one in {padded.inside}; border pixels were read more "
            f"often than without in {helped} of {CASES} random settings, as often as inner ones in {equal}.",
            f"用 3×3 核时，填充使角上的像素参与 {padded.corner} 次求和（不填充时 {bare.corner} 次），边上的像素 {padded.edge} 次"
            f"（不填充时 {bare.edge} 次），内部像素 {padded.inside} 次。{CASES} 组随机设置中，边缘像素被读到的次数有 {helped} 组"
            f"比不填充时多，有 {equal} 组与内部像素一样多。",
        ),
        condition=both(
            "In the sense that border pixels count for more than without padding: they still count for less than inner "
            "ones, and the zeros mark where the border is.",
            "只在这个意义上成立：边缘像素的分量比不填充时重。它们仍不如内部像素，而且补上的零会暴露边缘在哪里。",
        ),
        table=table(
            [
                both("Kernel and padding", "卷积核与填充"),
                both("Sums with a corner pixel", "角上像素参与几次求和"),
                both("With an edge pixel", "边上像素"),
                both("With an inner pixel", "内部像素"),
                both(
                    "Places where a picture of one colour comes out different",
                    "纯色图片中结果与中央不同的位置",
                ),
            ],
            rows(generator),
        ),
        cases=CASES,
    )


PADDING_SAVES_BORDER = Claim(
    "padding-saves-border",
    ("convolution",),
    both("What padding saves", "填充保住了什么"),
    both(
        "Padding stops the information at the edge of the picture from being lost.",
        "填充可以防止图片边缘的信息丢失。",
    ),
    both(
        "It helps, but does not make up for the border: with 3×3 and one zero a corner still counts for less than half of an "
        "inner pixel. And zeros are a signal of their own: the network can tell where the border is, the further in the "
        "deeper it is. Mirrored padding gives nothing away.",
        "填充有帮助，但不能完全弥补：3×3 核补一圈零，角上像素的分量仍不到内部像素的一半。零本身也是一种信号："
        "网络由此得知边缘在哪里，层越深，这种信号渗得越靠里。镜像填充则不会泄露位置。",
    ),
    experiment,
)
