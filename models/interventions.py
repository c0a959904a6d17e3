"""What a walk can change. Each intervention names a layer and replaces some of its step's arguments.

All of them are checked against the graph, by arithmetic alone, before anything is computed.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Annotated, Any, Literal

import torch
from pydantic import BaseModel, ConfigDict, Field

from models.errors import Refused
from models.layers.activation import Function
from models.layers.convolution import PaddingMode
from models.layers.dropout import BLOCK_SIZE, Variant
from models.layers.gru import StateRule
from models.layers.kernels import Preset, preset
from models.layers.normalization import Norm, Statistics
from models.layers.pooling import Method as PoolingMethod
from models.network import INPUT, Kind, Masking, Network, Step
from models.shapes import Shape, multiply_adds, output_shape, padded_shape, written

MAX_PADDING = 64
MAX_MULTIPLY_ADDS = 40_000_000_000
"""For a whole batch: about 64 pictures through EfficientNet-Lite0, with room to spare."""
MAX_ELEMENTS = 1 << 27
"""Numbers in one layer's activation for a whole batch: 512 MiB."""

Pair = tuple[Annotated[int, Field(ge=1, le=1024)], Annotated[int, Field(ge=1, le=1024)]]
Pad = Annotated[int, Field(ge=0, le=MAX_PADDING)]
Weight = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]
Probability = Annotated[
    float, Field(ge=0, le=1, allow_inf_nan=False, description="That something is dropped.")
]
MaskSeed = Annotated[int | None, Field(ge=0, lt=1 << 48, description="null: by the run's seed and the layer's name.")]  # fmt: skip
BlockSize = Annotated[
    int, Field(ge=1, le=31, description="For the variant block: its side, at most that of the map.")
]
LayerName = Annotated[
    str, Field(max_length=80, description="The name of a step, as the network's description lists it.")
]


class _Change(BaseModel, ABC):
    """What all interventions share: the layer, and the kinds of step that they fit."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    layer: LayerName

    @abstractmethod
    def fits(self, step: Step) -> Step:
        """The changed step. Refused, with the field at fault, where it does not fit."""

    def _expect(self, step: Step, kind: Kind, what: str) -> dict[str, Any]:
        if step.kind != kind:
            raise Refused("wrong-kind", f"{step.name} is a layer of the kind {step.kind}; {what}.", "layer")
        return dict(step.arguments)


class ConvIntervention(_Change):
    """Move a convolution's kernel differently. What is left out stays as it is."""

    kind: Literal["conv"]
    stride: Pair | None = None
    padding: Literal["valid", "same"] | tuple[Pad, Pad, Pad, Pad] | None = Field(
        None, description='"valid", "same" (TensorFlow\'s rule) or pixels at top, bottom, left, right.'
    )
    padding_mode: PaddingMode | None = None
    dilation: Pair | None = None

    def fits(self, step: Step) -> Step:
        self._expect(step, "conv", "only convolutions have a stride, padding and dilation")
        return step.having(**self.model_dump(exclude={"kind", "layer"}, exclude_none=True))


class KernelIntervention(_Change):
    """Put other numbers into one slice of one kernel."""

    kind: Literal["kernel"]
    out: int = Field(ge=0, description="Which kernel: the output channel.")
    in_: int = Field(
        0, ge=0, alias="in", description="Which slice of it: the input channel, counted within the group."
    )
    values: list[list[Weight]] = Field(max_length=64, description="One list for each row of the slice.")

    def fits(self, step: Step) -> Step:
        weight = _kernel(
            self._expect(step, "conv", "only convolutions have kernels"), step, self.out, self.in_
        )
        height, width = weight.shape[2:]
        if len(self.values) != height or any(len(row) != width for row in self.values):
            raise Refused("wrong-size", f"{step.name} has kernels of {height}×{width} cells.", "values")
        weight[self.out, self.in_] = torch.tensor(self.values)
        return step.having(weight=weight)


class KernelPresetIntervention(_Change):
    """Put a well-known kernel in the place of a learned one, with the same Euclidean norm in each slice."""

    kind: Literal["kernel_preset"]
    out: int = Field(ge=0)
    in_: int | None = Field(None, ge=0, alias="in", description="One slice; null for all of them.")
    preset: Preset

    def fits(self, step: Step) -> Step:
        weight = _kernel(
            self._expect(step, "conv", "only convolutions have kernels"), step, self.out, self.in_ or 0
        )
        pattern = preset(self.preset, weight.shape[2], weight.shape[3])
        slices = range(weight.shape[1]) if self.in_ is None else [self.in_]
        for index in slices:
            weight[self.out, index] = pattern * (weight[self.out, index].norm() / pattern.norm())
        return step.having(weight=weight)


def _kernel(arguments: dict[str, Any], step: Step, out: int, in_: int) -> torch.Tensor:
    """A copy of the weights, the indices checked."""
    weight: torch.Tensor = arguments["weight"]
    for name, index, count in (("out", out, weight.shape[0]), ("in", in_, weight.shape[1])):
        if index >= count:
            raise Refused("out-of-range", f"{step.name} has {count} of these, counted from 0.", name)
    return weight.detach().clone()


