"""The walk: one pass over a network's steps that records what was asked for.

A walk never changes the network. It shares the network's tensors, keeps its own values in a dictionary, drops
each as soon as no later step needs it, and computes only what the recorded steps depend on; so any number of
walks may run at once in threads.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

import torch
from torch import Tensor

from models.errors import Refused
from models.folding import fold
from models.interventions import Intervention, apply
from models.layers.activation import activate
from models.layers.normalization import AXES, Norm, Statistics, moments, statistics_of
from models.masking import DropoutRecord, after_layer, dropout_layer, has_dropout, on_state, on_weights
from models.network import INPUT, Network, Step, ancestors
from models.statistics import Summary, summarize


@dataclass(frozen=True)
class Record:
    """Which steps to record, by name. "input" is the network's input."""

    activations: frozenset[str] = frozenset()
    normalizations: frozenset[str] = frozenset()
    dropouts: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        return self.activations | self.normalizations | self.dropouts

    @classmethod
    def everything(cls, network: Network) -> "Record":
        """All that there is to record in a network."""
        steps = network.steps.values()
        norms = frozenset(step.name for step in steps if step.kind == "norm")
        dropouts = frozenset(step.name for step in steps if has_dropout(step))
        return cls(frozenset(network.steps) | {INPUT}, norms, dropouts)


BY_PLACE: tuple[Norm, ...] = ("layer_channels", "rms")
"""The methods with a mean and a variance for each place of each image, shared by its channels."""


@dataclass(frozen=True)
class NormalizationRecord:
    """What a normalisation layer did. `mean` and `variance` (B, C) are those that it used for each image and channel.

    `batch_mean` and `batch_variance` (B, C) are those of the present values, biased, over `axes`, each from `count`
    elements; they equal the used ones unless running statistics were used. All four are (B, H, W) for the methods that
    share them among the channels of each place (`by_place`); with rms, which subtracts nothing, the mean is 0 and the
    variance the mean square. `inputs` and `outputs` (B, C, …) are what it was given and what it made of them;
    `before` and `after` summarise them channel by channel.
    """

    method: Norm
    statistics: Statistics | None
    axes: tuple[str, ...]
    count: int
    eps: float
    mean: Tensor
    variance: Tensor
    batch_mean: Tensor
    batch_variance: Tensor
    running_mean: Tensor | None
    running_var: Tensor | None
    gamma: Tensor | None
    beta: Tensor | None
    inputs: Tensor
    outputs: Tensor

    @property
    def by_place(self) -> bool:
        """Whether each place has its own mean and variance, and not each channel."""
        return self.method in BY_PLACE

    @property
    def before(self) -> Summary:
        return summarize(self.inputs)

    @property
    def after(self) -> Summary:
        return summarize(self.outputs)


@dataclass(frozen=True)
class Recording:
    """What a walk met, by step name. Activations are (B, C, H, W) or (B, F)."""

    activations: dict[str, Tensor] = field(default_factory=dict)
    normalizations: dict[str, NormalizationRecord] = field(default_factory=dict)
    dropouts: dict[str, DropoutRecord] = field(default_factory=dict)


def run(
    network: Network,
    batch: Tensor,
    interventions: Sequence[Intervention] = (),
    record: Record | None = None,
    seed: int = 0,
    with_gradient: bool = False,
) -> Recording:
    """Walk over `network` with `batch` (B, C, H, W), changed by `interventions`, and record.

    `record` None records the output alone. Raises Refused where an intervention does not fit the network or the
    numbers leave the range of float32; see `walk` for the rest.
    """
    steps = apply(network, interventions, len(batch))
    record = Record(frozenset({network.output})) if record is None else record
    return walk(steps, batch, record, seed, with_gradient)


def walk(
    steps: dict[str, Step], batch: Tensor, record: Record, seed: int = 0, with_gradient: bool = False
) -> Recording:
    """Walk over `steps`, which fit together (see `interventions.apply`), with `batch` (B, C, H, W), and record.

    Masks depend on `seed` and the layer's name only. With a gradient, the recorded activations stay connected to
    `batch`, for torch.autograd.grad. Raises Refused where the numbers leave the range of float32.
    """
    with nullcontext() if with_gradient else torch.inference_mode():
        return _walk(steps, batch.contiguous(memory_format=torch.channels_last), record, seed)


