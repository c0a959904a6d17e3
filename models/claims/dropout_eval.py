"""Dropout in evaluation: whether anything at all is done, layer by layer and in whole networks.

The rule, set before measuring: it holds with conditions if every layer of PyTorch's kind (inverted: scaled in training)
gives back its input to the bit, and networks answer with their dropouts as without them, to the bit; it holds always if
classic scaling and zoneout leave their input alone as well. In training, each of them must have changed something: else
it would mean nothing.

Classic scaling: Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html; zoneout: Krueger et al. 2017,
https://arxiv.org/abs/1606.01305
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.claims.arriving import arriving, drawn, pictures, written
from models.claims.claim import Cell, Claim, Finding, both, found, table
from models.claims.dropped import seeds, switched_on
from models.dropping.layer import DropoutSettings, drop
from models.layers.drop_block import DropBlock, block_mask, drop_block
from models.layers.drop_connect import DropConnect, connect_mask, drop_connect
from models.layers.dropout import StochasticDepth, Variant, dropout, dropout_mask
from models.layers.zoneout import Zoneout, zoneout
from models.networks.weights import load_network
from models.normalization.source import Given
from models.recorder import run
from models.views.describe import Words

P = 0.5
PICTURES = 16
VECTORS, MAPS = ("mlp", "hidden2.dropout"), ("tiny_vgg_batch", "conv4.act")
NETWORKS = ("mlp", "mini_resnet", "mini_vit")


@dataclass(frozen=True)
class Mode:
    """By how much the output differed at most from the input: in evaluation, and by a mask as in training."""

    name: Words
    evaluation: float
    training: float
    inverted: bool = True

    @property
    def row(self) -> list[Cell]:
        return [self.name, written(self.evaluation), written(self.training)]


def far(first: Tensor, second: Tensor) -> float:
    """The largest difference; 0 only where all bits are equal."""
    return 0.0 if torch.equal(first, second) else float((first - second).abs().max())


def layers(vectors: Tensor, maps: Tensor, weight: Tensor, seed: int) -> Iterator[Mode]:
    """Every layer that scales in training, on what reaches trained layers."""
    generator = torch.Generator().manual_seed(seed)
    plain: tuple[tuple[Words, nn.Module, Tensor, Variant], ...] = (
        (both("nn.Dropout", "nn.Dropout"), nn.Dropout(P), vectors, "element"),
        (both("nn.Dropout2d", "nn.Dropout2d"), nn.Dropout2d(P), maps, "channel"),
        (both("nn.AlphaDropout", "nn.AlphaDropout"), nn.AlphaDropout(P), vectors, "alpha"),
        (both("Stochastic depth", "随机深度"), StochasticDepth(P, "batch"), maps, "batch"),
        (both("DropPath", "DropPath"), StochasticDepth(P, "row"), maps, "row"),
    )
    for name, layer, x, variant in plain:
        mask = dropout_mask(x.shape, P, variant, generator)
        if variant == "batch":
            mask = mask * 0  # one decision, which would leave the training column to chance
        yield Mode(name, far(layer.eval()(x), x), far(dropout(x, mask, P, variant), x))
    block = DropBlock(P, 3).eval()
    dropped = drop_block(maps, block_mask(maps.shape, P, 3, generator))
    yield Mode(both("DropBlock, 3×3", "DropBlock，3×3"), far(block(maps), maps), far(dropped, maps))
    left = drop_connect(weight, connect_mask(weight.shape, P, generator), P)
    name = both("DropConnect, weights", "DropConnect，权重")
    yield Mode(name, far(DropConnect(P).eval()(weight), weight), far(left, weight))


def networks(x: Tensor, seed: int) -> Iterator[Mode]:
    """Whole networks, against the same with every dropout taken out of the Module; the logits."""
    for name in NETWORKS:
        loaded = load_network(name)
        steps = [step for step in loaded.network.steps.values() if step.kind == "dropout"]
        without = deepcopy(loaded.network.module)
        for step in steps:
            without.set_submodule(step.name, nn.Identity())
        logits = without.eval()(x)
        changes = [switched_on(step.name, P) for step in steps]
        trained = run(loaded.network, x, changes, seed=seed).activations[loaded.network.output]
        title = loaded.spec.title
        yield Mode(
            both(
                f"{title['en']}, {len(steps)} dropouts: logits",
                f"{title['zh']}，{len(steps)} 处 Dropout：logit",
            ),
            far(deepcopy(loaded.network.module).eval()(x), logits),
            far(trained, logits),
        )


def others(vectors: Tensor, seed: int) -> Iterator[Mode]:
    """Rules that leave something to be done in evaluation."""
    given = Given(vectors, "vectors", vectors)
    classic = {
        mode: drop(given, DropoutSettings(p=P, seed=seed, mode=mode, scaling="classic")).output
        for mode in ("eval", "train")
    }
    name = both("Classic scaling: h · (1 − p)", "经典缩放：h · (1 − p)")
    yield Mode(name, far(classic["eval"], vectors), far(classic["train"], vectors), inverted=False)
    old = vectors.roll(1, 0)
    mask = dropout_mask(vectors.shape, P, "element", torch.Generator().manual_seed(seed))
    name = both("Zoneout: a mixture of old and new", "Zoneout：新旧状态的混合")
    mixed, zoned = Zoneout(P).eval()(vectors, old), zoneout(vectors, old, mask)
    yield Mode(name, far(mixed, vectors), far(zoned, vectors), inverted=False)


def experiment(seed: int) -> Finding:
    """Held-out pictures through every layer and three networks, in evaluation and with masks."""
    generator = torch.Generator().manual_seed(seed)
    x = pictures(drawn(PICTURES, generator))
    first, second, third = seeds(3, generator)
    vectors, maps = (arriving(network, [layer], x)[layer] for network, layer in (VECTORS, MAPS))
    weight = load_network("mlp").network.steps["head"].arguments["weight"]
    with torch.inference_mode():
        tried = [*layers(vectors, maps, weight, first), *networks(x, second), *others(vectors, third)]
    inverted = [each for each in tried if each.inverted]
    still = sum(each.evaluation == 0 for each in inverted)
    holds = still == len(inverted) and all(each.training > 0 for each in tried)
    classic, zoned = tried[-2:]
    return found(
        always=holds and all(each.evaluation == 0 for each in tried),
        within=holds,
        summary=both(
            f"{still} of {len(inverted)} layers and networks gave in evaluation exactly what they give without dropout, to the bit; "
            f"with masks they were up to {max(each.training for each in inverted):.2f} off. Dropout as first "
            f"published multiplies by 1 − p then, which moves numbers by up to {classic.evaluation:.2f}, and zoneout mixes the "
            f"old state in, by up to {zoned.evaluation:.2f}.",
            f"{len(inverted)} 个层和网络中，有 {still} 个在推理模式下的输出与没有 Dropout 时逐位相等；用上掩码时，最多相差 "
            f"{max(each.training for each in inverted):.2f}。而最初发表的 Dropout 在推理时要乘以 1 − p，数值最多变动 "
            f"{classic.evaluation:.2f}；Zoneout 要混入旧状态，最多变动 {zoned.evaluation:.2f}。",
        ),
        condition=both(
            "With inverted dropout, which divides by 1 − p in training, as PyTorch does. Rules that do not scale in training have "
            "something left to do at inference.",
            "前提是采用反向 Dropout（inverted dropout），即在训练时就除以 1 − p，PyTorch 便是如此。训练时不缩放的做法，推理时还得补上。",
        ),
        table=table(
            [
                both("Layer or network", "层或网络"),
                both("In evaluation: difference to no dropout", "推理模式：与没有 Dropout 的差异"),
                both(f"With a mask, p = {P}", f"用上掩码，p = {P}"),
            ],
            [each.row for each in tried],
        ),
        cases=PICTURES * len(tried),
    )


DROPOUT_EVAL = Claim(
    "dropout-eval",
    ("dropout",),
    both("Dropout at inference", "推理时的 Dropout"),
    both(
        "Dropout works in training only; at inference it does nothing, and the output is the input.",
        "Dropout 只在训练时生效；推理时什么也不做，输出就等于输入。",
    ),
    both(
        "model.eval() must really be called: a new Module is in training mode. And some leave dropout on deliberately: "
        "Monte-Carlo dropout predicts by many masks and reads doubt from their scatter. Differences are the largest of all numbers.",
        "前提是真的调用了 model.eval()：新建的 Module 处于训练模式。也有人故意不关：蒙特卡洛 Dropout 用许多掩码反复预测，"
        "从结果的分散程度读出不确定性。表中的差异取所有数值中最大的。",
    ),
    experiment,
)