class ChannelsIntervention(_Change):
    """Scale some channels of a layer's output; 0 silences them."""

    kind: Literal["channels"]
    channels: list[Annotated[int, Field(ge=0)]] = Field(min_length=1, max_length=4096)
    scale: Annotated[float, Field(ge=-1000, le=1000, allow_inf_nan=False)] = 0.0

    def fits(self, step: Step) -> Step:
        return replace(step, scaled=(*step.scaled, (frozenset(self.channels), self.scale)))


class NormalizationIntervention(_Change):
    """Normalise with other statistics or by another method; gamma and beta stay.

    "none" takes the layer out: neither normalised nor scaled and shifted.
    """

    kind: Literal["normalization"]
    statistics: Statistics | None = Field(
        None, description="For the method batch: this batch's or the running ones."
    )
    method: Norm | None = Field(
        None,
        description="Which elements share a mean and a variance; layer_channels: the channels of each place, as in "
        "Transformers; rms: the same without subtracting a mean.",
    )
    groups: int | None = Field(
        None, ge=1, description="For the method group: in how many groups the channels go."
    )

    def fits(self, step: Step) -> Step:
        arguments = self._expect(step, "norm", "only normalisation layers have statistics")
        changed = step.having(**self.model_dump(exclude={"kind", "layer"}, exclude_none=True))
        method = changed.arguments["method"]
        if self.statistics and method != "batch":
            raise Refused(
                "no-effect", f"With the method {method} there is no choice of statistics.", "statistics"
            )
        if self.groups and method != "group":
            raise Refused("no-effect", f"With the method {method} there are no groups to choose.", "groups")
        if method == "batch" and changed.arguments.get("running_mean") is None:
            if self.statistics == "running":
                raise Refused("no-running-statistics", f"{step.name} was trained without them.", "statistics")
            changed = changed.having(statistics="batch")
        channels = len(arguments["gamma"])
        if method == "group" and channels % changed.arguments["groups"]:
            raise Refused(
                "groups", f"{step.name} has {channels} channels; the groups must divide them.", "groups"
            )
        return changed


class DropoutIntervention(_Change):
    """Switch dropout on or off, with another probability, variant or seed."""

    kind: Literal["dropout"]
    variant: Variant | None = None
    p: Probability | None = None
    seed: MaskSeed = None
    block_size: BlockSize | None = None
    on: bool = True

    def fits(self, step: Step) -> Step:
        self._expect(step, "dropout", "dropout can be switched where the network has a layer for it")
        return step.having(**self.model_dump(exclude={"kind", "layer"}, exclude_none=True))


class DropAfterIntervention(_Change):
    """Put dropout of any variant after any layer: on what the layer gives."""

    kind: Literal["drop_after"]
    variant: Variant = "element"
    p: Probability = 0.5
    seed: MaskSeed = None
    block_size: BlockSize = BLOCK_SIZE

    def fits(self, step: Step) -> Step:
        if step.kind == "dropout":
            raise Refused(
                "wrong-kind", f"{step.name} is a dropout layer itself; change it by kind dropout.", "layer"
            )
        _check_alone(step, step.connect is not None)
        return replace(step, masked=Masking(self.p, self.seed, self.variant, self.block_size))


class DropConnectIntervention(_Change):
    """Drop weights of a convolution or a linear layer (DropConnect), by one mask for the whole batch."""

    kind: Literal["drop_connect"]
    p: Probability = 0.5
    seed: MaskSeed = None

    def fits(self, step: Step) -> Step:
        if step.kind not in ("conv", "linear"):
            raise Refused(
                "wrong-kind",
                f"{step.name} is a layer of the kind {step.kind}; only convolutions and linear layers have weights to "
                "drop.",
                "layer",
            )
        _check_alone(step, step.masked is not None)
        return replace(step, connect=Masking(self.p, self.seed))


class RecurrentIntervention(_Change):
    """Drop units of a recurrent state after each step: zoneout keeps their old value, dropout puts 0 in its place."""

    kind: Literal["recurrent"]
    rule: StateRule = "zoneout"
    p: Probability = 0.5
    seed: MaskSeed = None

    def fits(self, step: Step) -> Step:
        self._expect(step, "recurrent", "only recurrent layers have a state to drop from")
        _check_alone(step, step.masked is not None)
        return step.having(rule=self.rule, p=self.p, seed=self.seed)


def _check_alone(step: Step, other: bool) -> None:
    """Refused where a layer would have two dropouts, of which one mask could not be shown."""
    if other or (step.kind == "recurrent" and step.arguments["rule"] != "none"):
        raise Refused("wrong-kind", f"{step.name} has a dropout already; a layer takes one.", "layer")


class ActivationIntervention(_Change):
    """Put another function in the place of an activation."""

    kind: Literal["activation"]
    function: Function

    def fits(self, step: Step) -> Step:
        self._expect(step, "activation", "only activations have a function")
        return step.having(function=self.function)


