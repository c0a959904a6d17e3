"""The mean of many dropouts: of the dropped layer's own output, and of what follows.

The rule, set before measuring: it holds with conditions if the mean over all masks comes as near to h as chance allows
(no more than twice the expected error) for each layer, and so do the numbers that linear steps make of it; it holds
always if that goes for what follows a ReLU or a softmax as well.

Inverted dropout after Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html, section 10.
"""

from dataclasses import dataclass
from typing import Literal

import torch

from models.claims.arriving import drawn, named
from models.claims.claim import Cell, Claim, Finding, both, found, table
from models.claims.dropped import of_layer, seeds
from models.dropping.expectation import ExpectationParams, ExpectationResult, expect
from models.dropping.layer import DropoutSettings
from models.views.describe import Words

P = 0.5
DRAWS, FEW = 1000, 10
PICTURES = 3
TOLERANCE = 2.0
"""An error that is so many times what chance makes of it, or more, is bias."""
Function = Literal["relu", "softmax"]


@dataclass(frozen=True)
class Place:
    """Where dropout is put, and what is looked at after it."""

    network: str
    layer: str
    after: Function
    directly: bool = False

    @property
    def name(self) -> Words:
        return named(self.network, self.layer)


PLACES = (
    Place("mlp", "hidden2.linear", "relu", directly=True),
    Place("mlp", "hidden1.act", "relu"),
    Place("mlp", "hidden2.act", "softmax"),
    Place("tiny_vgg_batch", "pool1", "relu"),
    Place("tiny_vgg_batch", "flatten", "softmax"),
)


@dataclass(frozen=True)
class Means:
    """What the means over masks came to at one place, picture by picture."""

    place: Place
    tried: list[ExpectationResult]

    def ratio(self, part: Literal["layer", "linear", "curved"]) -> float:
        """The largest error of all masks together in terms of what chance makes of it."""
        return max(_ratio(each, part) for each in self.tried)

    @property
    def unbiased(self) -> bool:
        return self.ratio("layer") <= TOLERANCE and self.ratio("linear") <= TOLERANCE

    @property
    def unbiased_after(self) -> bool:
        return self.ratio("curved") <= TOLERANCE

    def error(self, count: int) -> float:
        """Of the mean of so many masks, on average over the pictures."""
        return sum(each.error_rms[each.draws.index(count)] for each in self.tried) / len(self.tried)

    @property
    def row(self) -> list[Cell]:
        bias = sum(each.after.curved.bias for each in self.tried if each.after) / len(self.tried)
        after = {"relu": both("next ReLU", "下一个 ReLU"), "softmax": both("softmax", "softmax")}[
            self.place.after
        ]
        if self.place.directly:
            after = both("ReLU directly after it", "紧接着的 ReLU")
        return [
            self.place.name,
            f"{self.error(FEW):.3f}",
            f"{self.error(DRAWS):.4f}",
            f"{self.ratio('layer'):.2f}",
            after,
            f"{self.ratio('curved'):.2f}",
            f"{bias:.4f}" if not self.unbiased_after else both("none seen", "未见偏差"),
        ]


def _ratio(result: ExpectationResult, part: Literal["layer", "linear", "curved"]) -> float:
    assert result.line is not None and result.after is not None
    if part == "layer":
        return result.error_rms[-1] / result.line[-1]
    means = getattr(result.after, part)
    return float(means.error_rms[-1] / means.standard_error[-1]) if means.standard_error[-1] else 0.0


def means(place: Place, items: torch.Tensor, draws: list[int]) -> Means:
    """Masks drawn for each of the pictures."""
    given = of_layer(place.network, place.layer, items)
    channels = torch.arange(min(given.x.shape[1], 24 if given.x.ndim > 2 else given.x.shape[1]))
    tried = [
        expect(
            given,
            member,
            DropoutSettings(p=P),
            ExpectationParams(draws=DRAWS, seed=seed, after=place.after),
            channels,
            "float32",
        )
        for member, seed in enumerate(draws)
    ]
    return Means(place, tried)


