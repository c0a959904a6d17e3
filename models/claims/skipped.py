"""Residual branches that are skipped: stochastic depth for the whole batch, DropPath for each picture by itself.

The rules, set before measuring. Stochastic depth holds if each branch has one decision for the whole batch, a block whose
branch was dropped gives what its skip connection gives, to the bit, one that was kept adds the branch over 1 - p, up to
rounding, and the number of branches gone through lies within five standard deviations of the sum of the survivals.
DropPath holds if the same is true for each picture by itself, with a decision for each, and pictures of a batch differ in
every branch now and then.

Stochastic depth: Huang, Sun, Liu, Sedra & Weinberger 2016, https://arxiv.org/abs/1603.09382; DropPath: Larsson, Maire &
Shakhnarovich 2017, https://arxiv.org/abs/1605.07648
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import torch
from torch import Tensor

from models.claims.arriving import drawn, pictures
from models.claims.claim import NOT_APPLICABLE, Cell, Claim, Finding, both, found, table
from models.claims.dropped import CHANCE, seeds, switched_on
from models.interventions import DropConnectIntervention
from models.networks.weights import load_network
from models.recorder import Record, run

LAST = 0.5
"""p of the last branch; the others by the linear rule p · l / L."""
DRAWS, PICTURES = 48, 4
ROUNDING = 1e-5
Unit = Literal["batch", "row"]


@dataclass(frozen=True)
class Branch:
    """One residual branch over all draws. `kept` (draws, B) says for each picture whether it went through it.

    `decisions` is how many were drawn for a batch; `exact` and `scaled` whether blocks with the branch dropped gave what
    the skip connection gives, and those with the branch kept the sum.
    """

    name: str
    p: float
    decisions: int
    kept: Tensor
    exact: bool
    scaled: bool

    @property
    def skipped(self) -> int:
        return int((~self.kept).sum())

    @property
    def differing(self) -> int:
        """Batches of which some pictures went through the branch and some did not."""
        return int((self.kept.any(1) & ~self.kept.all(1)).sum())

    @property
    def sameness(self) -> Cell:
        if not self.skipped:
            return NOT_APPLICABLE
        return both("yes", "是") if self.exact else both("no", "否")

    @property
    def row(self) -> list[Cell]:
        return [
            self.name,
            f"{self.p:.3f}",
            self.decisions,
            f"{self.skipped} / {self.kept.numel()}",
            self.sameness,
            f"{self.differing} / {len(self.kept)}",
        ]


def branches(network: str, unit: Unit, x: Tensor, draws: Iterable[int]) -> list[Branch]:
    """All residual branches of a trained network, dropped by the linear rule as often as there are seeds."""
    steps = load_network(network).network.steps
    drops = [step.name for step in steps.values() if step.operation == "StochasticDepth"]
    sums = {step.inputs[0]: step for step in steps.values() if step.kind == "add"}
    skips = {drop: sums[drop].inputs[1] for drop in drops}
    adds = {drop: sums[drop].name for drop in drops}
    inside = {drop: steps[drop].inputs[0] for drop in drops}
    probabilities = {drop: LAST * depth / len(drops) for depth, drop in enumerate(drops, 1)}
    names = frozenset({*drops, *skips.values(), *adds.values(), *inside.values()})
    record = Record(names, dropouts=frozenset(drops))
    changes = [switched_on(drop, p, unit) for drop, p in probabilities.items()]
    runs = [run(load_network(network).network, x, changes, record, seed) for seed in draws]
    found = []
    for drop, p in probabilities.items():
        exact, scaled, kept, decisions = True, True, [], 0
        for each in runs:
            mask = each.dropouts[drop].mask
            assert mask is not None
            decisions = mask.numel()
            through = mask.flatten(1).bool().any(1).expand(len(x))
            skip, total = each.activations[skips[drop]], each.activations[adds[drop]]
            branch = each.activations[inside[drop]]
            exact &= torch.equal(total[~through], skip[~through])
            scaled &= near(total[through], (skip + branch / (1 - p))[through])
            kept.append(through)
        found.append(Branch(drop, p, decisions, torch.stack(kept), exact, scaled))
    return found


def near(first: Tensor, second: Tensor) -> bool:
    """Equal up to rounding; true where there is nothing to compare."""
    if first.numel() == 0:
        return True
    return float((first - second).abs().max()) <= ROUNDING * max(1.0, float(second.abs().max()))


def formed(tried: list[Branch], decisions: int) -> bool:
    """What both rules ask of a network's branches."""
    each = all(branch.exact and branch.scaled and branch.decisions == decisions for branch in tried)
    return each and any(branch.skipped for branch in tried)


