"""The labs: one row for each. A lab is four files of one name and its row here; a test walks the rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from models.labs import convolution, dropout, mlp_vs_cnn, normalization, principles
from models.pictures import Fitted, Prepared


@dataclass(frozen=True)
class Lab:
    """One lab: its page is `/{lang}/{name}`, its address `POST /api/labs/{name}`; Python's files have _ for the -.

    `run(params, pictures, encoding, limit)` answers `params`. `pictures` says which stored pictures the params name:
    one, fitted into a size, (3, H, W); or several as a network's input, (B, C, H, W); or None.
    """

    name: str
    params: type[BaseModel]
    result: type[BaseModel]
    run: Callable[..., BaseModel]
    pictures: Callable[[Any], Fitted | Prepared | None]
    summary: str
    examples: tuple[dict[str, Any], ...]


LABS = (
    Lab(
        name="convolution",
        params=convolution.ConvolutionParams,
        result=convolution.ConvolutionResult,
        run=convolution.run,
        pictures=convolution.pictures,
        summary="Convolve a picture or a grid of numbers",
        examples=convolution.EXAMPLES,
    ),
    Lab(
        name="normalization",
        params=normalization.NormalizationParams,
        result=normalization.NormalizationResult,
        run=normalization.run,
        pictures=normalization.pictures,
        summary="Normalise a layer's activations or a tensor of numbers",
        examples=normalization.EXAMPLES,
    ),
    Lab(
        name="dropout",
        params=dropout.DropoutParams,
        result=dropout.DropoutResult,
        run=dropout.run,
        pictures=dropout.pictures,
        summary="Drop from a layer's activations or weights, or from a tensor of numbers",
        examples=dropout.EXAMPLES,
    ),
    Lab(
        name="mlp-vs-cnn",
        params=mlp_vs_cnn.MlpVsCnnParams,
        result=mlp_vs_cnn.MlpVsCnnResult,
        run=mlp_vs_cnn.run,
        pictures=mlp_vs_cnn.pictures,
        summary="Move a face or a picture before an MLP and a CNN",
        examples=mlp_vs_cnn.EXAMPLES,
    ),
    Lab(
        name="principles",
        params=principles.PrinciplesParams,
        result=principles.PrinciplesResult,
        run=principles.run,
        pictures=principles.pictures,
        summary="Take local receptive fields, shared weights and the hierarchy of features apart",
        examples=principles.EXAMPLES,
    ),
)
