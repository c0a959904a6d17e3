"""What flattening loses: networks that were trained on pictures as they are, and on the same with all pixels permuted.

The rule: the MLP must not care (its accuracy in both worlds differs by less than half as much as the CNN's, or by no more
than chance makes likely), and the CNN must be significantly better in the world where neighbours are neighbours (p < 0.05 in
McNemar's exact test). The claim holds if, beyond that, pictures cannot be got back from their vectors; with conditions if
they can, because then no data were lost, but the knowledge of which of them are neighbours.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from models.claims.arriving import drawn
from models.claims.claim import NOT_APPLICABLE, Cell, Claim, Finding, both, found, table
from models.claims.dropped import chance, share
from models.claims.paired import Paired
from models.heldout import held_out
from models.layers.permutation import permute
from models.networks.weights import load_network
from models.versus.flattening import flattened, places
from models.versus.pair import Contestant, Kind
from models.versus.worlds import NETWORKS, permutation
from models.views.describe import Words

SEEN = 700
"""Held-out pictures that all four networks classify."""
SIGNIFICANT = 0.05
KINDS: tuple[tuple[Kind, Words], ...] = (
    ("mlp", both("MLP", "多层感知机（MLP）")),
    ("cnn", both("CNN", "卷积网络（CNN）")),
)


@dataclass(frozen=True)
class Twins:
    """Two networks of one architecture: which pictures are right in the plain and in the permuted world, (N) each."""

    name: Words
    plain: Tensor
    permuted: Tensor

    @property
    def compared(self) -> Paired:
        return Paired.of(self.plain, self.permuted)

    @property
    def apart(self) -> bool:
        """Whether chance does not explain the difference."""
        return self.compared.chance < SIGNIFICANT

    @property
    def row(self) -> list[Cell]:
        return [
            self.name,
            share(self.plain),
            share(self.permuted),
            f"+{self.compared.first} −{self.compared.second}",
            chance(self.compared.chance),
        ]


def twins(kind: Kind, name: Words, canvases: Tensor, labels: Tensor) -> Twins:
    """Each network shown its own world; those of the permuted one permute by themselves what they are given."""
    plain, permuted = (
        right(Contestant(load_network(NETWORKS[world][kind]), kind), canvases, labels)
        for world in ("plain", "permuted")
    )
    return Twins(name, plain, permuted)


def right(network: Contestant, canvases: Tensor, labels: Tensor) -> Tensor:
    """Which canvases (N, 1, 28, 28) a network gets right: (N), boolean."""
    return network.see(canvases)[network.output].argmax(1) == labels


def back(canvas: Tensor) -> bool:
    """Whether a picture (1, 28, 28) comes back from its vector, and from the vector of its permuted pixels."""
    indices = places(canvas.shape, "chw")
    order = permutation()
    permuted = flattened(permute(canvas[None], order)[0], "chw")
    return torch.equal(flattened(canvas, "chw")[indices], canvas) and torch.equal(
        permuted[order.argsort()].reshape(canvas.shape), canvas
    )


def experiment(seed: int) -> Finding:
    """The four trained networks on the same held-out pictures, and the way back from the vectors."""
    items = drawn(SEEN, torch.Generator().manual_seed(seed))
    labels = held_out().labels[items]
    canvases = held_out().images[items][:, None].float() / 255
    with torch.inference_mode():
        mlp, cnn = (twins(kind, name, canvases, labels) for kind, name in KINDS)
        returned = sum(back(canvas) for canvas in canvases)
    indifferent = not mlp.apart or 2 * abs(mlp.compared.lead) < cnn.compared.lead
    local = cnn.apart and cnn.compared.lead > 0 and indifferent
    return found(
        always=local and returned < SEEN,
        within=local,
        summary=both(
            f"Trained and tested on permuted pixels, the CNN had {share(cnn.permuted)} of {SEEN} held-out pictures right instead of "
            f"{share(cnn.plain)} (p {_is(cnn)}), the MLP {share(mlp.permuted)} instead of {share(mlp.plain)} (p {_is(mlp)}). "
            f"Out of their vectors, {returned} of {SEEN} pictures came back to the bit.",
            f"用打乱像素的图片训练并测试，{SEEN} 张留出图片中，CNN 认对 {share(cnn.permuted)}，不打乱时为 {share(cnn.plain)}"
            f"（p {_is(cnn)}）；MLP 认对 {share(mlp.permuted)}，不打乱时为 {share(mlp.plain)}（p {_is(mlp)}）。"
            f"由向量还原，{SEEN} 张图片中有 {returned} 张逐位还原。",
        ),
        condition=both(
            "As far as the network’s knowledge of neighbourhood goes. The data are all there: flattening only gives the pixels other "
            "numbers, which an MLP cannot make use of and a CNN needs.",
            "就“网络是否知道谁与谁相邻”而言成立。数据本身一个不少：展平只是给像素重新编号，相邻关系对 MLP 没有用处，CNN 却离不开它。",
        ),
        table=table(
            [
                both("Network", "网络"),
                both("Right, plain", "准确率：原图"),
                both("Right, permuted", "准确率：打乱像素"),
                both("Only plain right, only permuted", "仅原图对与仅打乱对"),
                both("p", "p 值"),
            ],
            [
                mlp.row,
                cnn.row,
                [
                    both("Pictures back from their vectors", "由向量还原的图片"),
                    f"{returned} / {SEEN}",
                    f"{returned} / {SEEN}",
                    *[NOT_APPLICABLE] * 2,
                ],
            ],
        ),
        cases=SEEN * 2 * len(KINDS),
    )


def _is(pair: Twins) -> str:
    p = chance(pair.compared.chance)
    return p if p.startswith("<") else f"= {p}"


FLATTEN_LOSES_SPACE = Claim(
    "flatten-loses-space",
    ("mlp-vs-cnn",),
    both("What flattening loses", "展平丢掉了什么"),
    both(
        "An MLP flattens the picture into one long vector and thereby loses its spatial structure: which pixels are next to each other.",
        "MLP 把图片展平成一条长向量，由此丢掉了空间结构：哪些像素彼此相邻。",
    ),
    both(
        "Flattening is a bijection: nothing is lost that could not be got back. What is lost is the head start of knowing what is near. "
        "With enough data an MLP could learn it; that it makes no use of it here is seen where all pixels are permuted, once and for all, "
        "and it does as well as before. A CNN still learns something there, from the single pixels that its kernels happen to meet.",
        "展平是双射，没有丢掉任何不能还原的东西，丢掉的是“谁和谁相邻”这一先验。数据足够多时，MLP 也能学到它；而在这里它并没有用到："
        "把所有像素按同一个置换打乱，它照样学得一样好。CNN 在打乱的图片上也能学到一些东西，靠的是卷积核恰好碰到的那些像素。",
    ),
    experiment,
)
