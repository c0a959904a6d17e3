"""The smileys' own training: faces that stand in the left half of the canvas, and tests with faces that do not.

Started by `python -m models.train smiley_cnn`; it needs no data.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.faces import LARGEST, MOODS, SIDE, SMALLEST, STANDARD, face
from models.networks.registry import SPECS

HALF = SIDE // 2
STEPS = {"smiley_mlp": 6000, "smiley_cnn": 800}
BATCH = 96
LEARNING_RATE = 0.004
NOISE = 0.05


class Scenes(NamedTuple):
    """Canvases (N, 1, 32, 32) with one face each, their classes (N) and the faces' sizes (N)."""

    canvases: Tensor
    labels: Tensor
    sizes: Tensor


def scenes(left: int, right: int, smallest: int = SMALLEST, largest: int = LARGEST) -> Scenes:
    """Every face of these sizes whose box lies in columns `left` … `right` - 1, at any height."""
    found = [
        (F.pad(face(size, mood), (x, SIDE - size - x, y, SIDE - size - y)), label, size)
        for size in range(smallest, largest + 1)
        for label, mood in enumerate(MOODS, 1)
        for y in range(SIDE - size + 1)
        for x in range(left, right - size + 1)
    ]
    canvases, labels, sizes = zip(*found, strict=True)
    return Scenes(torch.stack(canvases)[:, None], torch.tensor(labels), torch.tensor(sizes))


def batch(given: Scenes, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Inputs (96, 1, 32, 32) and classes: a third empty, half of the faces of the standard size, several brightnesses.

    Faint noise lies over the left half; the right half stays empty.
    """
    standard = (given.sizes == STANDARD).float()
    weights = standard / standard.sum() + (1 - standard) / (1 - standard).sum()
    chosen = torch.multinomial(weights, BATCH, replacement=True, generator=generator)
    empty = torch.arange(BATCH) < BATCH // 3
    brightness = 0.6 + 0.4 * torch.rand(BATCH, 1, 1, 1, generator=generator)
    x = given.canvases[chosen] * brightness.masked_fill(empty[:, None, None, None], 0)
    noise = NOISE * torch.rand(BATCH, 1, 1, 1, generator=generator)
    x[..., :HALF] += noise * torch.rand(x[..., :HALF].shape, generator=generator)
    return x.clamp(max=1), given.labels[chosen].masked_fill(empty, 0)


@torch.inference_mode()
def share_right(network: nn.Module, given: Scenes) -> float:
    """The share of canvases whose largest logit is their class's."""
    answers = torch.cat([network(x).argmax(1) for x in torch.split(given.canvases, 500)])
    return round(int((answers == given.labels).sum()) / len(answers), 4)


def train(name: str, seed: int) -> tuple[nn.Module, dict[str, object]]:
    """The trained network, and what its card says of how and with what success it was trained."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    given = scenes(0, HALF)
    network = SPECS[name].build()
    steps = STEPS[name]
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, steps, pct_start=0.25)
    for step in range(steps):
        x, y = batch(given, generator)
        loss = F.cross_entropy(network(x), y)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        if (step + 1) % 400 == 0:
            print(f"{name} step {step + 1}/{steps}: loss {float(loss.detach()):.4f}", flush=True)
    network.eval()
    return network, {
        "steps": steps,
        "test": "every face of 7 to 15 pixels at every place of the half: left, where it was trained, and right",
        "accuracy": share_right(network, given),
        "accuracy_right_half": share_right(network, scenes(HALF, SIDE)),
        "accuracy_whole_canvas": share_right(network, scenes(0, SIDE)),
        "accuracy_whole_canvas_standard_size": share_right(network, scenes(0, SIDE, STANDARD, STANDARD)),
    }
