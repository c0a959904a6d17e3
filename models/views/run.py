"""What does this network make of these pictures, and what if something in it were different?"""

from collections.abc import Sequence
from math import prod
from typing import Annotated

import torch
from pydantic import BaseModel, ConfigDict, Field

from models.errors import Refused
from models.interventions import MAX_ELEMENTS, Intervention, LayerName, apply
from models.masking import DropoutRecord, Place, has_dropout
from models.network import INPUT, Step
from models.networks.weights import Loaded
from models.recorder import BY_PLACE, NormalizationRecord, Record, Recording, walk
from models.shapes import Shape, propagate, receptive_fields, written
from models.statistics import BINS, summarize
from models.tensors import BYTES, Encoding, Tensor, encode
from models.views.describe import ReceptiveField, Words

MAX_BATCH = 64
MAX_ANSWER = 32 << 20
NUMBERS_OF_A_CHANNEL = 2 * (4 + BINS + BINS + 1) + 4
"""In the statistics of one channel: two distributions, the running mean and variance, gamma and beta."""

ImageId = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="As POST /api/images returned it.")]
Interventions = Annotated[list[Intervention], Field(max_length=64)]
Seed = Annotated[int, Field(ge=0, lt=1 << 48)]


class Strongest(BaseModel):
    """The channels with the largest mean absolute value over all images and positions, strongest first."""

    model_config = ConfigDict(extra="forbid")
    strongest: int = Field(ge=1, le=4096)


class Chosen(BaseModel):
    """These channels, in this order."""

    model_config = ConfigDict(extra="forbid")
    indices: list[Annotated[int, Field(ge=0)]] = Field(min_length=1, max_length=4096)


class LayerRequest(BaseModel):
    """What to record of one layer."""

    model_config = ConfigDict(extra="forbid")
    layer: LayerName
    activation: bool = True
    normalization: bool = Field(False, description="The statistics; normalisation layers only.")
    dropout: bool = Field(
        False, description="The mask; layers that drop something, by themselves or by an intervention."
    )
    channels: Strongest | Chosen | None = Field(None, description="All of them when left out.")


class RunParams(BaseModel):
    model_config = ConfigDict(extra="forbid")
    images: list[ImageId] = Field(min_length=1, max_length=MAX_BATCH)
    interventions: Interventions = []
    record: list[LayerRequest] = Field([], max_length=256)
    difference: bool = Field(False, description="Also return after - before, where the shapes agree.")
    seed: Seed = Field(0, description="Of all masks that have no seed of their own.")
    top: int = Field(
        5, ge=0, le=1000, description="How many classes to return for each image, likeliest first."
    )
    classes: list[Annotated[int, Field(ge=0)]] = Field(
        [], max_length=1000, description="Classes to return besides the likeliest, by index."
    )


class ClassScore(BaseModel):
    index: int
    name: Words
    probability: float
    logit: float


class Distribution(BaseModel):
    """The values of each chosen channel over images and positions."""

    mean: list[float]
    std: list[float]
    lo: list[float]
    hi: list[float]
    edges: list[list[float]] = Field(description="The bins' edges, from lo to hi.")
    counts: list[list[int]]


class PlaceStatistics(BaseModel):
    """A mean and a variance of the channels of each place: [B][H][W]. With rms the mean is 0."""

    mean: list[list[list[float]]]
    variance: list[list[list[float]]] = Field(description="Biased; with rms the mean square.")


class LayerNormalization(BaseModel):
    """`mean` and `variance` are those used for each image and chosen channel: [B][K]; `batch_…` the present values' own.

    All four are null where it is each place that has its own, and not each channel: see `places`.
    """

    method: str
    statistics: str | None = Field(description='"running" or "batch"; null where the method has no choice.')
    axes: list[str] = Field(description="The axes that share one mean and one variance.")
    count: int = Field(description="Elements that share them.")
    eps: float
    mean: list[list[float]] | None
    variance: list[list[float]] | None
    batch_mean: list[list[float]] | None
    batch_variance: list[list[float]] | None
    places: PlaceStatistics | None = Field(description="For the methods layer_channels and rms.")
    running_mean: list[float] | None
    running_variance: list[float] | None
    gamma: list[float] | None
    beta: list[float] | None
    before: Distribution
    after: Distribution


class LayerDropout(BaseModel):
    variant: str
    place: Place = Field(
        description="layer: it is one of its own; after: on what the layer gives; weights: on its weights (connect); "
        "state: on a recurrent state after each step."
    )
    p: float
    on: bool
    seed: int | None = Field(description="What the mask's generator was seeded with.")
    keep_rate: float
    scale: float = Field(description="What the kept values were multiplied by.")
    mask: Tensor | None = Field(
        description="Zeros and ones, broadcastable to the activation, of connect [K, ...] as the weights; of zoneout a 0 keeps "
        "the old value. null when off."
    )


