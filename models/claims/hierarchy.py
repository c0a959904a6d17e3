"""From small to large: what the layers of trained networks see, what it takes to excite them, what can be read from them.

Stripes and shuffled pictures as simpler stand-ins for pictures: in the manner of Zeiler & Fergus 2014,
https://arxiv.org/abs/1311.2901, and Brendel & Bethge 2019, https://arxiv.org/abs/1904.00760
"""

from dataclasses import dataclass
from itertools import pairwise
from math import pi

import torch
import torch.nn.functional as F
from torch import Tensor

from models.claims.arriving import PART, drawn, named, pictures
from models.claims.claim import NOT_APPLICABLE, Cell, Claim, Finding, both, found, table
from models.heldout import held_out
from models.networks.weights import load_network
from models.recorder import Record, run
from models.views.describe import Words

DEEP = "efficientnet_lite0"
STAGES = (
    "stem.norm", "block1.project_norm", "block3.add", "block5.add", "block8.add", "block11.add", "block15.add",
    "features.norm",
)  # fmt: skip
"""Before ReLU6, which would cut what is compared off at 6."""
SIDE, FINE, COARSE = 112, 8, 28
"""Pixels: of the pictures, and of the tiles that they are cut into."""
PICTURES = 12
PERIODS, ANGLES, PHASES = (4, 8, 20), 4, 2
SMALL = "tiny_vgg_batch"
CONVOLUTIONS = tuple(f"conv{number}.act" for number in range(1, 7))
KNOWN, ASKED = 200, 200
"""Held-out images that the classes' means are taken of, and those that are told by them."""
LEAST = 0.9
"""Of what pictures evoke: so much in the first layer means that the simpler thing will do as well."""
HALF = 0.5
BY_CHANCE = 0.05
"""So much less may be told right after a deeper layer: two standard deviations of a share of 200 images."""


def enlarged(items: Tensor) -> Tensor:
    """Held-out images as pictures (B, 3, SIDE, SIDE) for the deep network."""
    grey = held_out().images[items][:, None].float() / 255
    return coloured(F.interpolate(grey, (SIDE, SIDE), mode="bicubic", antialias=True).clamp(0, 1))


def coloured(light: Tensor) -> Tensor:
    """Light from 0 to 1, (B, 1, H, W), as the deep network takes it: (B, 3, H, W)."""
    dataset = load_network(DEEP).spec.dataset
    mean, std = (torch.tensor(values).view(-1, 1, 1) for values in (dataset.mean, dataset.std))
    return (light - mean) / std


def stripes(generator: torch.Generator) -> Tensor:
    """Gratings in several directions and widths, each with two random phases: (B, 3, SIDE, SIDE)."""
    y, x = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    angle = torch.arange(ANGLES).view(-1, 1, 1) * pi / ANGLES
    across = x * angle.cos() + y * angle.sin()
    waves = [
        (2 * pi * (across / period + torch.rand(ANGLES, 1, 1, generator=generator))).cos()
        for period in PERIODS
        for _ in range(PHASES)
    ]
    return coloured((torch.cat(waves)[:, None] + 1) / 2)


def shuffled(x: Tensor, tile: int, generator: torch.Generator) -> Tensor:
    """The pictures (B, C, H, W) cut into square tiles, which lie in another order in each."""
    tiles = F.unfold(x, tile, stride=tile)
    order = torch.stack([torch.randperm(tiles.shape[2], generator=generator) for _ in x])
    mixed = tiles.gather(2, order[:, None].expand_as(tiles))
    return F.fold(mixed, (x.shape[2], x.shape[3]), tile, stride=tile)


def peaks(x: Tensor) -> dict[str, Tensor]:
    """The largest value of each channel anywhere in the pictures, stage by stage: (C,), 0 where all are below."""
    network = load_network(DEEP).network
    parts = [
        run(network, part, record=Record(frozenset(STAGES))).activations for part in torch.split(x, PART)
    ]
    return {
        stage: torch.stack([part[stage].amax((0, 2, 3)) for part in parts]).amax(0).clamp(min=0)
        for stage in STAGES
    }


