"""Sequences of different lengths: what padding and batch-mates do to batch normalisation, and not to layer normalisation.

A token is a place of a network's maps (B, D, 7, 7): D numbers for a patch of 4×4 pixels. Tokens whose patch is all background
are left out, so that the pictures become sequences of different lengths, which zeros fill up to the longest and further.

Batch normalisation made fit for Transformers: PowerNorm, Shen et al. 2020, https://arxiv.org/abs/2003.07845, and in vision
Transformers Yao et al. 2021, https://openaccess.thecvf.com/content/ICCV2021W/NeurArch/html/Yao_Leveraging_Batch_Normalization_for_Vision_Transformers_ICCVW_2021_paper.html
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from models.claims.arriving import arriving, drawn, pictures, written
from models.claims.claim import NOT_APPLICABLE, Cell, Claim, Finding, both, found, table
from models.heldout import held_out
from models.layers.normalization import normalize
from models.layers.running import Running, updated
from models.networks.weights import load_network
from models.views.describe import Words

NETWORK, LAYER = "mini_vit", "block3.norm1"
"""Where the tokens come from: what reaches this layer."""
BATCH, TRIES = 8, 16
"""Sequences in a batch, and how many batches are tried."""
SMALL = 2
"""Sequences in a small batch."""
FURTHER = (0, 8, 24, 64)
"""Zeros behind the longest sequence."""
MOVED = 0.02
"""From this root mean square on outputs have moved; normalised ones have a root mean square of 1."""
ROUNDING = 1e-5


@dataclass(frozen=True)
class Shift:
    """In each try: the share of padding, and by how much the real tokens' outputs moved (root mean square)."""

    name: Words
    share: list[float] | None
    batch: list[float]
    layer: list[float]

    @property
    def row(self) -> list[Cell]:
        share = NOT_APPLICABLE if self.share is None else f"{sum(self.share) / TRIES:.0%}"
        return [self.name, share, *(written(sum(tries) / TRIES) for tries in (self.batch, self.layer))]