class LayerResult(BaseModel):
    layer: str
    shape: list[int] = Field(description="Of the whole activation: [B, C, H, W] or [B, F].")
    receptive_field: ReceptiveField | None
    range: tuple[float, float] = Field(description="The smallest and the largest value of the whole layer.")
    channels: list[int] = Field(description="The channels in the tensors below, in order.")
    activation: Tensor | None
    difference: Tensor | None
    normalization: LayerNormalization | None
    dropout: LayerDropout | None


class RunResult(BaseModel):
    network: str
    version: str
    torch: str
    threads: int
    seed: int
    images: list[str]
    predictions: list[list[ClassScore]] = Field(
        description="For each image the likeliest classes, then those asked for."
    )
    layers: list[LayerResult] = Field(description="As recorded, in the order asked for.")
    range: tuple[float, float] | None = Field(
        description="The smallest and the largest value of all recorded layers."
    )


def run_network(
    loaded: Loaded, batch: torch.Tensor, params: RunParams, encoding: Encoding, max_answer: int = MAX_ANSWER
) -> RunResult:
    """Run `batch` (B, C, H, W) through the network.

    Refused, before computing, where the answer would take more than about `max_answer` bytes.
    """
    steps, shapes, fields = loaded.network.steps, loaded.shapes, loaded.receptive_fields
    if params.interventions:
        steps = apply(loaded.network, params.interventions, len(batch))
        shapes = propagate(steps, loaded.network.input_shape)
        fields = receptive_fields(steps, shapes)
    output = loaded.network.output
    _check(steps, shapes, len(batch), params, encoding, max_answer)
    record = _record(output, params)
    after = walk(steps, batch, record, params.seed)
    before = None
    if params.difference:
        before = walk(loaded.network.steps, batch, record, params.seed)
    layers = [
        _layer(asked, after, before, ReceptiveField.of(fields.get(asked.layer)), encoding)
        for asked in params.record
    ]
    logits = after.activations.get(output)
    return RunResult.model_construct(
        network=loaded.spec.name,
        version=loaded.version,
        torch=torch.__version__,
        threads=torch.get_num_threads(),
        seed=params.seed,
        images=params.images,
        predictions=[]
        if logits is None
        else [scores(loaded, row, params.top, params.classes) for row in logits],
        layers=layers,
        range=(min(layer.range[0] for layer in layers), max(layer.range[1] for layer in layers))
        if layers
        else None,
    )


def _record(output: str, params: RunParams) -> Record:
    asked = params.record
    with_output = {output} if params.top or params.classes else set()
    return Record(
        frozenset({request.layer for request in asked} | with_output),
        frozenset(request.layer for request in asked if request.normalization),
        frozenset(request.layer for request in asked if request.dropout),
    )


def _check(
    steps: dict[str, Step],
    shapes: dict[str, Shape],
    batch: int,
    params: RunParams,
    encoding: Encoding,
    max_answer: int,
) -> None:
    """Names, channels, what has to be held in memory and the size of the answer."""
    classes = shapes[next(reversed(steps))][0]
    for index, wanted in enumerate(params.classes):
        if wanted >= classes:
            raise Refused("out-of-range", f"There are {classes} classes, counted from 0.", f"classes.{index}")
    answer = 0.0
    for index, asked in enumerate(params.record):
        try:
            answer += _bytes(steps, shapes, batch, asked, encoding, params.difference)
        except Refused as refused:
            raise refused.within(f"record.{index}") from None
    if answer > max_answer:
        raise Refused(
            "answer-too-large",
            f"The answer would take about {answer / 2**20:,.0f} MiB; {max_answer / 2**20:,.0f} MiB are allowed. "
            "Ask for fewer layers, channels or images, or for ?tensors=uint8.",
            "record",
        )
    held = batch * sum(prod(shapes[asked.layer]) for asked in params.record)
    if held > MAX_ELEMENTS:
        raise Refused(
            "too-much-work",
            f"The recorded layers have {held:,} numbers; {MAX_ELEMENTS:,} are allowed. "
            "Ask for fewer layers or images.",
            "record",
        )


def _bytes(
    steps: dict[str, Step],
    shapes: dict[str, Shape],
    batch: int,
    asked: LayerRequest,
    encoding: Encoding,
    difference: bool,
) -> float:
    """About how many bytes the answer to one request takes."""
    if asked.layer not in shapes:
        raise Refused("no-such-layer", f"There is no layer {asked.layer!r}.", "layer")
    shape = shapes[asked.layer]
    kind = INPUT if asked.layer == INPUT else steps[asked.layer].kind
    for aspect, wanted, there in (
        ("normalization", asked.normalization, kind == "norm"),
        ("dropout", asked.dropout, kind != INPUT and has_dropout(steps[asked.layer])),
    ):
        if wanted and not there:
            raise Refused(
                "wrong-kind",
                f"{asked.layer} is a layer of the kind {kind}: it has no {aspect} to record.",
                aspect,
            )
    channels = shape[0]
    if isinstance(asked.channels, Chosen):
        channels = len(asked.channels.indices)
        if max(asked.channels.indices) >= shape[0]:
            raise Refused(
                "out-of-range",
                f"{asked.layer} ({written(shape)}) has {shape[0]} channels.",
                "channels.indices",
            )
    elif isinstance(asked.channels, Strongest):
        channels = min(asked.channels.strongest, channels)
    per_channel = prod(shape[1:])
    on_weights = asked.dropout and steps[asked.layer].connect is not None
    maps = asked.activation + (asked.dropout and not on_weights) + difference
    statistics = channels * (4 * batch + NUMBERS_OF_A_CHANNEL) if asked.normalization else 0
    if asked.normalization and steps[asked.layer].arguments["method"] in BY_PLACE:
        statistics += 2 * batch * per_channel
    connections = channels * steps[asked.layer].arguments["weight"][0].numel() if on_weights else 0
    numbers = batch * channels * per_channel * maps + connections
    return numbers * BYTES[encoding] + statistics * BYTES["list"]