def evoked(simple: Tensor, whole: Tensor) -> float:
    """How much of what whole pictures make a channel answer a simpler thing does: the median over the channels."""
    answering = whole > 0
    return float((simple[answering] / whole[answering]).median())


def content(simple: Tensor, whole: Tensor) -> float:
    """The share of channels that a simpler thing excites about as much as whole pictures do."""
    answering = whole > 0
    return float((simple[answering] >= LEAST * whole[answering]).float().mean())


def readable(items: Tensor) -> list[float]:
    """The share of images told right, layer by layer, by the nearest of the classes' means in what the maps average."""
    network = load_network(SMALL).network
    record = Record(frozenset(CONVOLUTIONS))
    parts = [run(network, pictures(part), record=record).activations for part in torch.split(items, PART)]
    labels = held_out().labels[items]
    shares = []
    for layer in CONVOLUTIONS:
        features = torch.cat([part[layer].mean((2, 3)) for part in parts])
        features = features / features[:KNOWN].std(0).clamp(min=1e-6)
        means = torch.stack([features[:KNOWN][labels[:KNOWN] == label].mean(0) for label in range(10)])
        told = torch.cdist(features[KNOWN:], means).argmin(1)
        shares.append(float((told == labels[KNOWN:]).float().mean()))
    return shares


@dataclass(frozen=True)
class Stage:
    """A layer of the deep network, and how much simpler things evoke there of what whole pictures do.

    `content` is the share of its channels for which stripes will do.
    """

    name: Words
    field: int
    stripes: float
    fine: float
    coarse: float
    content: float

    @property
    def shares(self) -> tuple[float, float, float]:
        return self.stripes, self.fine, self.coarse

    @property
    def row(self) -> list[Cell]:
        return [self.name, self.field, *(f"{share:.0%}" for share in self.shares), NOT_APPLICABLE]


def stages(generator: torch.Generator) -> list[Stage]:
    """What it takes to excite each stage of the deep network."""
    x = enlarged(drawn(PICTURES, generator))
    whole = peaks(x)
    banded = peaks(stripes(generator))
    fine, coarse = (peaks(shuffled(x, tile, generator)) for tile in (FINE, COARSE))
    fields = load_network(DEEP).receptive_fields
    return [
        Stage(
            named(DEEP, stage),
            fields[stage].size[0],
            evoked(banded[stage], whole[stage]),
            evoked(fine[stage], whole[stage]),
            evoked(coarse[stage], whole[stage]),
            content(banded[stage], whole[stage]),
        )
        for stage in STAGES
    ]


def rows(told: list[float]) -> list[list[Cell]]:
    """The small network's layers, with the share that is told right after each."""
    fields = load_network(SMALL).receptive_fields
    return [
        [named(SMALL, layer), fields[layer].size[0], *[NOT_APPLICABLE] * 3, f"{share:.1%}"]
        for layer, share in zip(CONVOLUTIONS, told, strict=True)
    ]


