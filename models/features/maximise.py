"""Which image excites a channel most? One that starts from noise and climbs up the channel's activation.

Erhan et al. 2009 ("Visualizing higher-layer features of a deep network"); Mahendran & Vedaldi 2016,
https://arxiv.org/abs/1512.02017 (jitter, total variation); Olah et al. 2017,
https://distill.pub/2017/feature-visualization/ (waves in place of pixels, decorrelated colours).
"""

import time
from collections.abc import Iterator
from typing import Annotated, Literal

import torch
from pydantic import BaseModel, ConfigDict, Field

from models.errors import Refused
from models.features.adam import Adam
from models.features.image import loudness, moved, picture, roughness_gradient, start
from models.interventions import LayerName
from models.network import Step, ancestors
from models.networks.weights import Loaded
from models.recorder import Record, walk
from models.shapes import Shape, propagate
from models.tensors import Encoding, Tensor, encode

LEARNING_RATE = 0.05
SMALLEST, LARGEST = 28, 224
ROOMY = (64, 128)
"""Sides between which an image of any size is chosen where none is asked for."""

WAVES = 2
"""Length of the longest wave that counts in full, in receptive fields of the layer …"""
LONGEST = 16
"""… but at least so many pixels, so that the image can become lighter or darker as a whole."""
LEAK = 0.1
"""Weight of the mean of all elements beside those above 0."""
TINY = 1e-20

Aim = Literal["map", "middle"]


class MaximiseParams(BaseModel):
    model_config = ConfigDict(extra="forbid")
    layer: LayerName
    channel: int = Field(
        0, ge=0, description="A channel of the layer's maps, or a feature where it has none."
    )
    aim: Aim = Field(
        "map", description="What is to grow: the mean of the channel's map, or its middle element."
    )
    steps: int = Field(128, ge=8, le=512)
    size: int | None = Field(
        None,
        ge=SMALLEST,
        le=LARGEST,
        description="Side of the image in pixels; null: wide enough for the layer's receptive field, from "
        f"{ROOMY[0]} to {ROOMY[1]}; for a network of small pictures the size of its own input.",
    )
    jitter: int = Field(
        8, ge=0, le=32, description="Pixels by which the image is rolled at random before each step, at most."
    )
    turn: Annotated[float, Field(ge=0, le=45, allow_inf_nan=False)] = Field(
        8, description="Degrees by which it is turned at random, at most."
    )
    zoom: Annotated[float, Field(ge=0, le=0.5, allow_inf_nan=False)] = Field(
        0.1, description="Share by which it is enlarged or reduced at random, at most."
    )
    total_variation: Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)] = Field(
        0.02,
        description="How much smoothness counts against the activation: see the description of the operation.",
    )
    seed: int = Field(0, ge=0, lt=1 << 48)
    every: int = Field(8, ge=1, le=64, description="Steps from one image that is sent to the next.")


class Begun(BaseModel):
    """The first line: what is made."""

    kind: Literal["begun"] = "begun"
    network: str
    layer: str
    channel: int
    aim: Aim
    size: int = Field(description="Side of the image in pixels.")
    steps: int
    shape: list[int] = Field(
        description="Of the layer's output for an image of this size, without the batch."
    )
    receptive_field: tuple[int, int] | None = Field(
        description="Height and width of what one element sees; null for layers without maps."
    )
    seed: int
    torch: str
    threads: int


class Stepped(BaseModel):
    """A line for the start (step 0), for every so many steps, and for the last one."""

    kind: Literal["step"] = "step"
    step: int = Field(description="Steps done so far.")
    activation: float = Field(
        description="What is to grow, for the image as it is sent: the root mean square, over the channel's map, of what "
        "is above 0; of the numbers before the function where the layer is an activation function."
    )
    peak: float = Field(description="The largest element of the channel's map in the layer itself.")
    image: Tensor = Field(description="[C, size, size]; 0 is black, 1 is white.")


class Done(BaseModel):
    """The last line of a run that came to its end."""

    kind: Literal["done"] = "done"
    step: int
    activation: float
    peak: float
    seconds: float = Field(
        description="From the first step to the last, with all pauses for others' questions."
    )


Event = Begun | Stepped | Done


def maximise(loaded: Loaded, params: MaximiseParams, encoding: Encoding = "uint8") -> Iterator[Event | None]:
    """What happens, as it happens; None after each step of which nothing is told, so that others may come between.

    Refused, before the first event, where the network has no such channel or takes no image of that size. The network
    is not changed; all that is random comes from `seed`.
    """
    step = _step(loaded, params)
    size = params.size or _size(loaded, params.layer)
    shape = _shape(loaded, step, size)
    field = loaded.receptive_fields.get(step.name)
    yield Begun(
        network=loaded.spec.name, layer=step.name, channel=params.channel, aim=params.aim, size=size,
        steps=params.steps, shape=list(shape), receptive_field=field.size if field else None, seed=params.seed,
        torch=torch.__version__, threads=torch.get_num_threads(),
    )  # fmt: skip
    started = time.perf_counter()
    climb = Climb(loaded, step, params, size)
    for done in range(params.steps + 1):
        if done:
            climb.step()
        if done % params.every == 0 or done == params.steps:
            image = climb.image()
            activation, peak = climb.gauge.read(image)
            yield Stepped(step=done, activation=activation, peak=peak, image=encode(image[0], encoding))
        else:
            yield None
    yield Done(step=params.steps, activation=activation, peak=peak, seconds=time.perf_counter() - started)


