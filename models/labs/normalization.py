"""What does normalisation do to a tensor? A layer's activations, tokens or numbers by hand, and every method on them."""

from math import prod
from typing import Annotated, Any, Literal

import torch
from pydantic import BaseModel, Field
from torch import Tensor as Array

from models.errors import Refused
from models.layers.normalization import statistics_of
from models.normalization import check, element, folding, mates, padding, sets, source, spread, training
from models.normalization.element import ElementPlace, ElementSteps
from models.normalization.folding import FoldingParams, FoldingResult
from models.normalization.kept import RunningStatistics, keep
from models.normalization.layer import Layer, LayerSettings, TrainedNorm, check_range, resolve, trained_norm
from models.normalization.mates import MatesParams, MatesResult
from models.normalization.padding import PaddingParams, PaddingResult
from models.normalization.sets import SetStatistics, SharedAxes
from models.normalization.source import AXES, Given, Layout, Source
from models.normalization.spread import SpreadParams, SpreadResult
from models.normalization.steps import by_hand
from models.normalization.training import BatchesParams, BatchesResult
from models.pictures import Prepared, light
from models.tensors import Encoding, Tensor, check_answer, encode

Part = Literal["pictures", "input", "normalized", "output", "sets"]
SHOWN = 8
"""Channels that the answer holds where none are named."""


class NormalizationParams(LayerSettings):
    """A tensor, the layer that normalises it, and the experiments to make with both."""

    source: Source
    channels: list[Annotated[int, Field(ge=0)]] | None = Field(
        None,
        min_length=1,
        max_length=16,
        description="Those in the answer's tensors; the first 8 when left out.",
    )
    at: ElementPlace | None = Field(None, description="An element to take apart: adds `element`.")
    record: list[Part] = Field(["input", "output"], max_length=16, description="What to return.")
    training: BatchesParams | None = Field(None, description="Feed batches one by one.")
    mates: MatesParams | None = Field(None, description="Give one member other batch-mates.")
    spread: SpreadParams | None = Field(None, description="Draw batches of many sizes.")
    padding_sweep: PaddingParams | None = Field(None, description="Pad the tokens more and more.")
    folding: FoldingParams | None = Field(None, description="Fold the layer into the convolution before it.")


class NormalizationResult(BaseModel):
    torch: str
    threads: int
    layout: Layout
    shape: list[int] = Field(description="[B, C, H, W], of tokens [B, D, L], of vectors [B, C].")
    axes: list[str] = Field(description="What the axes are called.")
    norm: TrainedNorm | None
    gamma: list[float]
    beta: list[float]
    eps: float
    groups: int
    momentum: float | None
    mode: Literal["train", "eval"]
    statistics: Literal["batch", "running"] | None = Field(
        description="Those that normalise, for the method batch; null where there is no choice."
    )
    channels: list[int] = Field(description="Those in the tensors below, in order.")
    lengths: list[int] | None = Field(description="Real tokens of each member.")
    shared: SharedAxes
    sets: SetStatistics | None
    running: RunningStatistics | None
    pictures: Tensor | None = Field(description="[B, c, h, w], what the network was given, from 0 to 1.")
    input: Tensor | None
    normalized: Tensor | None
    output: Tensor | None
    element: ElementSteps | None
    check: check.LayerCheck
    training: BatchesResult | None
    mates: MatesResult | None
    spread: SpreadResult | None
    padding_sweep: PaddingResult | None
    folding: FoldingResult | None


EXAMPLES: tuple[dict[str, Any], ...] = (
    {
        "source": {
            "kind": "network",
            "network": "tiny_vgg_batch",
            "layer": "conv2.conv",
            "batch": [{"kind": "item", "index": index} for index in range(4)],
        },
        "channels": [0],
        "record": ["sets"],
        "at": {"b": 0, "c": 0, "y": 14, "x": 14},
    },
)


def pictures(params: NormalizationParams) -> Prepared | None:
    """The stored pictures that the params name, to be prepared for their network; None where they name none."""
    return source.pictures(params.source)


