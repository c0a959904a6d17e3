"""Layer normalisation by hand: which numbers share a mean and a variance.

Two readings of "features" for feature maps: all of C, H, W (Ba, Kiros & Hinton 2016, https://arxiv.org/abs/1607.06450; Wu & He
2018, https://arxiv.org/abs/1803.08494), or the channels at one place (Transformers; Liu et al. 2022,
https://arxiv.org/abs/2201.03545). nn.LayerNorm takes the last axes that it is told:
https://docs.pytorch.org/docs/stable/generated/torch.nn.LayerNorm.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.claims.arriving import arriving, drawn, named, pictures, written
from models.claims.claim import NOT_APPLICABLE, Cell, Claim, Finding, both, found, table
from models.views.describe import Words

NETWORK = "tiny_vgg_layer"
LAYERS = ("conv1.norm", "conv4.norm", "conv6.norm")
VECTORS = "head"
PICTURES = 12
CLOSE = 2e-5
"""As far as float32 may be from float64, relative to the largest output."""
EPS = 1e-5


@dataclass(frozen=True)
class Case:
    """One layer of PyTorch: how far it is from statistics over other axes, relative to its largest output.

    `whole` goes over all that a sample has, `features` over the features of each place, `batch` over the samples too.
    """

    name: Words
    sets: int
    count: int
    learned: int
    features: float
    whole: float | None
    batch: float

    @property
    def of_features(self) -> bool:
        return self.features <= CLOSE

    @property
    def within_a_sample(self) -> bool:
        """One of the two readings fits, and statistics over the batch do not."""
        fits = self.of_features or (self.whole is not None and self.whole <= CLOSE)
        return fits and self.batch > CLOSE

    @property
    def row(self) -> list[Cell]:
        return [
            self.name,
            f"{self.sets} × {self.count}",
            written(self.features),
            NOT_APPLICABLE if self.whole is None else written(self.whole),
            written(self.batch),
            self.learned,
        ]


def by_hand(x: Tensor, axes: tuple[int, ...]) -> Tensor:
    """`x` in float64, less its mean over `axes`, over the root of its biased variance."""
    values = x.double()
    count = 1
    for axis in axes:
        count *= x.shape[axis]
    centred = values - values.sum(axes, keepdim=True) / count
    return centred / (centred.square().sum(axes, keepdim=True) / count + EPS).sqrt()


def case(name: Words, layer: nn.Module, x: Tensor, y: Tensor, features: int, count: int) -> Case:
    """What `layer` made of `x`, features along the axis `features`; each of its sets holds `count` numbers."""
    inner = tuple(range(1, x.ndim))
    largest = max(1.0, float(y.abs().max()))
    of_features, of_sample, of_batch = (
        float((y - by_hand(x, axes)).abs().max()) / largest for axes in ((features,), inner, (0, *inner))
    )
    learned = sum(parameter.numel() for parameter in layer.parameters())
    whole = of_sample if x.ndim > 2 else None
    return Case(name, x.numel() // count, count, learned, of_features, whole, of_batch)


def cases(x: Tensor) -> Iterator[Case]:
    """PyTorch's layers on what reaches a trained network's, with gamma 1 and beta 0 as they begin."""
    given = arriving(NETWORK, [*LAYERS, VECTORS], x)
    vectors, last = given[VECTORS], given[LAYERS[-1]]
    size = vectors.shape[1]
    layer: nn.Module = nn.LayerNorm(size, EPS)
    name = both(f"Vectors: nn.LayerNorm({size})", f"向量：nn.LayerNorm({size})")
    yield case(name, layer, vectors, layer(vectors), 1, size)

    tokens = last.flatten(2).transpose(1, 2)
    layer = nn.LayerNorm(size, EPS)
    name = both(f"Tokens (B, L, D): nn.LayerNorm({size})", f"词元 (B, L, D)：nn.LayerNorm({size})")
    yield case(name, layer, tokens, layer(tokens), 2, size)

    for each in LAYERS:
        maps = given[each]
        channels = maps.shape[1]
        layer = nn.LayerNorm(channels, EPS)
        name = both(f"Maps, {each}: nn.LayerNorm({channels})", f"特征图，{each}：nn.LayerNorm({channels})")
        yield case(name, layer, maps, layer(maps.movedim(1, -1)).movedim(-1, 1), 1, channels)
    for each in LAYERS:
        maps = given[each]
        shape = tuple(maps.shape[1:])
        layer = nn.LayerNorm(shape, EPS)
        name = both(f"Maps, {each}: nn.LayerNorm({shape})", f"特征图，{each}：nn.LayerNorm({shape})")
        yield case(name, layer, maps, layer(maps), 1, maps[0].numel())
    words = named(NETWORK, LAYERS[-1])
    layer = nn.GroupNorm(1, size, EPS)
    name = both(f"{words.en}: nn.GroupNorm(1, {size})", f"{words.zh}：nn.GroupNorm(1, {size})")
    yield case(name, layer, last, layer(last), 1, last[0].numel())


def experiment(seed: int) -> Finding:
    """Vectors, tokens and feature maps, each normalised by PyTorch and by hand over several axes."""
    generator = torch.Generator().manual_seed(seed)
    with torch.inference_mode():
        tried = [*cases(pictures(drawn(PICTURES, generator)))]
    by_features = [case for case in tried if case.of_features]
    whole = [case for case in tried if case.whole is not None and case.whole <= CLOSE]
    within = sum(case.within_a_sample for case in tried)
    return found(
        always=within == len(tried) == len(by_features),
        within=within == len(tried) and tried[0].of_features and tried[1].of_features,
        summary=both(
            f"Of {len(tried)} layers {within} took statistics within each sample alone: {len(by_features)} over the features of "
            f"one vector, token or place, {len(whole)} over channels and places together. On the last maps that is "
            f"{tried[4].sets} means for {PICTURES} pictures in one reading, {tried[7].sets} in the other.",
            f"{len(tried)} 个层中有 {within} 个只在样本内部统计：{len(by_features)} 个沿单个向量、词元或位置的特征统计，"
            f"{len(whole)} 个把通道和位置合在一起统计。对最后一层特征图，{PICTURES} 张图片按前一种理解有 {tried[4].sets} 个均值，"
            f"按后一种有 {tried[7].sets} 个。",
        ),
        condition=both(
            "For vectors and tokens. For feature maps “features” has two meanings: the channels at one place, or channels, height "
            "and width together; PyTorch does whichever its layer is told.",
            "对向量和词元成立。对特征图，“特征”有两种理解：一个位置上的各个通道，或通道、高、宽合在一起；"
            "PyTorch 的层按设定的形状计算，两种都可以。",
        ),
        table=table(
            [
                both("Layer", "层"),
                both("Sets × numbers in each", "组数 × 每组数值个数"),
                both("Furthest from: features alone", "只沿特征：最大差异"),
                both("All of a sample", "沿整个样本：最大差异"),
                both("The whole batch", "沿整批：最大差异"),
                both("Learned gammas and betas", "可学习的 γ 与 β 个数"),
            ],
            [case.row for case in tried],
        ),
        cases=sum(case.sets for case in tried),
    )


LN_STATISTICS = Claim(
    "ln-statistics",
    ("normalization",),
    both("What layer normalisation averages", "层归一化对哪些数求平均"),
    both(
        "Layer normalisation takes its mean and variance along the features of one sample, for each token by itself, "
        "never across the batch.",
        "层归一化沿单个样本的特征维度求均值和方差，每个词元各算各的，从不跨 batch。",
    ),
    both(
        "nn.LayerNorm goes over the last axes, as many as its shape names, and learns a gamma and a beta for each number in them: "
        "thousands for (C, H, W), and for one size of map only. Networks that normalise whole samples therefore often use "
        "GroupNorm with one group, as ours does, with one pair per channel.",
        "nn.LayerNorm 沿最后几个轴统计，轴数由它的 normalized_shape 决定，并为其中每个数学习一个 γ 和一个 β："
        "用 (C, H, W) 就有成千上万个，而且只适用于一种尺寸的特征图。因此，对整个样本做归一化的网络常用只有一组的 GroupNorm，"
        "每个通道一对参数；本站的网络也是如此。",
    ),
    experiment,
)
