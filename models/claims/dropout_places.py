"""Where a Transformer has its dropouts: found in the network's graph, and each switched on by itself.

The rule, set before measuring: it holds if the Transformer has dropout at all four places (after the attention weights,
inside the dense layers, at the end of both residual branches, after the embedding), in every block; if each one's mask
keeps a share within five standard deviations of 1 - p; and if each moves the logits of every picture. It holds with
conditions if some blocks lack a place.

Residual ends and embedding: Vaswani et al. 2017, https://arxiv.org/abs/1706.03762, section 5.4; the attention weights and
the dense layers are dropped from in its authors' program, Tensor2Tensor, https://arxiv.org/abs/1803.07416.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from typing import Literal, get_args

import torch
from torch import Tensor

from models.claims.arriving import drawn, pictures
from models.claims.claim import NOT_APPLICABLE, Cell, Claim, Finding, both, found, table
from models.claims.dropped import CHANCE, deviations, share, switched_on
from models.heldout import held_out
from models.network import Step
from models.networks.weights import load_network
from models.recorder import Record, run
from models.views.describe import Words

NETWORK = "mini_vit"
STRONG = 0.5
PICTURES = 100
Place = Literal["embedding", "attention", "dense", "residual"]
PLACES: tuple[Place, ...] = get_args(Place)
NAMES: dict[Place, Words] = {
    "embedding": both("Embedding", "嵌入"),
    "attention": both("Attention weights", "注意力权重"),
    "dense": both("Inside the dense layers (FFN)", "前馈层（FFN）内部"),
    "residual": both("End of the residual branches", "残差分支末尾"),
}


def place_of(step: Step, steps: dict[str, Step]) -> Place | None:
    """Which of the four places a dropout of a Transformer is at, by what is before and after it; None for others."""
    before = steps[step.inputs[0]].kind if step.inputs[0] in steps else "input"
    after = followers(step.name, steps)
    kinds = {steps[name].kind for name in after}
    if before == "attention":
        return "attention"
    if before == "position":
        return "embedding"
    skips = {name for name in after if steps[name].operation == "StochasticDepth"}
    ends = {steps[end].kind for name in skips for end in followers(name, steps)}
    if before in ("conv", "linear") and "add" in kinds | ends:
        return "residual"
    return "dense" if before == "activation" and kinds <= {"conv", "linear"} else None


def followers(name: str, steps: dict[str, Step]) -> set[str]:
    return {step.name for step in steps.values() if name in step.inputs}


def dropouts(network: str) -> dict[Place | None, list[str]]:
    """The layers of element dropout of a network, by place."""
    steps = load_network(network).network.steps
    found: dict[Place | None, list[str]] = {}
    for step in steps.values():
        if step.operation == "Dropout":
            found.setdefault(place_of(step, steps), []).append(step.name)
    return found


@dataclass(frozen=True)
class Tried:
    """One place's dropouts switched on for some pictures with one p."""

    correct: Tensor
    moved: Tensor
    kept: int
    decisions: int
    p: float

    @property
    def works(self) -> bool:
        """Whether every picture's logits moved, by masks that keep as they should."""
        likely = deviations(self.kept, self.decisions, 1 - self.p) <= CHANCE
        return bool(self.moved.all()) and likely


def tried(layers: Iterable[str], p: float, x: Tensor, labels: Tensor, logits: Tensor, seed: int) -> Tried:
    """The pictures `x` by dropout at these layers, against the `logits` without any."""
    layers = [*layers]
    network = load_network(NETWORK).network
    record = Record(frozenset({network.output}), dropouts=frozenset(layers))
    result = run(network, x, [switched_on(layer, p) for layer in layers], record, seed)
    masks = [each.mask for each in result.dropouts.values() if each.mask is not None]
    changed = result.activations[network.output]
    return Tried(
        changed.argmax(1) == labels,
        (changed != logits).any(1),
        sum(int(mask.sum(dtype=torch.float64)) for mask in masks),
        sum(mask.numel() for mask in masks),
        p,
    )


def blocks_of(layers: Iterable[str]) -> set[str]:
    return {layer.partition(".")[0] for layer in layers if layer.startswith("block")}


def complete(found_at: dict[Place | None, list[str]], blocks: set[str]) -> bool:
    """Whether every place is in every block, residual ends at both branches, and the embedding has its own."""
    each = all(blocks_of(found_at.get(place, [])) == blocks for place in ("attention", "dense", "residual"))
    return each and "embedding" in found_at and len(found_at["residual"]) == 2 * len(blocks)


