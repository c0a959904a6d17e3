"""Batch normalisation and the size of the batch: how steady its statistics are, and what that does to the answers.

Small batches: Wu & He 2018, https://arxiv.org/abs/1803.08494
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from models.claims.arriving import arriving, drawn, pictures
from models.claims.claim import NOT_APPLICABLE, Cell, Claim, Finding, both, found, table
from models.claims.paired import Paired
from models.heldout import held_out
from models.interventions import NormalizationIntervention, apply
from models.networks.weights import load_network
from models.recorder import Record, walk

NETWORK = "tiny_vgg_batch"
LAYERS = ("conv1.norm", "conv6.norm", "head")
"""A first and a last normalisation, and the vectors that follow: one value a channel for each picture."""
SIZES = (1, 2, 4, 8, 16, 32, 64, 128)
POOL, SEEN = 256, 128
"""Held-out pictures from which batches are drawn, and how many of them are classified."""
DRAWS = 200
HALVING = (-0.6, -0.4)
"""Where the slope of log std against log B must lie: -1/2 for independent pictures, give or take the draws' chance."""
SURE = 0.01
RUNNING_SIZES = (1, 128)


@dataclass(frozen=True)
class Spread:
    """How much the means of batches scatter, in standard deviations of the channel: `share` (sizes, C), `slopes` (C)."""

    share: Tensor
    slopes: Tensor


def spread(x: Tensor, generator: torch.Generator) -> Spread:
    """Of the batch means of `x` (N, C, …), with DRAWS batches of each size drawn from the N with replacement."""
    values = x.flatten(2).double() if x.ndim > 2 else x[:, :, None].double()
    means = values.mean(2)
    std = values.movedim(1, 0).flatten(1).std(1, correction=0)
    scatter = []
    for size in SIZES:
        batches = torch.randint(len(means), (DRAWS, size), generator=generator)
        scatter.append(means[batches].mean(1).std(0))
    share = torch.stack(scatter) / std
    log_size = torch.tensor(SIZES, dtype=torch.float64).log()
    centred = log_size - log_size.mean()
    return Spread(share, (centred[:, None] * share.log()).sum(0) / centred.square().sum())


def answers(x: Tensor, size: int, own: bool) -> Tensor:
    """The classes (N) that the network sees in `x`, given in batches; with each batch's `own` statistics or the running ones."""
    network = load_network(NETWORK).network
    norms = [step.name for step in network.steps.values() if step.kind == "norm"]
    changed: dict[str, Any] = {"kind": "normalization", "statistics": "batch"}
    changes = [NormalizationIntervention(layer=name, **changed) for name in norms] if own else []
    steps, record = apply(network, changes, size), Record(frozenset({network.output}))
    parts = [walk(steps, part, record).activations[network.output] for part in torch.split(x, size)]
    return torch.cat(parts).argmax(1)


def single_value(x: Tensor) -> str | None:
    """What PyTorch says to a batch `x` in training; None where it does not complain."""
    layer = (nn.BatchNorm2d if x.ndim == 4 else nn.BatchNorm1d)(x.shape[1]).train()
    try:
        layer(x)
    except ValueError as error:
        return str(error)
    return None


def rows(
    spreads: dict[str, Spread], right: dict[int, Tensor], steady: dict[int, Tensor], refusal: str | None
) -> list[list[Cell]]:
    """One row for each size."""
    made: list[list[Cell]] = []
    for index, size in enumerate(SIZES):
        shares = [f"{float(spreads[layer].share[index].median()):.1%}" for layer in LAYERS]
        if size == 1 and refusal:
            shares[-1] = NOT_APPLICABLE
        own = f"{float(right[size].float().mean()):.1%}"
        running = f"{float(steady[size].float().mean()):.1%}" if size in steady else NOT_APPLICABLE
        made.append([str(size), *shares, own, running])
    return made


