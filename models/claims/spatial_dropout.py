"""SpatialDropout: whether maps are dropped or kept as a whole, each by a decision of its own.

The rule, set before measuring: it holds if the mask of every map is the same at all places, every output map is 0 or the
whole map over 1 - p, to the bit, pictures with both sorts exist at every layer, and the share of maps kept lies within
five standard deviations of 1 - p.

Source: Tompson, Goroshin, Jain, LeCun & Bregler 2015, https://arxiv.org/abs/1411.4280
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from models.claims.arriving import drawn, pictures
from models.claims.claim import Cell, Claim, Finding, both, found, table
from models.claims.dropped import CHANCE, deviations
from models.interventions import DropAfterIntervention
from models.layers.dropout import Variant
from models.networks.weights import load_network
from models.recorder import Record, run
from models.views.describe import Words

NETWORK = "tiny_vgg_batch"
LAYERS = ("conv1.act", "conv3.act", "conv5.act")
PROBABILITIES = (0.2, 0.5)
PICTURES = 16
OTHERS: tuple[tuple[Variant, Words], ...] = (
    ("element", both("Compare: Dropout", "对照：Dropout")),
    ("block", both("Compare: DropBlock, 5×5", "对照：DropBlock，5×5")),
    ("row", both("Compare: DropPath", "对照：DropPath")),
)


@dataclass(frozen=True)
class Maps:
    """What became of all maps of a layer. `mask`, `clean` and `dropped` are (B, C, H, W)."""

    name: Words
    p: float
    mask: Tensor
    clean: Tensor
    dropped: Tensor

    @property
    def kept(self) -> Tensor:
        """The maps all of whose places were kept: (B, C), boolean."""
        return (self.mask == 1).flatten(2).all(2)

    @property
    def gone(self) -> Tensor:
        return (self.mask == 0).flatten(2).all(2)

    @property
    def parted(self) -> int:
        """Maps of which some places were dropped and some kept."""
        return int((~self.kept & ~self.gone).sum())

    @property
    def mixed(self) -> int:
        """Pictures some of whose maps were dropped as a whole, and some kept."""
        return int((self.kept.any(1) & self.gone.any(1)).sum())

    @property
    def whole(self) -> bool:
        """Whether each map is there as a whole, scaled, or not at all."""
        expected = self.clean * self.kept[:, :, None, None] / (1 - self.p)
        return self.parted == 0 and torch.equal(self.dropped, expected)

    @property
    def likely(self) -> bool:
        return deviations(int(self.kept.sum()), self.kept.numel(), 1 - self.p) <= CHANCE

    @property
    def row(self) -> list[Cell]:
        return [
            self.name,
            self.p,
            self.kept.numel(),
            int(self.kept.sum()),
            int(self.gone.sum()),
            self.parted,
            f"{self.mixed} / {len(self.mask)}",
        ]


def maps(name: Words, layer: str, variant: Variant, p: float, x: Tensor, seed: int) -> Maps:
    """One layer of the trained network with and without dropout after it."""
    network = load_network(NETWORK).network
    record = Record(frozenset({layer}), dropouts=frozenset({layer}))
    change = DropAfterIntervention(kind="drop_after", layer=layer, variant=variant, p=p, block_size=5)
    clean = run(network, x, record=Record(frozenset({layer}))).activations[layer]
    dropped = run(network, x, [change], record, seed)
    mask = dropped.dropouts[layer].mask
    assert mask is not None
    return Maps(name, p, mask.expand(clean.shape), clean, dropped.activations[layer])


def experiment(seed: int) -> Finding:
    """Whole channels dropped after three layers, with two p; for comparison what other variants do to maps."""
    x = pictures(drawn(PICTURES, torch.Generator().manual_seed(seed)))
    tried = [
        maps(both(layer, layer), layer, "channel", p, x, seed + index)
        for index, (layer, p) in enumerate((layer, p) for layer in LAYERS for p in PROBABILITIES)
    ]
    others = [maps(name, LAYERS[1], variant, 0.5, x, seed) for variant, name in OTHERS]
    holds = all(each.whole and each.likely and each.mixed > 0 for each in tried)
    total = sum(each.kept.numel() for each in tried)
    return found(
        always=holds,
        within=holds,
        summary=both(
            f"Of {total:,} maps {sum(int(each.kept.sum()) for each in tried):,} were kept as a whole, "
            f"{sum(int(each.gone.sum()) for each in tried):,} dropped as a whole and {sum(each.parted for each in tried)} in part. Dropout of "
            f"single elements left {others[0].parted} of {others[0].kept.numel()} maps in parts.",
            f"{total:,} 张特征图中，整张保留的有 {sum(int(each.kept.sum()) for each in tried):,} 张，整张丢弃的有 "
            f"{sum(int(each.gone.sum()) for each in tried):,} 张，只丢一部分的有 {sum(each.parted for each in tried)} 张。而逐元素的 Dropout 让 "
            f"{others[0].kept.numel()} 张特征图中的 {others[0].parted} 张变得残缺不全。",
        ),
        condition=None,
        table=table(
            [
                both("Dropout after", "Dropout 加在"),
                both("p", "p"),
                both("Maps", "特征图数"),
                both("Kept as a whole", "整张保留"),
                both("Dropped as a whole", "整张丢弃"),
                both("Dropped in part", "部分丢弃"),
                both("Pictures with both sorts", "两种都有的图片"),
            ],
            [each.row for each in (*tried, *others)],
        ),
        cases=total,
    )


SPATIAL_DROPOUT = Claim(
    "spatial-dropout",
    ("dropout",),
    both("SpatialDropout drops whole maps", "SpatialDropout 丢弃整张特征图"),
    both(
        "SpatialDropout does not drop single pixels but whole feature maps: its mask is constant over height and width.",
        "SpatialDropout 丢弃的不是单个像素，而是整张特征图（通道）：掩码在高和宽方向上处处相同。",
    ),
    both(
        "Each picture has decisions of its own: a map that one picture loses another keeps. nn.Dropout2d wants its input as (B, C, H, W): "
        "what it takes for the channel follows from the number of axes. On vectors, with one place a map, it is plain Dropout.",
        "每张图片各自抽取：这张图片丢掉的特征图，另一张可能保留。nn.Dropout2d 要求输入为 (B, C, H, W)，它按轴数判断哪个轴是通道。"
        "对特征向量而言，每张“图”只有一个位置，它就与普通 Dropout 无异。",
    ),
    experiment,
)