class PoolingIntervention(_Change):
    """Pool by the largest value or by the mean."""

    kind: Literal["pooling"]
    method: PoolingMethod

    def fits(self, step: Step) -> Step:
        self._expect(step, "pool", "only pooling layers have a method")
        return step.having(method=self.method)


Intervention = Annotated[
    ConvIntervention
    | KernelIntervention
    | KernelPresetIntervention
    | ChannelsIntervention
    | NormalizationIntervention
    | DropoutIntervention
    | DropAfterIntervention
    | DropConnectIntervention
    | RecurrentIntervention
    | ActivationIntervention
    | PoolingIntervention,
    Field(discriminator="kind"),
]


def apply(network: Network, interventions: Sequence[Intervention], batch: int = 1) -> dict[str, Step]:
    """The network's steps with the interventions in force, in order, checked for a batch of that many images."""
    steps = dict(network.steps)
    for index, intervention in enumerate(interventions):
        try:
            if intervention.layer not in steps:
                raise Refused("no-such-layer", f"There is no layer {intervention.layer!r}.", "layer")
            steps[intervention.layer] = intervention.fits(steps[intervention.layer])
        except Refused as refused:
            raise refused.within(f"interventions.{index}") from None
    _check(steps, network.input_shape, interventions, batch)
    return steps


def _check(
    steps: dict[str, Step], input_shape: Shape, interventions: Sequence[Intervention], batch: int
) -> None:
    """Refuse what no tensor could be computed for, or only with unreasonable effort."""
    shapes = _propagate(steps, input_shape, interventions)
    work = batch * sum(multiply_adds(step, shapes[step.name]) for step in steps.values())
    if work > MAX_MULTIPLY_ADDS:
        raise Refused(
            "too-much-work",
            f"This would take {work:,} multiply-adds; {MAX_MULTIPLY_ADDS:,} are allowed. "
            "Ask for fewer images, or for changes that leave smaller maps.",
            "interventions",
        )
    for step in steps.values():
        shape = shapes[step.name]
        for held in (shape, padded_shape(step, shapes[step.inputs[0]])):
            if batch * prod(held) > MAX_ELEMENTS:
                raise Refused(
                    "too-much-work",
                    f"{step.name} would hold {batch} × {written(held)} numbers; {MAX_ELEMENTS:,} are allowed.",
                    "interventions",
                )
        _check_channels(step, shape, interventions)
        _check_blocks(step, shape, interventions)
        if step.kind == "norm" and step.arguments["method"] != "none":
            _check_statistics(step, shape, batch)


def _propagate(
    steps: dict[str, Step], input_shape: Shape, interventions: Sequence[Intervention]
) -> dict[str, Shape]:
    """The shapes of all steps. A refusal names the change of the convolution that refuses, if there is one."""
    shapes = {INPUT: input_shape}
    for step in steps.values():
        try:
            shapes[step.name] = output_shape(step, [shapes[name] for name in step.inputs])
        except Refused as refused:
            for index, change in reversed(list(enumerate(interventions))):
                if isinstance(change, ConvIntervention) and change.layer == step.name:
                    raise refused.within(f"interventions.{index}") from None
            raise Refused(refused.code, refused.detail, "interventions") from None
    return shapes


def _check_channels(step: Step, shape: Shape, interventions: Sequence[Intervention]) -> None:
    if all(max(channels) < shape[0] for channels, _ in step.scaled):
        return
    for index, change in enumerate(interventions):
        if (
            isinstance(change, ChannelsIntervention)
            and change.layer == step.name
            and max(change.channels) >= shape[0]
        ):
            raise Refused(
                "out-of-range",
                f"{step.name} has {shape[0]} channels, counted from 0.",
                f"interventions.{index}.channels",
            )


def _check_blocks(step: Step, shape: Shape, interventions: Sequence[Intervention]) -> None:
    variant = step.masked.variant if step.masked else step.arguments.get("variant")
    if variant != "block" or len(shape) == 3:
        return
    for index, change in reversed(list(enumerate(interventions))):
        if isinstance(change, DropoutIntervention | DropAfterIntervention) and change.layer == step.name:
            raise Refused(
                "no-maps",
                f"{step.name} gives {written(shape)} numbers, and blocks are squares of a map.",
                f"interventions.{index}.variant",
            )


def _check_statistics(step: Step, shape: Shape, batch: int) -> None:
    """PyTorch refuses statistics of a single value; so do we, before computing."""
    a = step.arguments
    per_group = {
        "batch": batch * prod(shape[1:]) if a.get("statistics") == "batch" else 2,
        "layer": prod(shape),
        "instance": prod(shape[1:]),
        "group": prod(shape) // a["groups"],
        "layer_channels": shape[0],
        "rms": 2,  # a mean of squares can be taken of one
    }[a["method"]]
    if per_group < 2:
        raise Refused(
            "one-value",
            f"{step.name} would have one value to take a mean and a variance from: always 0 after normalising.",
            "interventions",
        )
