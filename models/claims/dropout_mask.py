"""The mask of dropout: what is drawn, how often it keeps, and whether its decisions know of each other.

The rule: it holds if every mask has the shape of what it is for and nothing but zeros and ones, the output is
h · m / (1 - p) to the bit, for each p the share that was kept lies within five standard deviations of 1 - p,
as do the correlations of neighbouring decisions and of successive masks of 0, and no more than MOST_OUTSIDE of all masks
lie outside their own 95 % interval.

Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html
"""

from dataclasses import dataclass
from math import sqrt

import torch
from torch import Tensor

from models.claims.arriving import drawn, pictures
from models.claims.claim import NOT_APPLICABLE, Cell, Claim, Finding, both, found, table
from models.claims.dropped import CHANCE, deviations, seeds, switched_on
from models.dropping.keep import keep_rate
from models.layers.dropout import Variant
from models.networks.weights import load_network
from models.recorder import Record, run
from models.views.describe import Words

LAYERS = {
    "mlp": ("hidden1.dropout", "hidden2.dropout"),
    "mini_vit": ("embed.drop", "block1.drop_weights"),
}
"""Vectors, maps and attention weights."""
WITH_CHANNELS = {"mini_vit": ("embed.drop",)}
PROBABILITIES = (0.1, 0.2, 0.3, 0.5, 0.8)
PICTURES, DRAWS = 4, 8
"""Pictures in a batch, and runs of each network for each p."""
MOST_OUTSIDE = 0.15
"""Five of a hundred do by chance."""


@dataclass(frozen=True)
class Masks:
    """All masks drawn with one p, layer by layer, as large as what they are for: (draws, B, C, …) each.

    `decisions` counts what was really drawn; `formed` says whether all shapes and outputs were right.
    """

    p: float
    of_layers: list[Tensor]
    decisions: int
    formed: bool

    @property
    def total(self) -> int:
        return sum(masks.numel() for masks in self.of_layers)

    @property
    def count(self) -> int:
        return sum(int(masks.sum(dtype=torch.float64)) for masks in self.of_layers)

    @property
    def inside(self) -> int:
        """How many masks kept a share within the 95 % interval for their number of decisions."""
        each = [mask for masks in self.of_layers for mask in masks]
        return sum(bool(keep_rate(mask, 1 - self.p).inside) for mask in each)

    @property
    def masks(self) -> int:
        return sum(len(masks) for masks in self.of_layers)

    def correlation(self, axis: int) -> tuple[float, float]:
        """Of decisions next to each other along `axis`, all layers taken together; and the same in standard deviations."""
        products, pairs = 0.0, 0
        for masks in self.of_layers:
            off = masks.double() - (1 - self.p)
            size = masks.shape[axis] - 1
            products += float((off.narrow(axis, 0, size) * off.narrow(axis, 1, size)).sum())
            pairs += off.narrow(axis, 0, size).numel()
        r = products / pairs / (self.p * (1 - self.p))
        return r, abs(r) * sqrt(pairs)

    @property
    def bernoulli(self) -> bool:
        """Whether all this is what independent decisions make likely."""
        return (
            deviations(self.count, self.total, 1 - self.p) <= CHANCE
            and self.correlation(-1)[1] <= CHANCE
            and self.correlation(0)[1] <= CHANCE
        )

    def row(self, name: Words | str) -> list[Cell]:
        return [
            name,
            self.decisions,
            f"{self.count / self.total:.4f}",
            f"{1 - self.p:.1f}",
            f"{self.inside} / {self.masks}",
            f"{self.correlation(-1)[0]:+.4f}",
        ]


def masks(items: Tensor, p: float, draws: list[int], variant: Variant = "element") -> Masks:
    """What the networks' own dropouts draw when they are switched on, once for each seed."""
    x = pictures(items)
    formed, decisions, of_layers = True, 0, []
    for network, layers in (LAYERS if variant == "element" else WITH_CHANNELS).items():
        trained = load_network(network).network
        before = {layer: trained.steps[layer].inputs[0] for layer in layers}
        record = Record(frozenset({*layers, *before.values()}), dropouts=frozenset(layers))
        changes = [switched_on(layer, p, variant) for layer in layers]
        runs = [run(trained, x, changes, record, seed) for seed in draws]
        for layer in layers:
            found = []
            for each in runs:
                h, mask = each.activations[before[layer]], each.dropouts[layer].mask
                assert mask is not None
                formed &= mask.shape == h.shape and bool(((mask == 0) | (mask == 1)).all())
                formed &= torch.equal(each.activations[layer], h * mask / (1 - p))
                decisions += mask.numel()
                found.append(mask.expand(h.shape))
            of_layers.append(torch.stack(found))
    return Masks(p, of_layers, decisions, formed)