def _layer(
    asked: LayerRequest,
    after: Recording,
    before: Recording | None,
    field: ReceptiveField | None,
    encoding: Encoding,
) -> LayerResult:
    x = after.activations[asked.layer]
    channels = _channels(x, asked.channels)
    lo, hi = x.amin(), x.amax()  # together ten times as fast as aminmax()
    y = None if before is None else before.activations[asked.layer]
    comparable = y is not None and y.shape == x.shape
    picked = _picked(x, channels)
    return LayerResult.model_construct(
        layer=asked.layer,
        shape=list(x.shape),
        receptive_field=field,
        range=(float(lo), float(hi)),
        channels=channels.tolist(),
        activation=encode(picked, encoding) if asked.activation else None,
        difference=encode(picked - _picked(y, channels), encoding) if comparable and y is not None else None,
        normalization=_normalization(after.normalizations[asked.layer], channels)
        if asked.normalization
        else None,
        dropout=_dropout(after.dropouts[asked.layer], channels, encoding) if asked.dropout else None,
    )


def _picked(x: torch.Tensor, channels: torch.Tensor) -> torch.Tensor:
    """The chosen channels of `x`, which is itself returned where they are all there in order."""
    whole = len(channels) == x.shape[1] and bool((channels == torch.arange(x.shape[1])).all())
    return x if whole else x[:, channels]  # in channels_last up to seven times as fast as index_select


def _channels(x: torch.Tensor, asked: Strongest | Chosen | None) -> torch.Tensor:
    match asked:
        case None:
            return torch.arange(x.shape[1])
        case Chosen():
            return torch.tensor(asked.indices)
        case Strongest():
            strength = x.abs().transpose(0, 1).flatten(1).mean(1)
            return strength.sort(descending=True, stable=True).indices[: asked.strongest]


def scores(loaded: Loaded, logits: torch.Tensor, top: int, classes: Sequence[int] = ()) -> list[ClassScore]:
    """The `top` likeliest classes of one image's `logits`, then those of `classes` that are not among them."""
    names = loaded.spec.dataset.classes()
    probabilities = logits.softmax(0)
    likeliest = probabilities.sort(descending=True, stable=True).indices[:top].tolist()
    wanted = likeliest + [index for index in dict.fromkeys(classes) if index not in likeliest]
    return [
        ClassScore(
            index=index,
            name=Words(en=names[index]["en"], zh=names[index]["zh"]),
            probability=float(probabilities[index]),
            logit=float(logits[index]),
        )
        for index in wanted
    ]


def _distribution(x: torch.Tensor, channels: torch.Tensor) -> Distribution:
    summary = summarize(x.index_select(1, channels))
    return Distribution(**{name: values.tolist() for name, values in vars(summary).items()})


def _normalization(record: NormalizationRecord, channels: torch.Tensor) -> LayerNormalization:
    def of_channels(x: torch.Tensor | None) -> list[float] | None:
        return None if x is None else x[channels].tolist()

    def used(x: torch.Tensor) -> list[list[float]] | None:
        return None if record.by_place else x[:, channels].tolist()

    places = None
    if record.by_place:
        places = PlaceStatistics(mean=record.mean.tolist(), variance=record.variance.tolist())
    return LayerNormalization(
        method=record.method,
        statistics=record.statistics,
        axes=list(record.axes),
        count=record.count,
        eps=record.eps,
        mean=used(record.mean),
        variance=used(record.variance),
        batch_mean=used(record.batch_mean),
        batch_variance=used(record.batch_variance),
        places=places,
        running_mean=of_channels(record.running_mean),
        running_variance=of_channels(record.running_var),
        gamma=of_channels(record.gamma),
        beta=of_channels(record.beta),
        before=_distribution(record.inputs, channels),
        after=_distribution(record.outputs, channels),
    )


def _dropout(record: DropoutRecord, channels: torch.Tensor, encoding: Encoding) -> LayerDropout:
    mask = record.mask
    if mask is not None and record.place == "weights":
        mask = mask.index_select(0, channels)
    elif mask is not None and mask.shape[1] > 1:
        mask = mask.index_select(1, channels)
    return LayerDropout.model_construct(
        variant=record.variant,
        place=record.place,
        p=record.p,
        on=record.on,
        seed=record.seed,
        keep_rate=record.keep_rate,
        scale=record.scale,
        mask=None if mask is None else encode(mask, encoding),
    )
