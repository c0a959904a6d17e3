"""The labs: one row for each. A lab is four files of one name and its row here; a test walks the rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from models.labs import convolution


@dataclass(frozen=True)
class Lab:
    """One lab: its page is `/{lang}/{name}`, its address `POST /api/labs/{name}`.

    `run(params, picture, encoding, limit)` answers `params`. `picture` gives the id and the longest side of the
    stored picture that the params name, and the field that names it; None where they name none.
    """

    name: str
    params: type[BaseModel]
    result: type[BaseModel]
    run: Callable[..., BaseModel]
    picture: Callable[[Any], tuple[str, int, str] | None]
    summary: str
    examples: tuple[dict[str, Any], ...]


LABS = (
    Lab(
        name="convolution",
        params=convolution.ConvolutionParams,
        result=convolution.ConvolutionResult,
        run=convolution.run,
        picture=convolution.picture,
        summary="Convolve a picture or a grid of numbers",
        examples=convolution.EXAMPLES,
    ),
)
