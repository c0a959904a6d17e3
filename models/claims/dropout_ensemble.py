"""Dropout as an ensemble of subnetworks: all of them run, and their means against the one scaled network.

The rule: it holds with conditions if where one linear layer and a softmax follow the normalised geometric mean of all
subnetworks is the whole network's prediction up to rounding, and if more than half of the subnetworks predict
differently; it holds always if the geometric mean is exact everywhere. How good an approximation it is through further
layers is shown beside it, against how far a single subnetwork is off on average.

Geometric mean: Baldi & Sadowski 2013, https://papers.nips.cc/paper/4878. Subnetworks that share weights: Srivastava et
al. 2014, https://jmlr.org/papers/v15/srivastava14a.html
"""

from dataclasses import dataclass

import torch

from models.claims.arriving import drawn, named, written
from models.claims.claim import Cell, Claim, Finding, both, found, table
from models.claims.dropped import of_layer
from models.dropping.ensemble import EnsembleParams, EnsembleResult, enumerate_subnets
from models.tensors import decode
from models.views.describe import Words

P = 0.5
PICTURES = 4
ROUNDING = 1e-5
LAYERS = (
    ("mlp", "hidden2.act", 10),
    ("tiny_vgg_batch", "flatten", 10),
    ("mlp", "hidden1.act", 10),
    ("tiny_vgg_batch", "conv4.act", 7),
)
"""Where units can be dropped, and how many: the earlier the layer, the longer a subnetwork takes."""


@dataclass(frozen=True)
class Ensembles:
    """All subnetworks at one layer, picture by picture. Distances are the largest over the likeliest classes."""

    name: Words
    units: int
    all_units: int
    tried: list[EnsembleResult]

    @property
    def subnets(self) -> int:
        return sum(each.subnets for each in self.tried)

    @property
    def distinct(self) -> int:
        """How many subnetworks predict what no other one does."""
        return sum(len(torch.unique(decode(each.probabilities), dim=0)) for each in self.tried)

    @property
    def linear(self) -> bool:
        """Whether theory has the geometric mean exact here."""
        return all(each.linear for each in self.tried)

    @property
    def geometric(self) -> float:
        """The largest distance of the geometric mean from the whole network."""
        return max(each.gap.geometric for each in self.tried)

    @property
    def arithmetic(self) -> float:
        return max(each.gap.arithmetic for each in self.tried)

    @property
    def nearer(self) -> int:
        """For how many pictures the geometric mean is nearer than a subnetwork on average."""
        return sum(each.gap.geometric < _typical(each) for each in self.tried)

    @property
    def exact(self) -> bool:
        return self.geometric <= ROUNDING

    @property
    def row(self) -> list[Cell]:
        return [
            self.name,
            f"{self.units} / {self.all_units}",
            f"{self.subnets} ({self.distinct})",
            both("yes", "是") if self.linear else both("no", "否"),
            written(self.geometric),
            written(self.arithmetic),
            f"{max(_typical(each) for each in self.tried):.3f}",
        ]


def _typical(result: EnsembleResult) -> float:
    """How far one subnetwork is from the whole network, on average."""
    scaled = torch.tensor(result.scaled)
    distances = (decode(result.probabilities) - scaled).abs().amax(1)
    return float((decode(result.weights) * distances).sum())


def ensembles(network: str, layer: str, units: int, items: torch.Tensor) -> Ensembles:
    """All 2ⁿ subnetworks for each of the pictures."""
    given = of_layer(network, layer, items)
    params = EnsembleParams(units=units)
    tried = [enumerate_subnets(given, member, P, params, "float32") for member in range(len(items))]
    return Ensembles(named(network, layer), units, given.x.shape[1], tried)


