"""Zoneout and dropout on the state of a recurrent network, by the same masks.

The rule: zoneout holds if in every step each unit whose mask says so has the value that it had
before, to the bit, each other unit the value that the unit computes from the state before, up to rounding, and if for every
p its states stray significantly less from those without a mask than those of dropout by the same masks do, scaled or not
(p < 0.05 in McNemar's exact test over pictures, `paired.Paired`). It holds with conditions if that is so for some p; it does
not hold if units are not kept.

Krueger et al. 2017, https://arxiv.org/abs/1606.01305
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from models.claims.arriving import drawn, pictures
from models.claims.claim import Cell, Claim, Finding, both, found, table
from models.claims.dropped import share
from models.claims.paired import Paired
from models.heldout import held_out
from models.interventions import RecurrentIntervention
from models.layers.gru import StateRule, row_gru
from models.networks.weights import load_network
from models.recorder import Record, run

NETWORK, LAYER = "row_gru", "rows"
PROBABILITIES = (0.1, 0.2, 0.5)
PICTURES = 200
SIGNIFICANT = 0.05
ROUNDING = 1e-5


@dataclass(frozen=True)
class States:
    """The states (B, units, T) that one rule leaves, the masks of that shape, and which pictures are right."""

    states: Tensor
    mask: Tensor
    correct: Tensor


@dataclass(frozen=True)
class Kept:
    """One p: what zoneout did to units, and by how much each picture's states strayed under the rules.

    Of `zoned` held units `same` had the value before, and `zeros` a 0; `since_first` were held in all steps so far.
    """

    p: float
    zoned: int
    same: int
    zeros: int
    since_first: int
    computed: bool
    strays: dict[str, Tensor]
    correct: dict[StateRule, Tensor]

    def against(self, other: str) -> Paired:
        """Pictures that strayed less under zoneout, against those that strayed less under another rule."""
        zoneout, dropped = self.strays["zoneout"], self.strays[other]
        return Paired.of(zoneout < dropped, dropped < zoneout)

    @property
    def least(self) -> int:
        """Pictures that strayed less under zoneout than under either other rule."""
        strays = self.strays
        return int((strays["zoneout"] < torch.minimum(strays["dropout"], strays["unscaled"])).sum())

    @property
    def kept(self) -> bool:
        return self.zoned > 0 and self.same == self.zoned and self.computed

    @property
    def nearer(self) -> bool:
        both_ways = [self.against(other) for other in ("dropout", "unscaled")]
        return all(each.lead > 0 and each.chance < SIGNIFICANT for each in both_ways)

    @property
    def row(self) -> list[Cell]:
        return [
            f"{self.p}",
            f"{self.same:,} / {self.zoned:,}",
            f"{self.zeros:,}",
            f"{float(self.strays['dropout'].mean()):.2f}",
            f"{float(self.strays['unscaled'].mean()):.2f}",
            f"{float(self.strays['zoneout'].mean()):.2f}",
            f"{self.least} / {PICTURES}",
            share(self.correct["dropout"]),
            share(self.correct["zoneout"]),
        ]


def read(x: Tensor, labels: Tensor, rule: StateRule, p: float, seed: int) -> States:
    """The pictures `x` read by the recurrent network, its state dropped from by a rule."""
    network = load_network(NETWORK).network
    record = Record(frozenset({LAYER, network.output}), dropouts=frozenset({LAYER}))
    change = RecurrentIntervention(kind="recurrent", layer=LAYER, rule=rule, p=p)
    result = run(network, x, [change], record, seed)
    mask = result.dropouts[LAYER].mask
    states = result.activations[LAYER][..., 0]
    correct = result.activations[network.output].argmax(1) == labels
    return States(states, torch.ones_like(states) if mask is None else mask[..., 0], correct)


def weights() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Of the recurrent layer, in PyTorch's order."""
    a = load_network(NETWORK).network.steps[LAYER].arguments
    return a["weight_ih"], a["weight_hh"], a["bias_ih"], a["bias_hh"]


def step_by_step(x: Tensor, states: Tensor) -> Tensor:
    """What PyTorch's cell computes in each step from the state that it really was in: (B, units, T)."""
    old = torch.cat([torch.zeros_like(states[..., :1]), states[..., :-1]], -1)
    steps = range(states.shape[-1])
    return torch.stack([torch.gru_cell(x[:, 0, t], old[..., t], *weights()) for t in steps], -1)


def compare(x: Tensor, labels: Tensor, clean: States, p: float, seed: int) -> Kept:
    """Zoneout and dropout with one p, by the same masks."""
    zoneout, dropout = (read(x, labels, rule, p, seed) for rule in ("zoneout", "dropout"))
    assert torch.equal(zoneout.mask, dropout.mask)
    after, before = zoneout.states[..., 1:], zoneout.states[..., :-1]
    held = zoneout.mask == 0
    zoned = held[..., 1:]
    unscaled = row_gru(x, *weights(), zoneout.mask[..., None], "dropout", p=0.0)[..., 0]
    fresh = (step_by_step(x, zoneout.states) - zoneout.states).abs()[zoneout.mask == 1]

    def strays(states: Tensor) -> Tensor:
        off = (states - clean.states).square().mean((1, 2)).sqrt()
        return off / clean.states.square().mean((1, 2)).sqrt()

    return Kept(
        p,
        int(zoned.sum()),
        int((after == before)[zoned].sum()),
        int((after == 0)[zoned].sum()),
        int(held.long().cumprod(-1)[..., 1:].sum()),
        bool(fresh.max() <= ROUNDING),
        {
            "zoneout": strays(zoneout.states),
            "dropout": strays(dropout.states),
            "unscaled": strays(unscaled),
        },
        {"zoneout": zoneout.correct, "dropout": dropout.correct},
    )