def experiment(seed: int) -> Finding:
    """The dropouts of the Transformer, place by place, with the p of training and a stronger one."""
    loaded = load_network(NETWORK)
    steps = loaded.network.steps
    items = drawn(PICTURES, torch.Generator().manual_seed(seed))
    x, labels = pictures(items), held_out().labels[items]
    found_at = dropouts(NETWORK)
    there = [place for place in PLACES if place in found_at]
    blocks = blocks_of(steps)
    logits = run(loaded.network, x).activations[loaded.network.output]
    rows: list[list[Cell]] = []
    works = True
    harm: dict[Place, float] = {}
    for place in there:
        layers = found_at[place]
        p = steps[layers[0]].arguments["p"]
        trained, strong = (tried(layers, each, x, labels, logits, seed) for each in (p, STRONG))
        works &= trained.works and strong.works
        harm[place] = float(strong.correct.float().mean())
        numbers = sum(prod(loaded.shapes[layer]) for layer in layers)
        rows.append(
            [NAMES[place], len(layers), f"{numbers:,}", share(trained.correct), share(strong.correct)]
        )
    everywhere = [layer for place in there for layer in found_at[place]]
    p = steps[everywhere[0]].arguments["p"]
    together, all_strong = (tried(everywhere, each, x, labels, logits, seed) for each in (p, STRONG))
    clean = logits.argmax(1) == labels
    attention = steps[found_at["attention"][0]] if "attention" in found_at else None
    low, high = row_sums(attention, x, seed) if attention else (1.0, 1.0)
    worst = min(harm, key=lambda place: harm[place])
    return found(
        always=len(there) == len(PLACES) and complete(found_at, blocks) and works,
        within=len(there) == len(PLACES) and works,
        summary=both(
            f"The Mini ViT has {len(everywhere)} dropouts at {len(there)} of the {len(PLACES)} kinds of place, over {len(blocks)} blocks. Of {PICTURES} "
            f"held-out pictures {share(clean)} were recognised without any, {share(together.correct)} with all of them at the p of training "
            f"({p}), {share(all_strong.correct)} with all at {STRONG}. With one kind of place alone the lowest at {STRONG} was {harm[worst]:.1%}: "
            f"{NAMES[worst].en.lower()}. Rows of attention weights, which add up to 1, add up to {low:.2f} to {high:.2f} after "
            f"dropout with p = {p}.",
            f"Mini ViT 共有 {len(everywhere)} 处 Dropout，分布在 {len(PLACES)} 类位置中的 {len(there)} 类，遍及 {len(blocks)} 个模块。{PICTURES} 张没有用于训练的图片，"
            f"全部关闭时准确率为 {share(clean)}；全部打开，取训练时的 p（{p}），为 {share(together.correct)}；p 都取 {STRONG} 时为 "
            f"{share(all_strong.correct)}。只打开一类位置、p = {STRONG} 时，准确率最低的是“{NAMES[worst].zh}”，为 {harm[worst]:.1%}。"
            f"注意力权重每行之和本为 1，经过 p = {p} 的 Dropout 后变为 {low:.2f}～{high:.2f}。",
        ),
        condition=both("In some blocks only.", "只在部分模块中成立。"),
        table=table(
            [
                both("Place", "位置"),
                both("Dropouts", "Dropout 数"),
                both("Decisions for a picture", "每张图片抽取次数"),
                both("Accuracy, p of training", "准确率：训练时的 p"),
                both(f"Accuracy, p = {STRONG}", f"准确率：p = {STRONG}"),
            ],
            [
                *rows,
                [
                    both("All of them", "全部"),
                    len(everywhere),
                    NOT_APPLICABLE,
                    share(together.correct),
                    share(all_strong.correct),
                ],
                [both("None", "全部关闭"), 0, "0", share(clean), share(clean)],
            ],
        ),
        cases=PICTURES * 2 * len(rows),
    )


def row_sums(step: Step, x: Tensor, seed: int) -> tuple[float, float]:
    """The smallest and the largest sum of a place's attention weights that a dropout as in training leaves."""
    network = load_network(NETWORK).network
    change = switched_on(step.name, step.arguments["p"])
    left = run(network, x, [change], Record(frozenset({step.name})), seed).activations[step.name].sum(-1)
    return float(left.min()), float(left.max())


DROPOUT_PLACES = Claim(
    "dropout-places",
    ("dropout",),
    both("Where a Transformer has dropout", "Transformer 在哪里用 Dropout"),
    both(
        "Transformers use dropout in many places: on the attention weights, in the feed-forward layers (FFN), at the end of residual branches "
        "and on the embedding.",
        "Transformer 在许多位置使用 Dropout：注意力权重、前馈层（FFN）、残差分支末尾和嵌入。",
    ),
    both(
        "That is so in this Transformer, in its graph and in its masks; whether training gains by it is not measured. The paper of 2017 names the "
        "residual ends and the embedding only. Many large language models are trained without any dropout, and vision Transformers with "
        "much data often likewise. Each picture is judged by one mask; a percent or two is chance.",
        "这里检验的是这一个 Transformer 的计算图和掩码；训练是否因此受益，并没有测。2017 年的论文只提到残差分支末尾和嵌入。许多大语言模型训练时根本不用 "
        "Dropout，数据充足的视觉 Transformer 往往也不用。每张图片只用一个掩码判断，一两个百分点的出入属于偶然。",
    ),
    experiment,
)