def experiment(seed: int) -> Finding:
    """All subsets of the strongest units at four layers, for a few pictures."""
    items = drawn(PICTURES, torch.Generator().manual_seed(seed))
    tried = [ensembles(*layer, items) for layer in LAYERS]
    linear, others = ([each for each in tried if each.linear is sort] for sort in (True, False))
    several = all(each.distinct > each.subnets / 2 for each in tried)
    at_last = bool(linear) and all(each.exact for each in linear)
    total = sum(each.subnets for each in tried)
    first = max(each.geometric for each in linear) if linear else 0.0
    later = max(each.geometric for each in others) if others else 0.0
    exact = written(first)
    distinct, nearer = sum(each.distinct for each in tried), sum(each.nearer for each in others)
    pictures = PICTURES * len(others)
    of = exact if isinstance(exact, Words) else both(str(exact), str(exact))
    return found(
        always=several and at_last and all(each.exact for each in tried),
        within=several and at_last,
        summary=both(
            f"{total:,} subnetworks were run, all subsets of {tried[-1].units} to {tried[0].units} units; {distinct:,} of them predict "
            f"differently, and all share one set of weights. Their geometric mean differed from the scaled network by at most: "
            f"{of.en} where only a linear layer and the softmax follow, {later:.3f} with nonlinear layers in between. There it was "
            f"nearer to it than a single subnetwork is on average for {nearer} of {pictures} pictures.",
            f"共运行了 {total:,} 个子网络，即 {tried[-1].units}～{tried[0].units} 个单元的全部子集；其中 {distinct:,} 个给出互不相同的预测，"
            f"而它们共用同一套权重。它们的几何平均与缩放后的整个网络最多相差：后面只有线性层和 softmax 时，{of.zh}；中间还有非线性层时，"
            f"{later:.3f}。在后一种情形下，{pictures} 张图片中有 {nearer} 张，几何平均比单个子网络（取平均）更接近整个网络。",
        ),
        condition=both(
            "Exactly, in the geometric mean, where one linear layer and the softmax follow the dropped units. Through further "
            "layers the scaled network is but an approximation of the ensemble, and sometimes a poor one.",
            "被丢弃的单元之后只有一个线性层和 softmax 时，按几何平均严格成立；如果还要经过更多层，缩放后的网络只是集成的近似，"
            "有时相差不小。",
        ),
        table=table(
            [
                both("Units dropped from", "被丢弃的单元所在层"),
                both("Units tried, of all", "尝试的单元 / 全部"),
                both("Subnetworks (different ones)", "子网络数（互不相同）"),
                both("Only linear steps follow", "之后只有线性运算"),
                both("Geometric mean − whole network", "几何平均与整个网络之差"),
                both("Arithmetic mean − whole network", "算术平均与整个网络之差"),
                both("A subnetwork, on average", "单个子网络平均相差"),
            ],
            [each.row for each in tried],
        ),
        cases=total,
    )


DROPOUT_ENSEMBLE = Claim(
    "dropout-ensemble",
    ("dropout",),
    both("A network of dropout is an ensemble", "带 Dropout 的网络是一个集成"),
    both(
        "A network with dropout is an ensemble of exponentially many subnetworks that share their weights, and the scaled "
        "network stands for all of them.",
        "带 Dropout 的网络相当于指数级数量的子网络的集成，它们共享参数；缩放后的整个网络就代表了它们全体。",
    ),
    both(
        "Only the strongest units are dropped here, the others stay: n units have 2ⁿ subsets, and of the 512 of the MLP’s first layer "
        "there are more than anyone could run. In training hardly any of them is ever drawn, and as they share weights they are no "
        "ensemble of networks trained by themselves. Distances are the largest over classes and pictures.",
        "这里只丢弃最强的几个单元，其余都保留：n 个单元有 2ⁿ 个子集，而 MLP 第一层有 512 个单元，子集多到谁也跑不完。训练时真正抽到的只是极少数；"
        "而且它们共享权重，并不等于各自独立训练的网络的集成。表中的差异取所有类别和图片中最大的。",
    ),
    experiment,
)