def _walk(steps: dict[str, Step], batch: Tensor, record: Record, seed: int) -> Recording:
    recording = Recording()
    chosen = ancestors(fold(steps, record.names, record.normalizations), record.names)
    if not torch.is_grad_enabled():
        chosen = _overwriting(chosen, record)
    last_use = {name: step.name for step in chosen for name in step.inputs}
    values = {INPUT: batch}
    if INPUT in record.activations:
        recording.activations[INPUT] = batch
    for step in chosen:
        inputs = [values[name] for name in step.inputs]
        y = _compute(step, inputs, record, recording, seed)
        values[step.name] = y
        if step.name in record.activations:
            recording.activations[step.name] = y
        for name in step.inputs:
            if last_use[name] == step.name:
                values.pop(name, None)
    _check_range(recording)
    return recording


def _overwriting(steps: list[Step], record: Record) -> list[Step]:
    """The steps, each activation function overwriting a convolution's outcome that nothing else needs."""
    named = {step.name: step for step in steps}
    uses = Counter(name for step in steps for name in step.inputs)

    def spare(name: str) -> bool:
        return uses[name] == 1 and name in named and named[name].kind == "conv" and name not in record.names

    return [
        step.having(in_place=True) if step.function is activate and spare(step.inputs[0]) else step
        for step in steps
    ]


def _compute(step: Step, inputs: list[Tensor], record: Record, recording: Recording, seed: int) -> Tensor:
    y, dropped = _apply(step, inputs, seed)
    if step.scaled:
        factors = torch.ones(y.shape[1])
        for channels, factor in step.scaled:
            factors[list(channels)] *= factor
        y = y * factors.view(-1, *[1] * (y.ndim - 2))
    if step.masked is not None:
        y, dropped = after_layer(step, y, seed)
    if step.name in record.dropouts and dropped is not None:
        recording.dropouts[step.name] = dropped
    if step.name in record.normalizations:
        recording.normalizations[step.name] = _normalization(step, inputs[0], y)
    return y


def _apply(step: Step, inputs: list[Tensor], seed: int) -> tuple[Tensor, DropoutRecord | None]:
    """What the step's operation gives, and what it did at random."""
    dropped: DropoutRecord | None = None
    arguments = step.arguments
    if step.kind == "dropout":
        return dropout_layer(step, inputs[0], seed)
    if step.kind == "recurrent":
        arguments, dropped = on_state(step, inputs[0], seed)
    elif step.connect is not None:
        weight, dropped = on_weights(step, seed)
        arguments = {**arguments, "weight": weight}
    return step.function(*inputs, **arguments), dropped


def _normalization(step: Step, x: Tensor, y: Tensor) -> NormalizationRecord:
    a = step.arguments
    if a["method"] in BY_PLACE:
        found = statistics_of(x, a["method"])
        batch_mean, batch_variance = found.mean, found.variance
    else:
        batch_mean, batch_variance = moments(x, a["method"], a["groups"])
    statistics = a.get("statistics") if a["method"] == "batch" else None
    mean, variance = batch_mean, batch_variance
    running_mean, running_var = a.get("running_mean"), a.get("running_var")
    if statistics == "running":
        assert running_mean is not None and running_var is not None
        mean, variance = running_mean.expand(batch_mean.shape), running_var.expand(batch_mean.shape)
    count = x.numel() // {
        "batch": x.shape[1],
        "layer": x.shape[0],
        "instance": x.shape[0] * x.shape[1],
        "group": x.shape[0] * a["groups"],
        "layer_channels": x.numel() // x.shape[1],
        "rms": x.numel() // x.shape[1],
        "none": x.numel(),
    }[a["method"]]  # fmt: skip
    return NormalizationRecord(
        a["method"], statistics, AXES[a["method"]], count, a["eps"], mean, variance, batch_mean, batch_variance,
        running_mean, running_var, a["gamma"], a["beta"], x, y,
    )  # fmt: skip


LARGEST = 4e37
"""So that a difference of two recorded values, and the range of such differences, are float32 numbers as well."""
LARGEST_WITH_VARIANCE = 1e18
"""So that its square is a float32 number."""


def _check_range(recording: Recording) -> None:
    """Refuse what could not be written as finite numbers: values, and what is said about them."""
    limited = [(name, LARGEST, x) for name, x in recording.activations.items()]
    for name, record in recording.normalizations.items():
        limited += [(name, LARGEST_WITH_VARIANCE, x) for x in (record.inputs, record.outputs)]
    for name, limit, recorded in limited:
        x = recorded.detach()
        if not (float(x.amin()) >= -limit and float(x.amax()) <= limit):
            raise Refused(
                "overflow",
                f"The numbers at {name} leave the range of float32; use smaller ones.",
                "interventions",
            )