def experiment(seed: int) -> Finding:
    """Stripes, scraps and pictures before a network of 49 convolutions; classes read from one of six."""
    generator = torch.Generator().manual_seed(seed)
    seen = stages(generator)
    told = readable(drawn(KNOWN + ASKED, generator))
    first, last = seen[0], seen[-1]
    grows = all(after.field >= before.field for before, after in pairwise(seen))
    simple_first = min(first.shares) >= LEAST
    complex_last = max(last.stripes, last.fine) < HALF and last.fine < last.coarse
    steady = all(after > before - BY_CHANCE for before, after in pairwise(told))
    true = grows and simple_first and complex_last and steady and told[-1] > told[0] + 0.2
    return found(
        always=true and last.coarse < HALF,
        within=true,
        summary=both(
            f"Of what whole pictures make the median channel answer, stripes evoke {first.stripes:.0%} in the first layer of "
            f"EfficientNet-Lite0 and {last.stripes:.0%} in the last; pictures in shuffled scraps of {FINE} pixels "
            f"{first.fine:.0%} and {last.fine:.0%}, in scraps of {COARSE} pixels {first.coarse:.0%} and {last.coarse:.0%}. "
            f"Meanwhile the receptive field grows from {first.field} to {last.field} pixels. In Tiny VGG, the means of the maps "
            f"tell the class of {told[0]:.1%} of {ASKED} held-out images after the first convolution, of {told[-1]:.1%} after "
            "the sixth.",
            f"以整张图片能引起的响应为 100%（各通道取中位数）：在 EfficientNet-Lite0 的第一层，条纹能引起 {first.stripes:.0%}，"
            f"到最后一层只有 {last.stripes:.0%}；把图片切成 {FINE} 像素的碎片再打乱，从 {first.fine:.0%} 变为 {last.fine:.0%}；"
            f"切成 {COARSE} 像素的碎片，从 {first.coarse:.0%} 变为 {last.coarse:.0%}。与此同时，感受野从 {first.field} 像素扩大到 "
            f"{last.field} 像素。在 Tiny VGG 里，只看各特征图的平均值，第一个卷积层之后能认对 {ASKED} 张留出图片中的 {told[0]:.1%}，"
            f"第六个之后能认对 {told[-1]:.1%}。",
        ),
        condition=both(
            f"As a tendency, not in clean steps: in the last layer coarse scraps, without any whole object, still evoke "
            f"{last.coarse:.0%}, and for {last.content:.0%} of its channels stripes do as well as whole pictures.",
            f"这是总的趋势，并没有截然分开的阶段：到了最后一层，不含完整物体的大碎片仍能引起 {last.coarse:.0%} 的响应，"
            f"还有 {last.content:.0%} 的通道，光靠条纹就能激活得和整张图片差不多。",
        ),
        table=table(
            [
                both("After", "位置"),
                both("Receptive field", "感受野"),
                both("Stripes evoke", "条纹引起"),
                both(f"Scraps of {FINE} pixels", f"{FINE} 像素碎片"),
                both(f"Scraps of {COARSE} pixels", f"{COARSE} 像素碎片"),
                both("Class told right", "类别认对"),
            ],
            [*(stage.row for stage in seen), *rows(told)],
        ),
        cases=3 * PICTURES + len(PERIODS) * ANGLES * PHASES + KNOWN + ASKED,
    )


HIERARCHY = Claim(
    "hierarchy",
    ("principles",),
    both("From edges to objects", "从边缘到物体"),
    both(
        "Features build up with depth: the first layers find edges, those after them textures, then parts, the last ones "
        "whole objects.",
        "特征随深度逐级组合：浅层找边缘，往后依次是纹理、部件，最深的几层找的是整个物体。",
    ),
    both(
        "Measured is that layers need ever more than stripes and scraps, see further, and tell classes better, not what their "
        "channels stand for: whether those are edges, textures or parts can only be judged by eye, from the patches and images "
        "above. The pictures are clothes, enlarged and grey, not what the network was trained on; the seams between scraps are "
        "edges of their own; and deeper layers have more channels, from which more can be read anyway. Networks that see "
        "nothing but scraps can name objects quite well, too: what is in a picture need not be known as a whole.",
        "这里测的是：越深的层，光靠条纹和碎片越难激活，看得越广，也越能分清类别；至于各通道究竟代表什么，是边缘、纹理还是部件，"
        "只能看着上面的图块和图像用眼睛判断。所用图片是放大了的灰度服装图，并非该网络训练时见过的那类；碎片之间的接缝本身也是边缘；"
        "而且越深的层通道越多，能读出的信息本来就更多。另外，只看碎片的网络照样能把物体认得不错：要认出图里有什么，未必非得看到整体。",
    ),
    experiment,
)
