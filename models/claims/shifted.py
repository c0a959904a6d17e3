"""A shifted picture before an MLP: is it an unrelated one?

The rule: a shift makes a picture unrelated if, on average, its pixels are no more like what they were than another picture's
are, and if the MLP gets significantly fewer right than before (p < 0.05 in McNemar's exact test). The claim holds if every
shift that is tried does so, with conditions if the furthest shift of the faces does, where the CNN stays significantly
better than the MLP.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from models.claims.arriving import drawn
from models.claims.claim import NOT_APPLICABLE, Cell, Claim, Finding, both, found, table
from models.claims.dropped import share
from models.claims.paired import Paired
from models.faces import MOODS, SIDE, STANDARD, Face, canvas
from models.heldout import held_out
from models.networks.weights import load_network
from models.versus.pair import Contestant, Pair
from models.versus.positions import TRAINED
from models.versus.scene import label, shifted
from models.views.describe import Words

FACES, ITEMS = 200, 100
FACE_SHIFTS, ITEM_SHIFTS = (0, 1, 2, 4, 8, 16), (0, 2, 4, 8)
"""Pixels to the right; after 8, no face is where one was in training."""
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class World:
    """Canvases (N, 1, H, W) with their classes (N), and the networks that were trained for them."""

    name: Words
    canvases: Tensor
    labels: Tensor
    pair: Pair
    shifts: tuple[int, ...]


@dataclass(frozen=True)
class Shifted:
    """What a shift does: how alike pixels and hidden values are to those before (means), and who is right, (N) each."""

    shift: int
    pixels: float
    hidden: float
    mlp: Tensor
    cnn: Tensor


def faces(generator: torch.Generator) -> World:
    """Faces where they were in training: in the left half."""
    moods, ys, xs = (
        torch.randint(most, (FACES,), generator=generator).tolist()
        for most in (len(MOODS), SIDE - STANDARD + 1, TRAINED - STANDARD + 1)
    )
    drawn_faces = [
        Face(y=y, x=x, mood=MOODS[mood], size=STANDARD, turned=False)
        for mood, y, x in zip(moods, ys, xs, strict=True)
    ]
    return World(
        both("Faces", "笑脸与哭脸"),
        torch.stack([canvas([face]) for face in drawn_faces]),
        torch.tensor([label(face) for face in drawn_faces]),
        Pair(Contestant(load_network("smiley_mlp"), "mlp"), Contestant(load_network("smiley_cnn"), "cnn")),
        FACE_SHIFTS,
    )


def items(generator: torch.Generator) -> World:
    """Held-out images as they are, in the middle."""
    chosen = drawn(ITEMS, generator)
    held = held_out()
    return World(
        both("Fashion-MNIST", "Fashion-MNIST"),
        held.images[chosen][:, None].float() / 255,
        held.labels[chosen].long(),
        Pair(Contestant(load_network("mlp"), "mlp"), Contestant(load_network("tiny_vgg_batch"), "cnn")),
        ITEM_SHIFTS,
    )


def alike(a: Tensor, b: Tensor) -> float:
    """The mean cosine of values (N, …) to others, one by one."""
    return float(F.cosine_similarity(a.flatten(1), b.flatten(1)).mean())


def hidden(world: World, canvases: Tensor) -> Tensor:
    """The MLP's first layer of activations (N, F)."""
    return world.pair.mlp.see(canvases, world.pair.mlp.hidden)[world.pair.mlp.hidden]


def right(contestant: Contestant, canvases: Tensor, labels: Tensor) -> Tensor:
    """Which canvases a network gets right: (N), boolean."""
    return contestant.see(canvases)[contestant.output].argmax(1) == labels


def shift(world: World, by: int) -> Shifted:
    """All canvases moved to the right by so many pixels."""
    moved = shifted(world.canvases, 0, by)
    return Shifted(
        by,
        alike(moved, world.canvases),
        alike(hidden(world, moved), hidden(world, world.canvases)),
        right(world.pair.mlp, moved, world.labels),
        right(world.pair.cnn, moved, world.labels),
    )


