"""Layer normalisation in a convolutional network, against others trained alike, on pictures that none was trained on.

The rule, set before measuring: the claim holds if the network with layer normalisation recognises significantly fewer of all
2,000 held-out pictures than the one with batch normalisation, and one percentage point fewer at least; it holds with
conditions if significantly fewer, but by less; it does not hold if the difference is within chance. Significant means p < 0.05
in McNemar's exact test on the pictures that just one of the two got right (`paired.Paired`).

A counterexample at scale is ConvNeXt, all layer normalisation over channels: Liu et al. 2022, https://arxiv.org/abs/2201.03545
"""

from functools import cache

import torch
from torch import Tensor

from models.claims.arriving import PART, pictures
from models.claims.claim import NOT_APPLICABLE, Cell, Claim, Finding, both, found, table
from models.claims.paired import Paired
from models.heldout import ITEMS, held_out
from models.networks.registry import FASHION_MNIST
from models.networks.weights import load_network
from models.recorder import run
from models.views.describe import Words

BATCH, LAYER = "tiny_vgg_batch", "tiny_vgg_layer"
OTHERS = ("tiny_vgg_group", "tiny_vgg_instance", "tiny_vgg_none")
PER_CLASS = 10
"""Pictures of each class, drawn by the seed, that the others see as well."""
SIGNIFICANT = 0.05
POINT = 0.01


def right(network: str, items: Tensor) -> Tensor:
    """Which of the pictures at these places a trained network gets right: (N), boolean."""
    trained = load_network(network).network
    parts = [run(trained, part).activations[trained.output] for part in torch.split(pictures(items), PART)]
    return torch.cat(parts).argmax(1) == held_out().labels[items]


@cache
def all_right(network: str) -> Tensor:
    """The same for all held-out pictures: nothing in it is random, so once is enough."""
    return right(network, torch.arange(ITEMS))


def sample(generator: torch.Generator) -> Tensor:
    """The places of PER_CLASS pictures of each class."""
    labels = held_out().labels
    drawn = []
    for label in range(len(FASHION_MNIST.classes())):
        places = (labels == label).nonzero()[:, 0]
        drawn.append(places[torch.randperm(len(places), generator=generator)[:PER_CLASS]])
    return torch.cat(drawn)


def title(network: str) -> Words:
    return Words(**load_network(network).spec.title)


def row(name: Words, correct: Tensor, against: Paired | None) -> list[Cell]:
    """How many were right, and the comparison with batch normalisation on the same pictures; `against` has that first."""
    counted: list[Cell] = [name, len(correct), int(correct.sum()), f"{float(correct.float().mean()):.1%}"]
    if against is None:
        return [*counted, NOT_APPLICABLE, NOT_APPLICABLE]
    return [*counted, f"+{against.second} −{against.first}", f"{against.chance:.3f}"]


def experiment(seed: int) -> Finding:
    """All held-out pictures for the two networks in question, picture by picture; some of them for the others."""
    batch, layer = all_right(BATCH), all_right(LAYER)
    items = sample(torch.Generator().manual_seed(seed))
    others = {name: right(name, items) for name in OTHERS}
    compared = Paired.of(batch, layer)
    behind = compared.lead > 0 and compared.chance < SIGNIFICANT
    rows = [row(title(BATCH), batch, None), row(title(LAYER), layer, compared)]
    some = (
        both(f"{title(name).en}, on some", f"{title(name).zh}，部分图片") for name in (BATCH, LAYER, *OTHERS)
    )
    answers = (batch[items], layer[items], *others.values())
    rows += [
        row(name, correct, None if index == 0 else Paired.of(batch[items], correct))
        for index, (name, correct) in enumerate(zip(some, answers, strict=True))
    ]
    lead, margin = compared.lead * 100, compared.margin * 100
    return found(
        always=behind and compared.lead >= POINT,
        within=behind,
        summary=both(
            f"With batch normalisation {int(batch.sum())} of {len(batch)} held-out pictures were recognised, with layer "
            f"normalisation {int(layer.sum())}: a lead of {lead:.1f} ± {margin:.1f} percentage points. On {compared.first} pictures "
            f"only the first was right, on {compared.second} only the second; equals would be that far apart by chance with "
            f"p = {compared.chance:.3f} (McNemar’s exact test), "
            + (
                "which is significant."
                if compared.chance < SIGNIFICANT
                else "so this difference can be chance."
            ),
            f"用批归一化，{len(batch)} 张没有用于训练的图片认对 {int(batch.sum())} 张；用层归一化认对 {int(layer.sum())} 张，"
            f"前者领先 {lead:.1f} ± {margin:.1f} 个百分点。只有前者认对的有 {compared.first} 张，只有后者认对的有 {compared.second} 张；"
            f"若两者不相上下，出现这样大的差距的概率为 p = {compared.chance:.3f}（McNemar 精确检验），"
            + ("差异显著。" if compared.chance < SIGNIFICANT else "所以这一差距可能只是偶然。"),
        ),
        condition=both(
            "As a matter of direction: the lag is there, but smaller than one percentage point.",
            "只就高下而言成立：确实落后，但不到一个百分点。",
        ),
        table=table(
            [
                both("Network", "网络"),
                both("Pictures", "图片数"),
                both("Recognised", "认对"),
                both("Accuracy", "准确率"),
                both("Won and lost against BatchNorm", "与批归一化相比：多对与多错"),
                both("p", "p 值"),
            ],
            rows,
        ),
        cases=len(batch),
    )


LN_IN_CNN = Claim(
    "ln-in-cnn",
    ("normalization",),
    both("Layer normalisation in a CNN", "CNN 里的层归一化"),
    both(
        "In convolutional networks layer normalisation is only mediocre, worse than batch normalisation.",
        "层归一化用在卷积网络里效果一般，不如批归一化。",
    ),
    both(
        "The rule: it holds if the lag is significant (p < 0.05) and one percentage point at least, holds with conditions if "
        "significant but smaller, and does not hold if it can be chance. Not shown is not the same as disproved: more pictures "
        "might decide it; the other networks see only some of them here, too few to rank them. And the test counts the chance of the pictures alone; each network was trained once, and another "
        "training would move its accuracy too. The networks are small; at scale ConvNeXt does without batch normalisation, with "
        "layer normalisation over the channels.",
        "判定规则：落后显著（p < 0.05）且至少一个百分点，判为成立；显著但不到一个百分点，判为有条件成立；"
        "可能只是偶然，判为不成立。没有证实不等于已被证伪，图片更多也许能分出高下；其余网络这里只看了一部分图片，不足以排出名次。另外，检验只计入了图片抽样的偶然性："
        "每个网络只训练过一次，重新训练，准确率也会变动。这些网络都很小；在大规模任务上，ConvNeXt 不用批归一化，"
        "只沿通道做层归一化。",
    ),
    experiment,
)