def experiment(seed: int) -> Finding:
    """Dropout switched on in two trained networks, with several p; for comparison the masks of whole channels."""
    generator = torch.Generator().manual_seed(seed)
    items = drawn(PICTURES, generator)
    tried = [masks(items, p, seeds(DRAWS, generator)) for p in PROBABILITIES]
    channels = masks(items, 0.5, seeds(DRAWS, generator), "channel")
    worst = max(tried, key=lambda each: abs(each.count / each.total - (1 - each.p)))
    off = worst.count / worst.total - (1 - worst.p)
    together = sum(each.masks for each in tried)
    inside = sum(each.inside for each in tried)
    true = all(each.formed and each.bernoulli for each in tried) and inside >= (1 - MOST_OUTSIDE) * together
    shared = channels.correlation(-1)[0]
    return found(
        always=true,
        within=true,
        summary=both(
            f"{together} masks of {sum(each.decisions for each in tried):,} decisions: the share kept was never further from 1 − p than "
            f"{abs(off):.4f} (p = {worst.p}), and {inside} masks lay within their 95 % interval. Neighbouring decisions "
            f"have correlations of at most {max(abs(each.correlation(-1)[0]) for each in tried):.4f}; where whole channels are dropped, "
            f"it is {shared:.2f}.",
            f"{together} 个掩码共做了 {sum(each.decisions for each in tried):,} 次抽取：保留比例与 1 − p 最多相差 {abs(off):.4f}"
            f"（p = {worst.p}），有 {inside} 个掩码落在各自的 95% 区间内。相邻两个位置的相关系数最大只有 "
            f"{max(abs(each.correlation(-1)[0]) for each in tried):.4f}；改为丢弃整个通道时，则达到 {shared:.2f}。",
        ),
        condition=None,
        table=table(
            [
                both("Probability to drop, p", "丢弃概率 p"),
                both("Decisions", "抽取次数"),
                both("Share kept", "保留比例"),
                both("Expected, 1 − p", "期望值 1 − p"),
                both("Masks within their 95 % interval", "落在 95% 区间内的掩码"),
                both("Correlation of neighbours", "相邻位置的相关系数"),
            ],
            [
                *(each.row(f"{each.p}") for each in tried),
                [
                    *channels.row(both("Compare: whole channels, 0.5", "对照：丢弃整个通道，0.5"))[:4],
                    NOT_APPLICABLE,
                    f"{shared:+.4f}",
                ],
            ],
        ),
        cases=together,
    )


DROPOUT_MASK = Claim(
    "dropout-mask",
    ("dropout",),
    both("The mask of dropout", "Dropout 的掩码"),
    both(
        "Dropout draws a mask of the same shape as h, each m independently 1 with probability 1 − p, else 0.",
        "Dropout 生成一个与 h 同形状的掩码，每个 m 独立地以 1 − p 的概率取 1，否则取 0。",
    ),
    both(
        "It is said of plain dropout. Its relatives decide for several numbers at once: for a whole map, a block, a sample or a "
        "batch. And the share of one mask is hardly ever exactly 1 − p; only the average over many is. The rule: five "
        "standard deviations for all masks of a p together, and at most 15 % of the masks outside their own 95 % interval.",
        "这只对普通 Dropout 成立。它的变种一次决定多个数的去留：一整张特征图、一个方块、一个样本或一整批。另外，单个掩码的保留比例"
        "几乎不会恰好等于 1 − p，大量掩码平均起来才是。判定规则：同一个 p 的全部掩码合计，偏差不超过 5 个标准差；"
        "落在自身 95% 区间之外的掩码不超过 15%。",
    ),
    experiment,
)