class Climb:
    """An image on its way up: its waves, their moments and the one generator that everything random comes from."""

    def __init__(self, loaded: Loaded, step: Step, params: MaximiseParams, size: int) -> None:
        self.gauge = Gauge(loaded, step, params.channel, params.aim)
        self.params = params
        self.generator = torch.Generator().manual_seed(params.seed)
        field = loaded.receptive_fields.get(step.name)
        longest = max(WAVES * max(field.size), LONGEST) if field else size
        self.scale = loudness(size, min(size, longest))
        self.waves = start(loaded.spec.dataset.shape[0], size, self.generator).requires_grad_()
        self.adam = Adam(self.waves, LEARNING_RATE)

    def image(self) -> torch.Tensor:
        """The image as it stands: (1, C, size, size) in 0…1."""
        return picture(self.waves.detach(), self.scale)

    def step(self) -> None:
        """One step of Adam, uphill."""
        params = self.params
        image = picture(self.waves, self.scale)
        shown = moved(image, params.jitter, params.turn, params.zoom, self.generator)
        uphill = self.gauge.uphill(shown, image)
        uphill /= uphill.square().mean().sqrt().clamp(min=TINY)
        downhill = params.total_variation * roughness_gradient(image.detach()) - uphill
        (gradient,) = torch.autograd.grad(image, self.waves, downhill)
        self.adam.step(gradient)


class Gauge:
    """How much an image excites one channel, and which way there is more of it.

    An activation function is looked at before it: what it lets through is what is above 0, and a cap such as ReLU6's
    would hide what grows.
    """

    def __init__(self, loaded: Loaded, step: Step, channel: int, aim: Aim) -> None:
        self.steps = loaded.network.steps
        self.layer = step.name
        self.before = step.inputs[0] if step.kind == "activation" else step.name
        self.channel = channel
        self.aim = aim
        dataset = loaded.spec.dataset
        self.mean, self.std = (torch.tensor(values)[:, None, None] for values in (dataset.mean, dataset.std))

    def read(self, image: torch.Tensor) -> tuple[float, float]:
        """Of an image (1, C, H, W) in 0…1: the root mean square of what is above 0, and the layer's largest element."""
        record = Record(frozenset({self.before, self.layer}))
        found = walk(self.steps, (image - self.mean) / self.std, record).activations
        target = self._target(found[self.before])
        return float(target.relu().square().mean().sqrt()), float(found[self.layer][0, self.channel].amax())

    def uphill(self, shown: torch.Tensor, image: torch.Tensor) -> torch.Tensor:
        """The gradient for `image`, of which `shown` is made: of the root mean square of what is above 0.

        And a little of the mean of all, for where nothing is above 0 there is no other way up.
        """
        record = Record(frozenset({self.before}))
        found = walk(self.steps, (shown - self.mean) / self.std, record, with_gradient=True)
        target = self._target(found.activations[self.before])
        above = target.relu().square().mean()
        height = above / (2 * above.detach().sqrt().clamp(min=TINY)) + LEAK * target.mean()
        (gradient,) = torch.autograd.grad(height, image, retain_graph=True)
        return gradient

    def _target(self, activation: torch.Tensor) -> torch.Tensor:
        maps = activation[0, self.channel]
        if self.aim == "middle" and maps.ndim == 2:
            return maps[maps.shape[0] // 2, maps.shape[1] // 2]
        return maps


def _step(loaded: Loaded, params: MaximiseParams) -> Step:
    step = loaded.network.steps.get(params.layer)
    if step is None:
        raise Refused("no-such-layer", f"There is no layer {params.layer!r}.", "layer")
    if step.kind == "attention":
        detail = f"{step.name} is attention: whatever the image, the weights of a place add up to 1."
        raise Refused("wrong-kind", detail, "layer")
    count = loaded.shapes[step.name][0]
    if params.channel >= count:
        raise Refused("out-of-range", f"{step.name} has {count} channels, counted from 0.", "channel")
    return step


def _size(loaded: Loaded, layer: str) -> int:
    """A side that suits the layer, where none is asked for."""
    own = loaded.network.input_shape[1]
    if own < ROOMY[0]:
        return own
    field = loaded.receptive_fields.get(layer)
    smallest, largest = ROOMY
    return min(max(*field.size, smallest), largest) if field else largest


def _shape(loaded: Loaded, step: Step, size: int) -> Shape:
    """The shape of the step's output for an image of that size; Refused where one does not get there."""
    chain = {each.name: each for each in ancestors(loaded.network.steps, frozenset({step.name}))}
    try:
        return propagate(chain, (loaded.network.input_shape[0], size, size))[step.name]
    except Refused as refusal:
        raise Refused(refusal.code, refusal.detail, "size") from refusal
