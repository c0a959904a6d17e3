"""Smiling and sad faces on a small canvas: a world in which only place and shape matter."""

from collections.abc import Iterable
from functools import cache
from typing import Annotated, Literal

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor

from models.errors import Refused

SIDE = 32
"""Of the canvas, in pixels."""
SMALLEST, STANDARD, LARGEST = 7, 9, 15
OVERSAMPLING = 8

Mood = Literal["smile", "sad"]
MOODS: tuple[Mood, ...] = ("smile", "sad")
"""In the order of the networks' classes 1 and 2; 0 is nothing."""
Offset = Annotated[int, Field(ge=0, le=SIDE - SMALLEST)]


class Face(BaseModel):
    """A face whose box, `size` pixels high and wide, has its top left pixel at (y, x)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    y: Offset
    x: Offset
    mood: Mood = "smile"
    size: int = Field(default=STANDARD, ge=SMALLEST, le=LARGEST)
    turned: bool = Field(default=False, description="Upside down.")


@cache
def face(size: int, mood: Mood = "smile", turned: bool = False) -> Tensor:
    """One face (size, size), 0 … 1: a bright disc with two eyes and a mouth. Each pixel is the mean of 8 × 8 samples.

    Shared between callers: not to be written to.
    """
    fine = (torch.arange(size * OVERSAMPLING) + 0.5) / (size * OVERSAMPLING) * 2 - 1
    y, x = fine[:, None], fine[None, :]  # -1 … 1, y downwards
    disc = x**2 + y**2 < 1
    eyes = ((x.abs() - 0.4) / 0.14) ** 2 + ((y + 0.28) / 0.22) ** 2 < 1
    below = y - 0.36 if mood == "smile" else 0.36 - y  # the middle of the mouth, if it smiles
    mouth = ((x**2 + (below + 0.4) ** 2).sqrt() - 0.56).abs() < 0.12
    mouth &= below > -0.2
    drawn = (disc & ~eyes & ~mouth).float()
    pixels = drawn.reshape(size, OVERSAMPLING, size, OVERSAMPLING).mean((1, 3))
    return pixels.flip(0) if turned else pixels


def canvas(faces: Iterable[Face]) -> Tensor:
    """The faces on an empty canvas (1, 32, 32), 0 … 1; where they overlap, the brightest wins.

    Refused for a face that reaches out of the canvas.
    """
    pixels = torch.zeros(1, SIDE, SIDE)
    for number, shown in enumerate(faces):
        for name, start in (("y", shown.y), ("x", shown.x)):
            if start + shown.size > SIDE:
                raise Refused(
                    "out-of-range",
                    f"A face of {shown.size} pixels on the canvas of {SIDE}×{SIDE} begins at a {name} from 0 to "
                    f"{SIDE - shown.size}, not at {start}.",
                    f"faces.{number}.{name}",
                )
        part = pixels[0, shown.y : shown.y + shown.size, shown.x : shown.x + shown.size]
        torch.maximum(part, face(shown.size, shown.mood, shown.turned), out=part)
    return pixels