def experiment(seed: int) -> Finding:
    """Batches of every size drawn from held-out pictures; the same pictures classified in batches of every size."""
    generator = torch.Generator().manual_seed(seed)
    items = drawn(POOL, generator)
    x, labels = pictures(items[:SEEN]), held_out().labels[items[:SEEN]]
    given = arriving(NETWORK, LAYERS, pictures(items))
    spreads = {layer: spread(values, generator) for layer, values in given.items()}
    slopes = torch.cat([each.slopes for each in spreads.values()])
    noisy = bool(((slopes >= HALVING[0]) & (slopes <= HALVING[1])).all())

    right = {size: answers(x, size, own=True) == labels for size in SIZES}
    running = {size: answers(x, size, own=False) for size in RUNNING_SIZES}
    steady = {size: each == labels for size, each in running.items()}
    most, one = right[SIZES[-1]], right[1]
    worse = Paired.of(most, one)
    unmoved = all(torch.equal(each, running[1]) for each in running.values())

    refusal, accepted = single_value(given[LAYERS[-1]][:1]), single_value(given[LAYERS[0]][:1]) is None
    suffers = noisy and worse.lead > 0 and worse.chance < SURE and refusal is not None
    places = given[LAYERS[0]][0, 0].numel()
    power = f"{float(slopes.mean()):.2f}".replace("-", "−")
    return found(
        always=suffers and not unmoved and not accepted,
        within=suffers,
        summary=both(
            f"The scatter of the batch means shrinks like B to the power of {power}. With each batch’s own "
            f"statistics {int(most.sum())} of {SEEN} pictures were recognised in batches of {SIZES[-1]} and {int(one.sum())} "
            f"one at a time; with running statistics {int(steady[SIZES[-1]].sum())} and {int(steady[1].sum())}. "
            f"To one value per channel PyTorch says: “{refusal or 'nothing'}”.",
            f"批均值的波动大致按 B 的 {power} 次方缩小。用每批自己的统计量时，{SEEN} 张图片每批 {SIZES[-1]} 张"
            f"认对 {int(most.sum())} 张，逐张输入只认对 {int(one.sum())} 张；改用滑动统计量，则分别认对 "
            f"{int(steady[SIZES[-1]].sum())} 张和 {int(steady[1].sum())} 张。每个通道只有一个值时，PyTorch "
            + (f"报错：“{refusal}”。" if refusal else "没有报错。"),
        ),
        condition=both(
            "While the batch’s own statistics are used, that is in training. With running statistics the size changes no answer; "
            f"and a convolutional layer accepts a single picture, because its {places} places are values enough to have a variance.",
            "使用本批统计量时成立，也就是训练时。改用滑动统计量后，batch 大小不影响任何一个答案；"
            f"而且卷积层可以只接收一张图片：它有 {places} 个位置，数值足够求方差。",
        ),
        table=table(
            [
                both("Batch size B", "batch 大小 B"),
                both("Scatter of the batch means, first layer", "批均值的波动：第一层"),
                both("Last layer", "最后一层"),
                both("Vectors", "特征向量"),
                both("Recognised with the batch’s statistics", "准确率：本批统计量"),
                both("With running statistics", "准确率：滑动统计量"),
            ],
            rows(spreads, right, steady, refusal),
        ),
        cases=len(slopes) + SEEN,
    )


BN_BATCH_SIZE = Claim(
    "bn-batch-size",
    ("normalization",),
    both("How many pictures a batch needs", "一批要有多少张图片"),
    both(
        "Batch normalisation depends on the batch size: in small batches its statistics are noisy and the results poor, "
        "worst of all with a single sample.",
        "批归一化依赖 batch 大小：batch 小，统计量就不稳，效果变差；只有一个样本时最糟。",
    ),
    both(
        "The scatter is given in standard deviations of the channel, the middle one of all channels. It is that of statistics "
        "in a network that is already trained, on batches of its own kind; how training itself fares with small batches is "
        "not measured here. A single picture fails only where a channel has a single value.",
        "表中的波动以该通道的标准差为单位，取各通道的中位数。这里测的是训练好的网络面对同类图片时统计量的波动，"
        "没有测用小 batch 训练的结果。只有当每个通道仅有一个值时，单个样本才会报错。",
    ),
    experiment,
)