@dataclass(frozen=True)
class Tried:
    """A world with its shifts, the first of which is none; `pixels` and `hidden` are how alike two pictures are."""

    world: World
    shifts: list[Shifted]
    pixels: float
    hidden: float

    @classmethod
    def of(cls, world: World) -> "Tried":
        values = hidden(world, world.canvases)
        return cls(
            world,
            [shift(world, by) for by in world.shifts],
            alike(world.canvases, world.canvases.roll(1, 0)),
            alike(values, values.roll(1, 0)),
        )

    def unrelated(self, moved: Shifted) -> bool:
        """Whether a shift makes a picture as unrelated as another one, by the rule."""
        compared = Paired.of(self.shifts[0].mlp, moved.mlp)
        worse = compared.lead > 0 and compared.chance < SIGNIFICANT
        return worse and moved.pixels <= self.pixels

    def rows(self) -> list[list[Cell]]:
        other: list[Cell] = [
            both(f"{self.world.name.en}, another picture", f"{self.world.name.zh}，另一张图"),
            f"{self.pixels:.2f}",
            f"{self.hidden:.2f}",
            *[NOT_APPLICABLE] * 2,
        ]
        return [*(self._row(each) for each in self.shifts), other]

    def _row(self, moved: Shifted) -> list[Cell]:
        name = self.world.name
        return [
            both(f"{name.en}, shifted by {moved.shift}", f"{name.zh}，平移 {moved.shift} 像素"),
            f"{moved.pixels:.2f}",
            f"{moved.hidden:.2f}",
            share(moved.mlp),
            share(moved.cnn),
        ]


WORLDS: tuple[Callable[[torch.Generator], World], ...] = (faces, items)


def experiment(seed: int) -> Finding:
    """Faces and clothes shifted further and further before an MLP and a CNN that were trained on the same pictures."""
    generator = torch.Generator().manual_seed(seed)
    with torch.inference_mode():
        tried = [Tried.of(world(generator)) for world in WORLDS]
    first = tried[0]
    near, far = first.shifts[1], first.shifts[-1]
    against = Paired.of(far.cnn, far.mlp)
    return found(
        always=all(each.unrelated(moved) for each in tried for moved in each.shifts[1:]),
        within=first.unrelated(far) and against.lead > 0 and against.chance < SIGNIFICANT,
        summary=both(
            f"Shifted by {far.shift} pixels, out of the half where both networks were trained, {share(far.mlp)} of {FACES} faces were right "
            f"for the MLP (unshifted {share(first.shifts[0].mlp)}) and {share(far.cnn)} for the CNN; the cosine to the pixels before was "
            f"{far.pixels:.2f}. Shifted by {near.shift} pixel it was {near.pixels:.2f}, and the MLP had {share(near.mlp)} right.",
            f"平移 {far.shift} 像素、移出两个网络训练时所见的那一半画布后，{FACES} 张脸中 MLP 认对 {share(far.mlp)}"
            f"（不平移时 {share(first.shifts[0].mlp)}），CNN 认对 {share(far.cnn)}；像素与平移前的余弦相似度为 {far.pixels:.2f}。"
            f"只平移 {near.shift} 像素时为 {near.pixels:.2f}，MLP 认对 {share(near.mlp)}。",
        ),
        condition=both(
            "For shifts large enough that hardly anything overlaps with where it was; after a small one the picture is still much like "
            "itself, to an MLP, too.",
            "平移大到与原处几乎不再重叠时成立；小幅平移后，图片与原来仍很相似，对 MLP 来说也是如此。",
        ),
        table=table(
            [
                both("Pictures", "图片"),
                both("Cosine, pixels", "余弦相似度：像素"),
                both("Cosine, MLP’s first hidden layer", "余弦相似度：MLP 第一隐藏层"),
                both("MLP right", "MLP 准确率"),
                both("CNN right", "CNN 准确率"),
            ],
            [row for each in tried for row in each.rows()],
        ),
        cases=sum(len(each.world.labels) * len(each.shifts) for each in tried),
    )


SHIFT_IS_NEW_INPUT = Claim(
    "shift-is-new-input",
    ("mlp-vs-cnn",),
    both("Shifted is new", "平移之后就是新图"),
    both(
        "If an object moves, an MLP sees a completely different input: each position has weights of its own, and what was learned in one "
        "place is not known in another.",
        "物体一平移，在 MLP 眼里就成了完全不同的输入：每个位置各有权重，在一处学到的东西，到了别处就不认得。",
    ),
    both(
        "The rule: the pixels are no more like themselves than like another picture’s, and significantly fewer are right. It is the data that "
        "teach an MLP: shown shifted pictures in training, it learns them one by one. And the CNN owes its answer to the pooling over all "
        "places before its head as much as to its kernels.",
        "判定规则：平移后的像素与原来的相似度，不高于与另一张图的相似度，并且认对的显著减少。MLP 靠数据学习：训练时给它看平移过的图片，"
        "它也能学会，只是得一处一处地学。而 CNN 能答对，除了卷积核，也要归功于输出层之前对所有位置的池化。",
    ),
    experiment,
)
