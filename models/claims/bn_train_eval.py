"""Batch normalisation's two modes: how far apart they are, and how running statistics come near those of all pictures.

Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from models.claims.arriving import arriving, drawn, named, pictures, written
from models.claims.claim import NOT_APPLICABLE, Cell, Claim, Finding, both, found, table
from models.layers.running import Running, updated
from models.networks.weights import load_network
from models.views.describe import Words

LAYERS = (("tiny_vgg_batch", "conv2.norm"), ("tiny_vgg_batch", "conv6.norm"), ("mini_resnet", "block6.norm2"))
UNTRACKED = 1
"""Which of them is also tried without running statistics."""
WITHOUT_BATCH = ("tiny_vgg_layer", "conv6.norm")
POOL = 320
"""Held-out pictures, whose statistics running ones should come to."""
SIZES = (1, 16, 128)
TRIES = 6
"""Batches of each size."""
APART = 0.001
"""From this root mean square on two outputs differ; rounding makes a ten thousandth of it."""
FED, STEPS, MOMENTUM = 32, 100, 0.1
NEAR = 0.05
"""Of the channels' standard deviation, for the mean; of the variance twice as much."""


@dataclass(frozen=True)
class Apart:
    """For each size, by how much training and evaluation differed in each try: root mean square."""

    name: Words
    channels: int
    tries: dict[int, list[float]]
    batches: tuple[int | None, int | None] | None = None
    """Until the running mean was near, and the running variance; None within if never, None where nothing runs."""

    @property
    def differs(self) -> bool:
        return all(difference > APART for tries in self.tries.values() for difference in tries)

    @property
    def row(self) -> list[Cell]:
        means = [written(sum(tries) / len(tries)) for tries in self.tries.values()]
        if self.batches is None:
            return [self.name, *means, NOT_APPLICABLE, NOT_APPLICABLE]
        reached: list[Cell] = [
            both(f"not in {STEPS}", f"{STEPS} 批内未达到") if count is None else count
            for count in self.batches
        ]
        return [self.name, *means, *reached]


def both_modes(layer: nn.Module, x: Tensor, generator: torch.Generator) -> dict[int, list[float]]:
    """Random batches of each size in training mode and in evaluation; the layer's running statistics stay as they are."""
    tries: dict[int, list[float]] = {}
    kept = {name: value.clone() for name, value in layer.state_dict().items()}
    for size in SIZES:
        tries[size] = []
        for _ in range(TRIES):
            batch = x[torch.randperm(len(x), generator=generator)[:size]]
            with torch.inference_mode():
                trained = layer.train()(batch)
                layer.load_state_dict(kept)
                difference = trained - layer.eval()(batch)
            tries[size].append(float(difference.square().mean().sqrt()))
    return tries


def batch_norm(step: dict[str, Any], tracked: bool = True) -> nn.BatchNorm2d:
    """PyTorch's layer with what training left in the network's."""
    layer = nn.BatchNorm2d(len(step["gamma"]), step["eps"], track_running_stats=tracked)
    state = {"weight": step["gamma"], "bias": step["beta"]}
    if tracked:
        state |= {"running_mean": step["running_mean"], "running_var": step["running_var"]}
    layer.load_state_dict(state, strict=False)
    return layer


def until_near(x: Tensor, generator: torch.Generator) -> tuple[int | None, int | None]:
    """After how many batches of `x` fresh running statistics come near those of the whole: the mean, the variance."""
    values = x.movedim(1, 0).flatten(1)
    variance, mean = torch.var_mean(values, 1, correction=0)
    running = Running.fresh(x.shape[1])
    reached: list[int | None] = [None, None]
    for step in range(1, STEPS + 1):
        batch = x[torch.randint(len(x), (FED,), generator=generator)]
        running = updated(running, batch, MOMENTUM)
        far = (
            float(((running.mean - mean) / variance.sqrt()).square().mean().sqrt()),
            float((running.variance / variance - 1).square().mean().sqrt()) / 2,
        )
        reached = [
            step if was is None and now <= NEAR else was for was, now in zip(reached, far, strict=True)
        ]
        if None not in reached:
            break
    return reached[0], reached[1]