def stray(kept: Kept, rule: str) -> str:
    return f"{float(kept.strays[rule].mean()):.0%}"


def experiment(seed: int) -> Finding:
    """Held-out pictures read row by row, with zoneout and with dropout on the state."""
    items = drawn(PICTURES, torch.Generator().manual_seed(seed))
    x, labels = pictures(items), held_out().labels[items]
    with torch.inference_mode():
        clean = read(x, labels, "none", 0.0, seed)
        tried = [compare(x, labels, clean, p, seed) for p in PROBABILITIES]
    kept = all(each.kept for each in tried)
    middle = tried[len(tried) // 2]
    zoned, same = sum(each.zoned for each in tried), sum(each.same for each in tried)
    zeros, since = sum(each.zeros for each in tried), sum(each.since_first for each in tried)
    return found(
        always=kept and all(each.nearer for each in tried),
        within=kept and any(each.nearer for each in tried),
        summary=both(
            f"Of {zoned:,} units that zoneout held {same:,} kept the value of the row before, to the bit; {zeros:,} of these were 0, of which "
            f"{since:,} had been held since the first row, before which the state is 0. With p = {middle.p} the states strayed from the undisturbed ones "
            f"by {stray(middle, 'zoneout')} of their size, with dropout by the same masks by {stray(middle, 'dropout')} "
            f"({stray(middle, 'unscaled')} without its scaling, which multiplies up from step to step); {share(middle.correct['zoneout'])} of {PICTURES} "
            f"held-out pictures were still recognised against {share(middle.correct['dropout'])} ({share(clean.correct)} undisturbed).",
            f"Zoneout 共让 {zoned:,} 个单元保持不动，其中 {same:,} 个与读上一行时的值逐位相等；等于 0 的有 {zeros:,} 个，其中 {since:,} 个是从第一行起"
            f"一直没动过的（读第一行之前状态为 0）。取 p = {middle.p}，隐藏状态偏离未受干扰时的轨迹，幅度为其大小的 {stray(middle, 'zoneout')}；"
            f"用同样的掩码做 Dropout，则为 {stray(middle, 'dropout')}（不做缩放时为 {stray(middle, 'unscaled')}：缩放会逐步累乘）。"
            f"{PICTURES} 张没有用于训练的图片，准确率分别为 {share(middle.correct['zoneout'])} 和 {share(middle.correct['dropout'])}"
            f"（不受干扰时为 {share(clean.correct)}）。",
        ),
        condition=both(
            "As to keeping the old value always; as to straying less than with dropout only for "
            + ", ".join(f"p = {each.p}" for each in tried if each.nearer)
            + ".",
            "保留旧值始终成立；偏离比 Dropout 小，则只在 "
            + "、".join(f"p = {each.p}" for each in tried if each.nearer)
            + " 时成立。",
        ),
        table=table(
            [
                both("p", "p"),
                both("Held units with the value before, to the bit", "保持不动的单元中与旧值逐位相等的"),
                both("Of these 0", "其中等于 0"),
                both("Strays, dropout", "偏离：Dropout"),
                both("Unscaled dropout", "偏离：不缩放的 Dropout"),
                both("Zoneout", "偏离：Zoneout"),
                both(
                    "Pictures that stray less under zoneout than under either", "Zoneout 偏离比两者都小的图片"
                ),
                both("Right, dropout", "准确率：Dropout"),
                both("Right, zoneout", "准确率：Zoneout"),
            ],
            [each.row for each in tried],
        ),
        cases=PICTURES * len(tried),
    )


ZONEOUT = Claim(
    "zoneout",
    ("dropout",),
    both("Zoneout keeps the old state", "Zoneout 保留旧的隐藏状态"),
    both(
        "Dropout on a recurrent state breaks what hangs together over time; zoneout keeps the previous hidden state of some units instead.",
        "对循环网络的隐藏状态做 Dropout 会破坏时间上的依赖；Zoneout 则让一部分单元保留上一步的隐藏状态。",
    ),
    both(
        "It keeps the previous value and puts no 0 in its place, but in the first step, where the previous state is 0. Strays are root mean "
        "squares in terms of the undisturbed states. The network was trained with neither; what training with them gives is not measured. "
        "Dropout on what a recurrent network is given or gives leaves the carried state alone; neither that nor one mask for all steps is "
        "tried here.",
        "它保留的是旧值，而不是置零；只有第一步例外，因为那时旧状态就是 0。偏离是均方根，以未受干扰的状态的大小为单位。"
        "这个网络训练时两者都没用过，用它们训练效果如何，这里没有测。只对循环网络的输入或输出做 Dropout，并不触动传递下去的状态；这种做法，以及各步共用一个掩码的做法，这里都没有试。",
    ),
    experiment,
)