def likely(tried: list[Branch]) -> bool:
    """Whether as many decisions fell for keeping as the survivals make likely."""
    decided = [branch.kept[:, 0] if branch.decisions == 1 else branch.kept for branch in tried]
    expected = sum(kept.numel() * (1 - branch.p) for kept, branch in zip(decided, tried, strict=True))
    variance = sum(
        kept.numel() * branch.p * (1 - branch.p) for kept, branch in zip(decided, tried, strict=True)
    )
    return abs(sum(int(kept.sum()) for kept in decided) - expected) <= CHANCE * sqrt(variance)


COLUMNS = (
    both("Residual branch", "残差分支"),
    both("p by the linear rule", "按线性规则的 p"),
    both("Decisions for a batch", "每批抽取次数"),
    both("Skipped, of all pictures", "跳过的图片 / 全部"),
    both("Skipped: equal to the skip connection, to the bit", "跳过时：与跳跃连接逐位相等"),
    both("Batches whose pictures differ", "图片之间不一致的批"),
)


def depth(tried: list[Branch]) -> tuple[float, float]:
    """Branches gone through on average, and by the sum of the survivals."""
    return sum(float(each.kept.float().mean()) for each in tried), sum(1 - each.p for each in tried)


def stochastic_depth(seed: int) -> Finding:
    """The residual network with its branches dropped for whole batches; for comparison for each picture."""
    generator = torch.Generator().manual_seed(seed)
    x = pictures(drawn(PICTURES, generator))
    tried = branches("mini_resnet", "batch", x, seeds(DRAWS, generator))
    other = branches("mini_resnet", "row", x, seeds(DRAWS // 4, generator))[-1]
    holds = formed(tried, 1) and likely(tried) and not any(each.differing for each in tried)
    skipped = sum(each.skipped for each in tried)
    total = sum(each.kept.numel() for each in tried)
    through, expected = depth(tried)
    return found(
        always=holds,
        within=holds,
        summary=both(
            f"In {DRAWS} batches {skipped // PICTURES} of {total // PICTURES} branches were skipped, each for all {PICTURES} pictures of the batch, and "
            f"{sum(each.exact for each in tried)} of {len(tried)} blocks then gave exactly what their skip connections give. On average "
            f"{through:.2f} of {len(tried)} branches were gone through; the survivals add up to {expected:.2f}.",
            f"{DRAWS} 批中，{total // PICTURES} 次分支计算里跳过了 {skipped // PICTURES} 次，每次都是整批 {PICTURES} 张图片一起跳过；"
            f"{len(tried)} 个块中有 {sum(each.exact for each in tried)} 个在跳过时的输出与跳跃连接逐位相等。平均经过 {len(tried)} 个分支中的 "
            f"{through:.2f} 个；各层存活概率之和为 {expected:.2f}。",
        ),
        condition=None,
        table=table(
            COLUMNS,
            [
                *(each.row for each in tried),
                [
                    both(f"Compare: {other.name}, by picture", f"对照：{other.name}，逐张图片抽取"),
                    *other.row[1:],
                ],
            ],
        ),
        cases=total,
    )


def drop_path(seed: int) -> Finding:
    """The Transformer with its branches dropped picture by picture; for comparison the weights of one."""
    generator = torch.Generator().manual_seed(seed)
    x = pictures(drawn(PICTURES, generator))
    tried = branches("mini_vit", "row", x, seeds(DRAWS, generator))
    holds = formed(tried, PICTURES) and likely(tried) and all(each.differing for each in tried)
    skipped = sum(each.skipped for each in tried)
    total = sum(each.kept.numel() for each in tried)
    differing = sum(each.differing for each in tried)
    return found(
        always=holds,
        within=holds,
        summary=both(
            f"{skipped} of {total} branches were skipped, each picture by its own decision: in {differing} of {DRAWS * len(tried)} cases some pictures "
            f"of a batch went through a branch that others skipped. At {sum(each.exact for each in tried)} of {len(tried)} branches a skipped picture "
            "left with exactly the tokens it came with.",
            f"{total} 次分支计算中跳过了 {skipped} 次，每张图片各自抽取：{DRAWS * len(tried)} 种情形中，有 {differing} 种是同一批里有的图片走了分支、"
            f"有的跳过。{len(tried)} 个分支中有 {sum(each.exact for each in tried)} 个，图片跳过后词元与进来时逐位相等。",
        ),
        condition=None,
        table=table(COLUMNS, [*(each.row for each in tried), connect_row(x, seed)]),
        cases=total,
    )


def connect_row(x: Tensor, seed: int) -> list[Cell]:
    """DropConnect on the last layer of a branch, in the columns of branches: no picture skips anything."""
    layer, path, add = "block3.reduce", "block3.path2", "block3.add2"
    network = load_network("mini_vit").network
    skip = network.steps[add].inputs[1]
    change = DropConnectIntervention(kind="drop_connect", layer=layer, p=LAST)
    record = Record(frozenset({path, skip, add}), dropouts=frozenset({layer}))
    result = run(network, x, [change], record, seed)
    mask = result.dropouts[layer].mask
    assert mask is not None
    total, plain = result.activations[add], result.activations[skip]
    skipped = sum(torch.equal(one, other) for one, other in zip(total, plain, strict=True))
    name = both(f"Compare: DropConnect, {layer}", f"对照：DropConnect，{layer}")
    return [name, f"{LAST:.3f}", mask.numel(), f"{skipped} / {len(x)}", NOT_APPLICABLE, NOT_APPLICABLE]


STOCHASTIC_DEPTH = Claim(
    "stochastic-depth",
    ("dropout",),
    both("Stochastic depth skips whole branches", "随机深度跳过整个残差分支"),
    both(
        "Stochastic depth skips whole residual branches at random, dropout in the direction of depth; only the skip connection is left.",
        "随机深度（Stochastic Depth）随机跳过整个残差分支，只留下跳跃连接，相当于 Dropout 的深度版。",
    ),
    both(
        "Here branches are divided by 1 − p in training; the paper multiplies by 1 − p at inference instead. What is left is the input only "
        "where the skip connection is the identity: in blocks that halve the map it is a 1×1 convolution. To have more skipped "
        f"than in training, p grows to {LAST} here, not to 0.1; at inference no branch is skipped.",
        "这里在训练时就把分支除以 1 − p；论文则是在推理时乘以 1 − p。只有当跳跃连接是恒等映射时，留下的才是输入本身："
        f"在把特征图减半的块里，它是一个 1×1 卷积。为了多跳过一些，这里的 p 随深度增大到 {LAST}，而训练时只到 0.1；推理时不跳过任何分支。",
    ),
    stochastic_depth,
)
DROPPATH = Claim(
    "droppath",
    ("dropout",),
    both("DropPath decides for each sample", "DropPath 逐样本抽取"),
    both(
        "DropPath is the stochastic depth of Transformers: branches are skipped at random, for each sample by itself.",
        "DropPath 就是 Transformer 里的随机深度：对每个样本各自随机跳过残差分支。",
    ),
    both(
        "Not to be mixed up with DropConnect, which drops single weights and skips nothing; some code, EfficientNet’s for one, "
        "calls DropPath “drop connect” all the same. In the paper that the name comes from, on FractalNet, whole paths "
        f"that join are dropped, never all of them. For more skips p grows to {LAST} here, not to 0.1 as in training.",
        "不要与 DropConnect 混淆：后者丢弃单个权重，什么也不跳过；可是有些代码（例如 EfficientNet 的）偏偏把 DropPath 叫作“drop connect”。"
        f"这个名称出自 FractalNet 的论文，那里丢弃的是汇合处的整条路径，且至少保留一条。为了多跳过一些，这里的 p 随深度增大到 {LAST}，而训练时只到 0.1。",
    ),
    drop_path,
)
