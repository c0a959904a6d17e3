"""DropConnect: whether weights are dropped and no activations.

The rule, set before measuring: it holds if for every layer the mask has the weights' shape, what reaches the layer stays
what it was, the output is that of the remaining weights over 1 - p up to rounding, no two outputs lose the same inputs,
no input is lost to all outputs and no output loses all inputs; and if dropout of the input, seen as a mask of weights,
does lose the same inputs for every output.

Source: Wan, Zeiler, Zhang, LeCun & Fergus 2013, https://proceedings.mlr.press/v28/wan13.html
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from models.claims.arriving import drawn, named, pictures
from models.claims.claim import Cell, Claim, Finding, both, found, table
from models.claims.dropped import seeds
from models.interventions import DropConnectIntervention, Intervention
from models.network import Step
from models.networks.weights import load_network
from models.recorder import Record, run
from models.views.describe import Words

LAYERS = (
    ("mlp", "hidden2.linear"),
    ("lenet", "dense1.linear"),
    ("tiny_vgg_batch", "conv3.conv"),
    ("mini_vit", "block2.expand"),
)
P = 0.5
PICTURES, DRAWS = 8, 3
ROUNDING = 1e-5


@dataclass(frozen=True)
class Connections:
    """A mask of a layer's weights as (outputs, inputs): for each output which connections are left."""

    name: Words
    shape: tuple[int, ...]
    mask: Tensor
    formed: bool

    @property
    def patterns(self) -> int:
        """Different sets of connections among the outputs."""
        return len(torch.unique(self.mask, dim=0))

    @property
    def inputs_lost(self) -> int:
        """Inputs that no output sees."""
        return int((self.mask == 0).all(0).sum())

    @property
    def outputs_lost(self) -> int:
        return int((self.mask == 0).all(1).sum())

    @property
    def of_weights(self) -> bool:
        lost = self.inputs_lost or self.outputs_lost
        return self.formed and self.patterns == len(self.mask) and not lost

    @property
    def row(self) -> list[Cell]:
        outputs, inputs = self.mask.shape
        return [
            self.name,
            " × ".join(map(str, self.shape)),
            f"{float(self.mask.mean()):.3f}",
            f"{self.patterns} / {outputs}",
            f"{self.inputs_lost} / {inputs}",
            f"{self.outputs_lost} / {outputs}",
        ]


def computed(step: Step, x: Tensor, weight: Tensor) -> Tensor:
    """What the layer makes of `x` with other weights."""
    return step.function(x, **{**step.arguments, "weight": weight})


def near(first: Tensor, second: Tensor) -> bool:
    """Equal up to rounding."""
    return float((first - second).abs().max()) <= ROUNDING * max(1.0, float(second.abs().max()))


def connections(network: str, layer: str, x: Tensor, seed: int) -> tuple[Connections, Connections]:
    """DropConnect on a layer, and dropout of what reaches it, as masks of its weights."""
    trained = load_network(network).network
    step = trained.steps[layer]
    before = step.inputs[0]
    weight: Tensor = step.arguments["weight"]
    name = named(network, layer)

    def recorded(change: Intervention, place: str) -> tuple[Tensor, Tensor, Tensor]:
        record = Record(frozenset({before, layer}), dropouts=frozenset({place}))
        result = run(trained, x, [change], record, seed)
        mask = result.dropouts[place].mask
        assert mask is not None
        return mask, result.activations[before], result.activations[layer]

    clean = run(trained, x, record=Record(frozenset({before}))).activations[before]
    mask, h, y = recorded(DropConnectIntervention(kind="drop_connect", layer=layer, p=P), layer)
    formed = mask.shape == weight.shape and torch.equal(h, clean)
    formed &= near(y, computed(step, clean, weight * mask / (1 - P)))
    connect = Connections(name, tuple(weight.shape), mask.flatten(1), formed)

    # One picture, channel by channel: then one mask of the weights does the same as dropout of the input.
    channels = torch.empty(h.shape[1]).bernoulli_(1 - P, generator=torch.Generator().manual_seed(seed))
    columns = channels.view(1, -1, *[1] * (weight.ndim - 2)).expand(weight.shape)
    dropped = clean * channels.view(1, -1, *[1] * (clean.ndim - 2)) / (1 - P)
    same = near(computed(step, dropped, weight), computed(step, clean, weight * columns / (1 - P)))
    title = both(f"Compare: Dropout before {layer}", f"对照：{layer} 之前的 Dropout")
    return connect, Connections(title, tuple(weight.shape), columns.flatten(1), same)


def experiment(seed: int) -> Finding:
    """Weights of four trained layers dropped several times over; for comparison their inputs."""
    generator = torch.Generator().manual_seed(seed)
    x = pictures(drawn(PICTURES, generator))
    draws = seeds(DRAWS, generator)
    tried = [[connections(*layer, x, draw) for draw in draws] for layer in LAYERS]
    connects = [one for layer in tried for one, _ in layer]
    inputs = [other for layer in tried for _, other in layer]
    holds = all(each.of_weights for each in connects) and all(
        each.formed and each.patterns == 1 and each.inputs_lost for each in inputs
    )
    shown = [layer[0] for layer in tried]
    weights = sum(each.mask.numel() for each in connects)
    outputs = sum(len(each.mask) for each in connects)
    return found(
        always=holds,
        within=holds,
        summary=both(
            f"Of {weights:,} weights {sum(int((each.mask == 0).sum()) for each in connects):,} were dropped; what reached the layers stayed equal to "
            f"the bit. {sum(each.patterns for each in connects):,} of {outputs:,} outputs had connections like no other, and "
            f"{sum(each.inputs_lost for each in connects)} inputs were lost altogether. Dropout of the input is the special case in which all outputs lose the same ones.",
            f"{weights:,} 个权重中丢弃了 {sum(int((each.mask == 0).sum()) for each in connects):,} 个，送进各层的激活值逐位不变。"
            f"{outputs:,} 个输出中，有 {sum(each.patterns for each in connects):,} 个保留的连接与别的都不同；完全丢失的输入有 "
            f"{sum(each.inputs_lost for each in connects)} 个。对输入做 Dropout 只是它的特例：所有输出丢掉的是同一批输入。",
        ),
        condition=None,
        table=table(
            [
                both("Layer", "层"),
                both("Its weights", "权重形状"),
                both("Share kept", "保留比例"),
                both("Different sets of connections, of all outputs", "互不相同的连接组合 / 输出数"),
                both("Inputs that no output sees", "所有输出都看不到的输入"),
                both("Outputs that see no input", "看不到任何输入的输出"),
            ],
            [*(one.row for one, _ in shown), *(other.row for _, other in shown[:2])],
        ),
        cases=outputs,
    )


DROPCONNECT = Claim(
    "dropconnect",
    ("dropout",),
    both("DropConnect drops weights", "DropConnect 丢弃权重"),
    both(
        "DropConnect drops weights, not activations: its mask has the shape of the weights.",
        "DropConnect 丢弃的是权重，而不是激活值：掩码与权重同形状。",
    ),
    both(
        "Biases stay here. One mask serves the whole batch, while the paper draws one for each sample, and at inference the paper "
        "samples from a normal distribution instead of scaling. In code for EfficientNet “drop connect” stands for something else: "
        "stochastic depth, which skips whole branches.",
        "这里不丢偏置。这里整批共用一个掩码，而论文为每个样本各抽一个；推理时，论文不是缩放，而是从正态分布中采样。"
        "另外，EfficientNet 的代码里所说的“drop connect”是另一回事，指跳过整个分支的随机深度。",
    ),
    experiment,
)
