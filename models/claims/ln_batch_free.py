"""Layer normalisation and the batch: one sample alone, among others, and in both modes.

Source: Ba, Kiros & Hinton 2016, https://arxiv.org/abs/1607.06450
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.claims.arriving import arriving, drawn, named, pictures, written
from models.claims.claim import Cell, Claim, Finding, both, found, table
from models.networks.weights import load_network
from models.views.describe import Words

NETWORK, CONTRAST = "tiny_vgg_layer", "tiny_vgg_batch"
LAYERS = ("conv1.norm", "conv3.norm", "conv6.norm")
PICTURES, MATES = 12, 15
"""Samples that are tried, and how many others are in the batch with each."""
ROUNDING = 1e-5
Layer = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Moved:
    """By how much the outputs of samples moved at most: alone against in a batch, with other mates, in the other mode."""

    name: Words
    alone: float
    mates: float
    mode: float
    samples: int

    @property
    def most(self) -> float:
        return max(self.alone, self.mates, self.mode)

    @property
    def row(self) -> list[Cell]:
        return [self.name, written(self.alone), written(self.mates), written(self.mode)]


def moved(name: Words, train: Layer, evaluate: Layer, x: Tensor) -> Moved:
    """Each of the first samples of `x` (N, …) alone, with the mates after it, and with those after them."""
    alone, mates, mode = 0.0, 0.0, 0.0
    for index in range(PICTURES):
        sample = x[index : index + 1]
        first, second = (
            x[PICTURES + offset : PICTURES + offset + MATES] for offset in (index, index + MATES)
        )
        together = train(torch.cat([sample, first]))[:1]
        alone = max(alone, far(train(sample), together))
        mates = max(mates, far(train(torch.cat([sample, second]))[:1], together))
        mode = max(mode, far(evaluate(torch.cat([sample, first]))[:1], together))
    return Moved(name, alone, mates, mode, PICTURES)


def far(first: Tensor, second: Tensor) -> float:
    """The largest difference; 0 only where all bits are equal."""
    return 0.0 if torch.equal(first, second) else float((first - second).abs().max())


def modes(layer: nn.Module) -> tuple[nn.Module, nn.Module]:
    """The layer in training mode and in evaluation, two copies."""
    return deepcopy(layer).train(), deepcopy(layer).eval()


def layers(x: Tensor) -> list[Moved]:
    """Trained layer normalisations in both readings on what reaches them."""
    found = []
    given = arriving(NETWORK, LAYERS, x)
    module = load_network(NETWORK).network.module
    for each in LAYERS:
        found.append(moved(named(NETWORK, each), *modes(module.get_submodule(each)), given[each]))
    last = given[LAYERS[-1]]
    tokens = last.flatten(2).transpose(1, 2).contiguous()
    layer = nn.LayerNorm(tokens.shape[-1])
    name = both(f"Tokens: nn.LayerNorm({tokens.shape[-1]})", f"词元：nn.LayerNorm({tokens.shape[-1]})")
    return [*found, moved(name, *modes(layer), tokens)]


def contrasts(x: Tensor) -> list[Moved]:
    """Whole networks, and a batch normalisation that uses its own running statistics in evaluation only."""
    layer = LAYERS[-1]
    norm = load_network(CONTRAST).network.module.get_submodule(layer)
    found = [moved(named(CONTRAST, layer), *modes(norm), arriving(CONTRAST, [layer], x)[layer])]
    for network in (NETWORK, CONTRAST):
        title = load_network(network).spec.title
        name = both(f"{title['en']}, logits of the whole", f"{title['zh']}，整个网络的 logit")
        found.append(moved(name, *modes(load_network(network).network.module), x))
    return found


def experiment(seed: int) -> Finding:
    """Held-out pictures alone, in batches and with other mates; in layer normalisations, and in whole networks."""
    x = pictures(drawn(PICTURES * 2 + MATES * 2, torch.Generator().manual_seed(seed)))
    with torch.inference_mode():
        own, others = layers(x), contrasts(x)
    most = max(each.most for each in own)
    exact = sum(each.most == 0 for each in own)
    batch = others[0]
    return found(
        always=exact == len(own),
        within=most <= ROUNDING,
        summary=both(
            f"In {exact} of {len(own)} layer normalisations each sample’s output stayed equal to the bit, alone, with "
            f"{MATES} mates, with others, in training and evaluation. Batch normalisation in training moved by up to "
            f"{batch.mates:.2f} with other mates, and by {batch.alone:.2f} when alone.",
            f"{len(own)} 个层归一化中，有 {exact} 个对每个样本的输出逐位不变：无论单独输入、与另外 {MATES} 个样本"
            f"同批、换掉同批的其他样本，还是切换训练与推理模式。批归一化在训练模式下，换掉同批的其他样本，输出最多变动 "
            f"{batch.mates:.2f}，单独输入时变动 {batch.alone:.2f}。",
        ),
        condition=both(
            "Up to rounding: PyTorch adds up in another order when the batch has another size.",
            "忽略舍入误差时成立：batch 大小不同，PyTorch 求和的顺序也可能不同。",
        ),
        table=table(
            [
                both("Layer, in training mode", "层（训练模式）"),
                both(f"Alone, against {MATES} mates", f"单独输入，对比与 {MATES} 个样本同批"),
                both("With other mates", "换掉同批的其他样本"),
                both("In evaluation mode", "切换到推理模式"),
            ],
            [each.row for each in (*own, *others)],
        ),
        cases=sum(3 * each.samples for each in own),
    )


LN_BATCH_FREE = Claim(
    "ln-batch-free",
    ("normalization",),
    both("Layer normalisation needs no batch", "层归一化与 batch 无关"),
    both(
        "Layer normalisation does not depend on the batch: a single sample will do, and training and inference are the same.",
        "层归一化不依赖 batch：单个样本也能用，训练与推理完全一致。",
    ),
    both(
        "That is so for the layer. In the logits of a whole network the last digits may still move with the batch size, because "
        "convolutions then add up in another order. And what the network learned depends on batches all the same: gradients are "
        "averaged over them.",
        "这说的是归一化这一层。整个网络的 logit 仍可能随 batch 大小在末几位上变动，因为卷积求和的顺序变了。"
        "另外，网络学到什么终究与 batch 有关：梯度是在一批样本上平均的。",
    ),
    experiment,
)