def run(
    params: NormalizationParams, pictures: Array | None, encoding: Encoding, limit: int
) -> NormalizationResult:
    """Normalise what a trained layer gives for a batch of pictures, or tokens, or a small tensor by hand.

    Returns the statistics and who shares them, one element's four steps where `at` asks for it, and a comparison with
    PyTorch's own layer. What cannot be computed is refused with the reason.
    """
    # `pictures` holds the stored ones that the params name, in order, as the network's input.
    with torch.inference_mode():
        if params.mates:
            mates.check(params.source, params.mates)
        runs, most = (2, mates.MOST) if params.mates else (1, source.MAX_NUMBERS)
        given = source.given(params.source, pictures, runs, most)
        x = given.x
        channels = _channels(params, x.shape[1])
        feed = training.feed(given, params.training) if params.training else None
        fed = training.fed(feed, params.momentum) if feed else None
        layer = resolve(params, given, fed)
        _check_eps(params, layer)
        index = element.place(params.at, x.shape, given.layout) if params.at else None
        _check_answer(params, given, len(channels), encoding, limit)
        text, y = _layer(given, layer)
        steps = by_hand(x, layer)
        found = statistics_of(x, layer.method, layer.groups)
        check_range(steps.normalized, steps.y, y)
        chosen = torch.tensor(channels)
        kept: dict[Part, Array] = {"input": x, "normalized": steps.normalized, "output": steps.y}
        tensors = {
            name: encode(values.index_select(1, chosen), encoding)
            for name, values in kept.items()
            if name in params.record
        }
        if "pictures" in params.record and given.loaded is not None and given.inputs is not None:
            tensors["pictures"] = encode(light(given.inputs, given.loaded.spec.dataset), encoding)
        return NormalizationResult.model_construct(
            torch=torch.__version__,
            threads=torch.get_num_threads(),
            layout=given.layout,
            shape=list(x.shape),
            axes=AXES[given.layout],
            norm=trained_norm(given),
            gamma=layer.gamma.tolist(),
            beta=layer.beta.tolist(),
            eps=layer.eps,
            groups=layer.groups,
            momentum=layer.momentum,
            mode=layer.mode,
            statistics=layer.statistics,
            channels=channels,
            lengths=None if given.lengths is None else given.lengths.tolist(),
            shared=sets.shared(layer.method, given.layout, x.shape, layer.groups),
            sets=sets.statistics(found, _exact(encoding)) if "sets" in params.record else None,
            running=keep(given, layer),
            pictures=tensors.get("pictures"),
            input=tensors.get("input"),
            normalized=tensors.get("normalized"),
            output=tensors.get("output"),
            element=element.explain(x, index, layer, found, steps, y) if index else None,
            check=check.compare(text, x, layer, steps.y, y),
            training=training.tell(given, params.training, feed, fed, layer, params.at.b if params.at else 0)
            if params.training and feed and fed
            else None,
            mates=mates.swap(given, params.source, params.mates, layer, chosen, encoding)
            if params.mates and not isinstance(params.source, source.GridSource)
            else None,
            spread=spread.draw(given, params.spread) if params.spread else None,
            padding_sweep=padding.sweep(given, params.padding_sweep, layer) if params.padding_sweep else None,
            folding=folding.folded(given, params.folding, _exact(encoding)) if params.folding else None,
        )


def _exact(encoding: Encoding) -> Encoding:
    """For numbers that are read one by one rather than looked at as a picture."""
    return "float32" if encoding == "uint8" else encoding


def _check_eps(params: NormalizationParams, layer: Layer) -> None:
    """PyTorch's batch normalisation takes no eps of 0 in training."""
    by_batch = layer.statistics == "batch" or params.training or params.mates or params.padding_sweep
    if layer.eps == 0 and by_batch:
        raise Refused(
            "eps",
            "PyTorch normalises by the statistics of a batch with an eps above 0 only: a constant channel has no spread "
            "to divide by.",
            "eps",
        )


def _channels(params: NormalizationParams, count: int) -> list[int]:
    if params.channels is None:
        return list(range(min(SHOWN, count)))
    for index, channel in enumerate(params.channels):
        if channel >= count:
            raise Refused(
                "out-of-range", f"The tensor has {count} channels, counted from 0.", f"channels.{index}"
            )
    return params.channels


def _check_answer(
    params: NormalizationParams, given: Given, channels: int, encoding: Encoding, limit: int
) -> None:
    """Refused where the tensors would take more than about `limit` bytes."""
    x = given.x
    shown = len(x) * channels * prod(x.shape[2:])
    sizes = {name: shown for name in ("input", "normalized", "output")}
    sizes["sets"] = 3 * (x.numel() // sets.size(params.method, x.shape, params.groups))
    sizes["pictures"] = 0 if given.inputs is None else given.inputs.numel()
    numbers = [sizes[name] for name in dict.fromkeys(params.record)]
    if params.mates:
        numbers += [shown // len(x)] * 3
    check_answer(numbers, encoding, limit, "Record less, or fewer channels, or ask for ?tensors=uint8.")


def _layer(given: Given, layer: Layer) -> tuple[str, Array]:
    """How one would write PyTorch's own layer, and what it makes of the tensor."""
    written = check.pytorch(layer, given.x.shape)
    try:
        y = check.run(written, given.x)
    except ValueError as error:
        raise Refused(
            "one-value",
            f"A set has a single value, which has no spread to normalise by. PyTorch says: ValueError: {error}",
            given.field,
        ) from None
    return written.text, y
