"""One element taken through dropout: what it was, what was decided, what is left of it."""

from pydantic import BaseModel, Field

from models.dropping import connect
from models.dropping.layer import SCALED_BY_P, DropoutSettings, Dropped
from models.layers.alpha_dropout import LOWEST, restoring
from models.normalization.source import Given


class TrainTest(BaseModel):
    """The element in training, by the mask drawn, and in evaluation."""

    train: float
    test: float


class Connections(BaseModel):
    """DropConnect: the weights behind the element that were kept, of all that it has."""

    kept: int
    total: int


class DroppedElement(BaseModel):
    index: list[int]
    h: float = Field(description="Before dropout.")
    m: int | None = Field(
        description="0 dropped, 1 kept; null in eval, and for DropConnect, which drops weights."
    )
    scale: float = Field(description="What a kept value is multiplied by; see also `shift`.")
    shift: float = Field(description="What is added after that: AlphaDropout's b, plus a · -1.758 where m is 0; else 0.")  # fmt: skip
    product: float = Field(description="The output: m · h · scale + shift.")
    inverted: TrainTest | None = Field(
        description="m · h / (1 - p) in training, h in eval; null where the variant scales otherwise."
    )
    classic: TrainTest | None = Field(description="m · h in training, h · (1 - p) in eval; likewise.")
    connections: Connections | None


def explain(
    given: Given, index: tuple[int, ...], dropped: Dropped, settings: DropoutSettings
) -> DroppedElement:
    """The element at `index` (b, c, y, x) of what `dropped` was made of."""
    x = given.x
    at = index[: x.ndim]
    h, product = float(x[at]), float(dropped.output[at])
    alone = settings.variant != "connect" and dropped.mask is not None
    m = int(dropped.mask.expand(x.shape)[at]) if alone and dropped.mask is not None else None
    scale, shift = dropped.scale, 0.0
    if settings.variant == "alpha" and m is not None and settings.p < 1:
        to = restoring(settings.p)
        scale, shift = to.a, to.b + (0.0 if m else to.a * LOWEST)
    inverted = classic = None
    if m is not None and settings.variant in SCALED_BY_P:
        keep = 1 - settings.p
        inverted = TrainTest(train=m * h / keep if keep else 0.0, test=h)
        classic = TrainTest(train=m * h, test=keep * h)
    return DroppedElement(
        index=list(at),
        h=h,
        m=m,
        scale=scale,
        shift=shift,
        product=product,
        inverted=inverted,
        classic=classic,
        connections=_connections(given, index, dropped) if settings.variant == "connect" else None,
    )


def _connections(given: Given, index: tuple[int, ...], dropped: Dropped) -> Connections:
    weights = connect.layer(given).arguments["weight"][index[1]].numel()
    count = weights if dropped.mask is None else int(dropped.mask[index[1]].sum())
    return Connections(kept=count, total=weights)