def experiment(seed: int) -> Finding:
    """The same batches in both modes, with running statistics, without, and in a layer normalisation; then batch after batch."""
    generator = torch.Generator().manual_seed(seed)
    x = pictures(drawn(POOL, generator))
    tracked, untracked = [], []
    for index, (network, name) in enumerate(LAYERS):
        given = arriving(network, [name], x)[name]
        step = dict(load_network(network).network.steps[name].arguments)
        words = named(network, name)
        tries = both_modes(batch_norm(step), given, generator)
        tracked.append(Apart(words, given.shape[1], tries, until_near(given, generator)))
        if index == UNTRACKED:
            tries = both_modes(batch_norm(step, tracked=False), given, generator)
            title = both(f"{words.en}, track_running_stats=False", f"{words.zh}，track_running_stats=False")
            untracked.append(Apart(title, given.shape[1], tries))
    network, name = WITHOUT_BATCH
    given = arriving(network, [name], x)[name]
    layer = nn.GroupNorm(1, given.shape[1])
    other = Apart(named(network, name), given.shape[1], both_modes(layer, given, generator))

    counts = [count for each in tracked for count in each.batches or ()]
    slowest = None if None in counts else max(count for count in counts if count is not None)
    one, many = (max(max(each.tries[size]) for each in tracked) for size in (SIZES[0], SIZES[-1]))
    return found(
        always=all(each.differs for each in (*tracked, *untracked)),
        within=all(each.differs for each in tracked) and slowest is not None,
        summary=both(
            f"The same input came out up to {one:.2f} apart in training and in evaluation for single pictures, {many:.2f} for "
            f"batches of {SIZES[-1]}; layer normalisation differed by {max(map(max, other.tries.values())):.2g}. "
            f"Fed batches of {FED}, fresh running statistics "
            + (
                f"took up to {slowest} batches to come within {NEAR:.0%} of the means’ scale and {2 * NEAR:.0%} of the variance."
                if slowest
                else f"did not come near in {STEPS} batches."
            ),
            f"同一输入在训练与推理两种模式下的输出，单张图片时相差可达 {one:.2f}，每批 {SIZES[-1]} 张时为 {many:.2f}；"
            f"层归一化相差 {max(map(max, other.tries.values())):.2g}。从头积累滑动统计量，每批 {FED} 张，"
            + (
                f"最多 {slowest} 批之后，均值误差降到标准差的 {NEAR:.0%} 以内，方差误差降到 {2 * NEAR:.0%} 以内。"
                if slowest
                else f"{STEPS} 批之内没有接近真实值。"
            ),
        ),
        condition=both(
            "As long as the layer keeps running statistics, as it does unless told otherwise. Without them "
            "(track_running_stats=False) it takes the batch’s own in both modes.",
            "前提是这一层保存滑动统计量（默认如此）。若设 track_running_stats=False，两种模式都用本批统计量，结果相同。",
        ),
        table=table(
            [
                both("Layer", "层"),
                *(
                    both(f"Modes apart, {size} picture{'s' * (size > 1)}", f"两种模式的差异：{size} 张图片")
                    for size in SIZES
                ),
                both(f"Batches of {FED} until the mean is near", f"均值接近所需批数（每批 {FED} 张）"),
                both("Until the variance is near", "方差接近所需批数"),
            ],
            [each.row for each in (*tracked, *untracked, other)],
        ),
        cases=(len(tracked) + len(untracked)) * len(SIZES) * TRIES + sum(each.channels for each in tracked),
    )


BN_TRAIN_EVAL = Claim(
    "bn-train-eval",
    ("normalization",),
    both("Training and inference differ", "训练与推理不一致"),
    both(
        "In training batch normalisation uses the statistics of the batch, in inference running ones gathered over training; "
        "so the same input gives different outputs.",
        "批归一化在训练时用本批的统计量，推理时用训练中积累的滑动统计量，因此同一输入会得到不同的输出。",
    ),
    both(
        "The differences are root mean squares of outputs whose channels were scaled to gamma. They shrink as the batch grows, "
        "because its statistics come near the running ones, but do not vanish: those were gathered from other pictures. How soon running statistics settle depends on "
        "the momentum: with 0.1 what they began with fades by a tenth at each batch.",
        "差异为输出之差的均方根（输出已乘上 γ）。batch 越大，本批统计量越接近滑动统计量，差异随之缩小，但不会消失，"
        "因为滑动统计量来自别的图片。"
        "它多快稳定下来，取决于 momentum：取 0.1 时，初始值的影响每批衰减一成。",
    ),
    experiment,
)