def experiment(seed: int) -> Finding:
    """Many masks for a few pictures at several layers; the mean of the layer's output and of what follows."""
    generator = torch.Generator().manual_seed(seed)
    items = drawn(PICTURES, generator)
    tried = [means(place, items, seeds(PICTURES, generator)) for place in PLACES]
    unbiased = all(each.unbiased for each in tried)
    biased = [each for each in tried if not each.unbiased_after]
    few, all_of = tried[0].error(FEW), tried[0].error(DRAWS)
    directly = tried[0].ratio("curved")
    worst = max(tried, key=lambda each: each.ratio("curved"))
    return found(
        always=unbiased and not biased,
        within=unbiased,
        summary=both(
            f"With p = {P} at {tried[0].place.layer} of the MLP the mean of {FEW} masks was off by {few:.3f}, that of {DRAWS:,} by {all_of:.4f} ({few / all_of:.0f} times less; "
            f"√{DRAWS // FEW} = {(DRAWS / FEW) ** 0.5:.0f}): the error falls as 1/√N, towards 0. After a ReLU or a softmax further on an error "
            f"stayed at {len(biased)} of {len(tried)} places, up to {worst.ratio('curved'):.0f} times what chance explains. A ReLU "
            f"directly after the dropout adds none ({directly:.1f} times): ReLU(m·h) = m·ReLU(h).",
            f"在 MLP 的 {tried[0].place.layer} 处取 p = {P}，{FEW} 个掩码的平均值与 h 相差 {few:.3f}，{DRAWS:,} 个的平均值只差 {all_of:.4f}，缩小到约 1/{few / all_of:.0f}"
            f"（√{DRAWS // FEW} ≈ {(DRAWS / FEW) ** 0.5:.0f}）：误差按 1/√N 趋近于 0。再往后，经过 ReLU 或 softmax，{len(tried)} 处中有 "
            f"{len(biased)} 处留下了消不掉的偏差，最大达到随机误差的 {worst.ratio('curved'):.0f} 倍。而紧跟在 Dropout 之后的 ReLU "
            f"不带来偏差（{directly:.1f} 倍），因为 ReLU(m·h) = m·ReLU(h)。",
        ),
        condition=both(
            "For the dropped layer’s output, and for everything linear up to the next nonlinearity. The mean of what comes after "
            "that is another one than without dropout.",
            "对 Dropout 这一层的输出成立，对其后直到下一个非线性之前的线性运算也成立；再往后，平均值就与不用 Dropout 时不同了。",
        ),
        table=table(
            [
                both("Dropout after", "Dropout 加在"),
                both(f"Error of the mean of {FEW}", f"{FEW} 个掩码的平均误差"),
                both(f"Of {DRAWS:,}", f"{DRAWS:,} 个"),
                both("In terms of chance", "与随机误差之比"),
                both("What follows", "之后"),
                both("Its error in terms of chance", "之后的误差与随机误差之比"),
                both("Bias that stays", "留下的偏差"),
            ],
            [each.row for each in tried],
        ),
        cases=PICTURES * len(PLACES) * DRAWS,
    )


DROPOUT_EXPECTATION = Claim(
    "dropout-expectation",
    ("dropout",),
    both("Dividing by 1 − p keeps the expectation", "除以 1 − p 保持期望不变"),
    both(
        "Dividing the kept values by 1 − p keeps the expectation, so that nothing needs to be scaled at inference.",
        "把保留下来的值除以 1 − p，期望保持不变，因此推理阶段不需要再缩放。",
    ),
    both(
        "The expectation of the dropped numbers, not their distribution: their variance grows by h²·p/(1 − p). Errors are root mean "
        "squares; from twice what chance makes of them on they count as bias. Small biases below that are not seen with so few "
        "masks. That trained networks do well without dropout is not explained by the expectation alone.",
        "不变的是期望，不是分布：方差增加了 h²·p/(1 − p)。误差以均方根计，达到随机误差的 2 倍才算偏差；"
        "更小的偏差，这点掩码还看不出来。训练好的网络关掉 Dropout 后表现良好，也不能只用期望来解释。",
    ),
    experiment,
)