def sequences(items: Tensor) -> list[Tensor]:
    """The tokens (D, L) of each picture's content, L different from picture to picture."""
    maps = arriving(NETWORK, [LAYER], pictures(items))[LAYER]
    light = F.max_pool2d(held_out().images[items].float(), 28 // maps.shape[2]) > 0
    return [each[:, kept] for each, kept in zip(maps.flatten(2), light.flatten(1), strict=True)]


def padded(batch: list[Tensor], further: int) -> tuple[Tensor, Tensor]:
    """The sequences as one tensor (B, D, L), zeros behind each; and which of its tokens are real: (B, L)."""
    longest = max(each.shape[1] for each in batch) + further
    x = torch.stack([F.pad(each, (0, longest - each.shape[1])) for each in batch])
    lengths = torch.tensor([[each.shape[1]] for each in batch])
    return x, torch.arange(longest) < lengths


def real(y: Tensor, mask: Tensor) -> Tensor:
    """The real tokens of (B, D, L): (n, D)."""
    return y.transpose(1, 2)[mask]


def far(first: Tensor, second: Tensor) -> float:
    """Root mean square of the difference; 0 only where all bits are equal."""
    return 0.0 if torch.equal(first, second) else float((first - second).square().mean().sqrt())


def by_batch(x: Tensor) -> Tensor:
    return normalize(x, "batch", statistics="batch")


def by_token(x: Tensor) -> Tensor:
    return normalize(x, "layer_channels")


Batches = list[list[Tensor]]


def against_padding(
    name: Words, batches: Batches, further: int, by: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
) -> Shift:
    """`by(x, mask)` gives what batch normalisation makes of the real tokens of a padded batch, and without padding."""
    share, batch, layer = [], [], []
    for each in batches:
        x, mask = padded(each, further)
        share.append(1 - float(mask.float().mean()))
        batch.append(far(*by(x, mask)))
        layer.append(far(real(by_token(x), mask), by_token(torch.cat(each, 1).T)))
    return Shift(name, share, batch, layer)


def counted(x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Padding takes part in the statistics like any token."""
    return real(by_batch(x), mask), by_batch(real(x, mask))


def masked(x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Statistics of the real tokens, here found by the mask; and one sequence after the other."""
    tokens = torch.cat([x[index, :, kept] for index, kept in enumerate(mask)], 1).T
    return by_batch(real(x, mask)), by_batch(tokens)


def running(statistics: Running) -> Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Statistics that are there before the batch comes."""

    def by(x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        y, plain = (
            normalize(each, "batch", running_mean=statistics.mean, running_var=statistics.variance)
            for each in (x, real(x, mask))
        )
        return real(y, mask), plain

    return by


def against_mates(name: Words, batches: Batches, size: int) -> Shift:
    """The first sequence of each batch among its own mates and among those of the next batch, without any padding."""
    batch, layer = [], []
    for each, other in zip(batches, [*batches[1:], batches[0]], strict=True):
        length = each[0].shape[1]
        own, others = (torch.cat([each[0], *mates[1:size]], 1).T for mates in (each, other))
        batch.append(far(by_batch(own)[:length], by_batch(others)[:length]))
        layer.append(far(by_token(own)[:length], by_token(others)[:length]))
    return Shift(name, None, batch, layer)


def experiment(seed: int) -> Finding:
    """Batches of real sequences: padded, padded with a mask, with running statistics, and with other mates."""
    generator = torch.Generator().manual_seed(seed)
    tokens = sequences(drawn(BATCH * (TRIES + 1), generator))
    batches = [tokens[at * BATCH : (at + 1) * BATCH] for at in range(TRIES)]
    before = updated(Running.fresh(len(tokens[0])), torch.cat(tokens[TRIES * BATCH :], 1).T, None)
    paddings = [
        against_padding(
            both(f"Zeros to the longest, and {further} more", f"补零到最长，再多补 {further} 个")
            if further
            else both("Zeros to the longest", "补零到最长"),
            batches,
            further,
            counted,
        )
        for further in FURTHER
    ]
    most = FURTHER[-1]
    spared = [
        against_padding(
            both(f"{most} more, statistics of real tokens alone", f"多补 {most} 个，只统计真实词元"),
            batches,
            most,
            masked,
        ),
        against_padding(
            both(f"{most} more, running statistics", f"多补 {most} 个，用滑动统计量"),
            batches,
            most,
            running(before),
        ),
    ]
    mates = [
        against_mates(
            both(f"No padding, other mates, {size} sequences", f"不补零，换掉同批的其他序列，每批 {size} 个"),
            batches,
            size,
        )
        for size in (BATCH, SMALL)
    ]
    moved = all(min(each.batch) > MOVED for each in (*paddings, *mates))
    still = max(max(each.layer) for each in (*paddings, *spared, *mates))
    lengths = sorted(each.shape[1] for each in tokens)
    least, worst = (sum(each.batch) / TRIES for each in (paddings[0], paddings[-1]))
    title = load_network(NETWORK).spec.title
    return found(
        always=moved and still <= ROUNDING and all(min(each.batch) > MOVED for each in spared),
        within=moved and still <= ROUNDING,
        summary=both(
            f"Sequences of {lengths[0]} to {lengths[-1]} tokens from {title['en']}: padding to the longest moved batch "
            f"normalisation’s outputs on the real tokens by {least:.2f} on average, {most} zeros more by {worst:.2f}; layer "
            f"normalisation’s by {still:.2g}. Without padding other batch-mates alone moved batch normalisation’s by "
            f"{sum(mates[0].batch) / TRIES:.2f} among {BATCH} sequences and {sum(mates[1].batch) / TRIES:.2f} among {SMALL}.",
            f"序列取自 {title['zh']}，长 {lengths[0]}～{lengths[-1]} 个词元。补零到最长，批归一化对真实词元的输出平均变动 "
            f"{least:.2f}；再多补 {most} 个零，变动 {worst:.2f}；层归一化变动 {still:.2g}。即使不补零，只换掉同批的其他序列，"
            f"批归一化的输出也会变动：{BATCH} 个序列一批时为 {sum(mates[0].batch) / TRIES:.2f}，{SMALL} 个一批时为 "
            f"{sum(mates[1].batch) / TRIES:.2f}。",
        ),
        condition=both(
            "Where padding is counted and the batch’s own statistics are used. Statistics of the real tokens alone (a mask), or "
            "running ones, are not moved by padding.",
            "前提是补的零也计入统计，并且使用本批统计量。若用掩码只统计真实词元，或改用滑动统计量，补零就没有影响。",
        ),
        table=table(
            [
                both("What is done to the batch", "对这一批做了什么"),
                both("Padding among the tokens", "补零所占比例"),
                both("BatchNorm’s real tokens move by", "批归一化：真实词元的变动"),
                both("LayerNorm’s", "层归一化：变动"),
            ],
            [each.row for each in (*paddings, *spared, *mates)],
        ),
        cases=TRIES * (len(paddings) + len(spared) + len(mates)),
    )


BN_IN_TRANSFORMER = Claim(
    "bn-in-transformer",
    ("normalization",),
    both("Batch normalisation and sequences", "批归一化与序列"),
    both(
        "Batch normalisation does not suit Transformers: sequences have different lengths and batches are small, which upsets "
        "its statistics, while layer normalisation treats every token by itself.",
        "批归一化不适合 Transformer：序列长短不一，batch 又小，统计量因此受到干扰；层归一化则逐个词元独立计算，不受影响。",
    ),
    both(
        "Movements are root mean squares; normalised outputs have one of 1. What is measured are the statistics, not what a "
        "Transformer trained with batch normalisation would reach: PowerNorm, and vision Transformers with care, do train with it. "
        "The network saw whole pictures; only afterwards were the tokens of empty patches left out.",
        "变动以均方根计，归一化后的输出均方根为 1。这里测的是统计量，而不是用批归一化训练 Transformer 能达到的水平："
        "PowerNorm 以及一些精心设计的视觉 Transformer 确实能用它训练。网络看到的是整张图片，空白图块的词元是事后才去掉的。",
    ),
    experiment,
)
