"""Single elements or whole maps dropped from convolutional layers: what neighbours tell, and what it costs.

The rule: a layer bears the claim out if its four neighbours explain half of a value's variance or
more, and if dropping elements costs significantly fewer right answers than dropping whole maps with the same p (p < 0.05
in McNemar's exact test, `paired.Paired`), so that less has really been taken away. The claim holds if all convolutional
layers bear it out, with conditions if at least half of them do.

SpatialDropout: Tompson et al. 2015, https://arxiv.org/abs/1411.4280. A counterexample: Wide ResNets gain from element
dropout between their convolutions, Zagoruyko & Komodakis 2016, https://arxiv.org/abs/1605.07146
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from models.claims.arriving import drawn, pictures
from models.claims.claim import NOT_APPLICABLE, Cell, Claim, Finding, both, found, table
from models.claims.dropped import chance, share
from models.claims.paired import Paired
from models.dropping.neighbours import NeighboursParams, NeighboursResult, correlate
from models.dropping.rest import Rest
from models.heldout import held_out
from models.layers.dropout import Variant, dropout, dropout_mask
from models.masking import layer_seed
from models.networks.weights import load_network
from models.normalization.source import Given
from models.recorder import Record, run

NETWORK = "tiny_vgg_batch"
LAYERS = tuple(f"conv{number}.act" for number in range(1, 7))
VECTOR = "flatten"
P = 0.5
SEEN, LOOKED_AT = 200, 24
"""Held-out pictures that are classified, and how many of them have their maps examined."""
SIGNIFICANT = 0.05
TOLD = 0.5
"""R² from which on neighbours tell a value."""


@dataclass(frozen=True)
class Layer:
    """One convolutional layer: what its neighbours tell, and which pictures are right with elements or maps dropped."""

    name: str
    neighbours: NeighboursResult
    element: Tensor
    channel: Tensor

    @property
    def compared(self) -> Paired:
        return Paired.of(self.element, self.channel)

    @property
    def told(self) -> bool:
        return self.neighbours.r2 >= TOLD

    @property
    def spared(self) -> bool:
        """Whether dropping elements cost significantly less."""
        return self.compared.lead > 0 and self.compared.chance < SIGNIFICANT

    @property
    def harmed(self) -> bool:
        """Whether it cost significantly more."""
        return self.compared.lead < 0 and self.compared.chance < SIGNIFICANT

    @property
    def row(self) -> list[Cell]:
        return [
            self.name,
            f"{self.neighbours.r2:.2f}",
            f"{self.neighbours.between_channels:.2f}",
            share(self.element),
            share(self.channel),
            f"+{self.compared.first} −{self.compared.second}",
            chance(self.compared.chance),
        ]


def seen(x: Tensor) -> dict[str, Given]:
    """What the layers give for the pictures `x`."""
    loaded = load_network(NETWORK)
    record = Record(frozenset({*LAYERS, VECTOR, loaded.network.output}))
    found = run(loaded.network, x, record=record).activations
    return {
        name: Given(values, "maps" if values.ndim == 4 else "vectors", values, loaded, name, x)
        for name, values in found.items()
    }


def recognised(given: Given, variant: Variant, labels: Tensor, seed: int) -> Tensor:
    """Which pictures are right with dropout after the layer of `given`, each with a mask of its own: (N), boolean."""
    mask = dropout_mask(
        given.x.shape, P, variant, torch.Generator().manual_seed(layer_seed(seed, given.layer))
    )
    rest = Rest.of(given, 0, load_network(NETWORK).network.output)
    parts = torch.split(dropout(given.x, mask, P), rest.at_once)
    return torch.cat([rest.run(part) for part in parts]).argmax(1) == labels


def layer(given: Given, labels: Tensor, seed: int) -> Layer:
    """One convolutional layer."""
    some = given.x[:LOOKED_AT].contiguous()
    return Layer(
        given.layer,
        correlate(Given(some, "maps", some, layer=given.layer), NeighboursParams(most=1)),
        recognised(given, "element", labels, seed),
        recognised(given, "channel", labels, seed),
    )


def experiment(seed: int) -> Finding:
    """Dropout of both kinds after every convolution of a trained network, on held-out pictures."""
    items = drawn(SEEN, torch.Generator().manual_seed(seed))
    labels = held_out().labels[items]
    outputs = seen(pictures(items))
    clean = outputs[load_network(NETWORK).network.output].x.argmax(1) == labels
    tried = [layer(outputs[name], labels, seed) for name in LAYERS]
    vector = recognised(outputs[VECTOR], "element", labels, seed)
    bearing = [each for each in tried if each.told and each.spared]
    harmed = [each.name for each in tried if each.harmed]
    r2 = [each.neighbours.r2 for each in tried]
    element, channel = (
        sum(float(getattr(each, kind).float().mean()) for each in tried) / len(tried)
        for kind in ("element", "channel")
    )
    return found(
        always=len(bearing) == len(tried),
        within=2 * len(bearing) >= len(tried),
        summary=both(
            f"Four neighbours explain {min(r2):.0%} to {max(r2):.0%} of a value’s variance, so what is dropped can be told. With p = {P} "
            f"and no training for it {clean.float().mean():.1%} of {SEEN} held-out pictures became {element:.1%} with elements dropped "
            f"(mean of {len(tried)} layers) and {channel:.1%} with whole maps; dropping elements cost significantly less at "
            f"{sum(each.spared for each in tried)} layers, and significantly more at {len(harmed)}"
            + (f" ({', '.join(harmed)})." if harmed else "."),
            f"四个相邻值能解释一个值 {min(r2):.0%}～{max(r2):.0%} 的方差，丢掉的像素大半可以由邻居推断出来。{SEEN} 张没有用于训练的图片，"
            f"不加 Dropout 时认对 {clean.float().mean():.1%}；取 p = {P}（网络没有为此训练过），逐元素丢弃时为 {element:.1%}"
            f"（{len(tried)} 层平均），丢弃整张特征图时为 {channel:.1%}。逐元素丢弃损失显著更小的有 "
            f"{sum(each.spared for each in tried)} 层，损失显著更大的有 {len(harmed)} 层"
            + (f"（{'、'.join(harmed)}）。" if harmed else "。"),
        ),
        condition=both(
            f"At {len(bearing)} of {len(tried)} layers here. Elsewhere neighbours tell too little, or the difference can be chance, or noise on "
            "single pixels does more harm than missing maps.",
            f"在这里的 {len(tried)} 层中有 {len(bearing)} 层成立。其余各层，要么邻居提供的信息不够，要么差异可能只是偶然，"
            "要么单个像素上的噪声反而比缺少整张特征图更有害。",
        ),
        table=table(
            [
                both(f"Dropout after, p = {P}", f"Dropout 加在，p = {P}"),
                both("R² by four neighbours", "由四邻预测的 R²"),
                both("|Correlation| of two maps", "两张特征图的 |相关系数|"),
                both("Right, elements dropped", "准确率：逐元素丢弃"),
                both("Right, maps dropped", "准确率：整张丢弃"),
                both("Only the first right, only the second", "仅前者对与仅后者对"),
                both("p", "p 值"),
            ],
            [
                *(each.row for each in tried),
                [
                    both("Vectors after pooling", "池化后的特征向量"),
                    *([NOT_APPLICABLE] * 2),
                    share(vector),
                    *([NOT_APPLICABLE] * 3),
                ],
                [
                    both("No dropout", "不加 Dropout"),
                    *([NOT_APPLICABLE] * 2),
                    share(clean),
                    *([NOT_APPLICABLE] * 3),
                ],
            ],
        ),
        cases=SEEN * len(tried),
    )


DROPOUT_NOT_FOR_CONV = Claim(
    "dropout-not-for-conv",
    ("dropout",),
    both("Dropout in convolutional layers", "卷积层里的 Dropout"),
    both(
        "Dropping single elements suits convolutional layers badly: neighbours tell what is missing, so that little has been taken "
        "away. Dropout belongs into fully connected layers; for maps there is SpatialDropout.",
        "逐元素的 Dropout 不适合卷积层：相邻像素能推断出被丢掉的值，等于没丢多少。Dropout 一般用在全连接层；对特征图则有 SpatialDropout。",
    ),
    both(
        "The rule: R² of at least 0.5 and a significant difference, at all layers or at half of them. What is measured is the reason "
        "given, in a network that was trained without dropout: not whether training with it would help. There the claim is no law: "
        "Wide ResNets gained from element dropout between their convolutions. R² takes all four neighbours as there; in "
        "dropout some of them are missing too. And after the last layer all places are averaged, which evens out noise anyway.",
        "判定规则：R² 不低于 0.5 且差异显著，全部层都满足则成立，满足的不少于一半则有条件成立。这里检验的是它给出的理由，"
        "所用网络训练时没有 Dropout；并没有检验用它训练是否有好处。在这一点上，它并非定律：Wide ResNet 在卷积之间加逐元素 Dropout，"
        "效果就有提升。另外，R² 假定四个邻居都在，而真用 Dropout 时，邻居也会缺；最后一层之后要对所有位置求平均，噪声本来就会被抹平。",
    ),
    experiment,
)
