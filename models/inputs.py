"""What a lab works on: a grid of numbers, or a stored picture."""

from typing import Annotated, Literal

import torch
from pydantic import BaseModel, ConfigDict, Field

from models.errors import Refused
from models.kernel_set import MAX_CHANNELS, Value, check_rectangular
from models.pictures import Fitted, grey
from models.views.run import ImageId

MAX_GRID = 32
MAX_SIZE = 512

Length = Annotated[int, Field(ge=1, le=MAX_SIZE)]
Offset = Annotated[int, Field(ge=0, lt=MAX_SIZE)]
Row = Annotated[list[Value], Field(min_length=1, max_length=MAX_GRID)]
Plane = Annotated[list[Row], Field(min_length=1, max_length=MAX_GRID)]


class Grid(BaseModel):
    """Numbers as they are: [C][H][W], up to 3×32×32."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["grid"]
    values: list[Plane] = Field(min_length=1, max_length=MAX_CHANNELS)


class Crop(BaseModel):
    """A part of the fitted picture."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    top: Offset
    left: Offset
    height: Length
    width: Length


class Picture(BaseModel):
    """A stored picture, its values from 0 to 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["picture"]
    image: ImageId
    colour: Literal["grey", "rgb"] = Field("rgb", description="grey is one channel, the luma of the colours.")
    size: int = Field(
        224,
        ge=16,
        le=MAX_SIZE,
        description="The longer side after the picture has been made to fit; it is never enlarged.",
    )
    crop: Crop | None = Field(None, description="A part of the fitted picture; the whole when left out.")


Input = Annotated[Grid | Picture, Field(discriminator="kind")]


def named_picture(given: Grid | Picture, field: str) -> Fitted | None:
    """The picture that is named, with the longer side to fit it into; None for a grid."""
    return Fitted(given.image, given.size, f"{field}.image") if isinstance(given, Picture) else None


def from_input(given: Grid | Picture, picture: torch.Tensor | None, field: str) -> torch.Tensor:
    """The numbers (C, H, W); `picture` is the one that is named, fitted into its size: (3, H, W) in 0…1.

    Refused, with `field` before the name of what is wrong, for rows of several lengths and a crop that reaches out.
    """
    if isinstance(given, Grid):
        check_rectangular(given.values, f"{field}.values")
        return torch.tensor(given.values)
    assert picture is not None, (
        "whoever runs a lab takes the picture that its params name from the store first"
    )
    x = picture
    if given.crop:
        top, left, height, width = (getattr(given.crop, name) for name in ("top", "left", "height", "width"))
        for name, end, most, what in (
            ("height", top + height, x.shape[1], "row"),
            ("width", left + width, x.shape[2], "column"),
        ):
            if end > most:
                raise Refused(
                    "out-of-range",
                    f"The crop ends with {what} {end}, but the picture, fitted into {given.size}, has only {most}.",
                    f"{field}.crop.{name}",
                )
        x = x[:, top : top + height, left : left + width]
    return grey(x) if given.colour == "grey" else x.contiguous()
