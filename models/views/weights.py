"""Which numbers did this layer learn, or which were put in their place?"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from models.errors import Refused
from models.interventions import LayerName, apply
from models.networks.weights import Loaded
from models.tensors import Encoding, Tensor, encode
from models.views.run import Interventions


class WeightsParams(BaseModel):
    model_config = ConfigDict(extra="forbid")
    layer: LayerName
    channels: list[Annotated[int, Field(ge=0)]] = Field(
        min_length=1, max_length=256, description="Output channels."
    )
    interventions: Interventions = []


class WeightsResult(BaseModel):
    layer: str
    channels: list[int]
    weight: Tensor = Field(
        description="[K, C_in / groups, k_h, k_w] for a convolution; [K, C, H, W] for a linear layer whose inputs "
        "are a flattened map, [K, F] for any other; [K, 1, H, W] for a position embedding."
    )
    original: Tensor = Field(description="As trained.")
    bias: list[float] | None


def weights(loaded: Loaded, params: WeightsParams, encoding: Encoding) -> WeightsResult:
    """The weights that make the chosen channels, with the interventions and without."""
    steps = apply(loaded.network, params.interventions)
    step = steps.get(params.layer)
    if step is None or step.kind not in ("conv", "linear", "position"):
        raise Refused(
            "wrong-kind",
            f"There is no convolution, linear layer or position embedding {params.layer!r}.",
            "layer",
        )
    tensors = [x.arguments["weight"] for x in (step, loaded.network.steps[params.layer])]
    if step.kind == "position":
        tensors = [tensor.transpose(0, 1) for tensor in tensors]
    bias = step.arguments.get("bias")
    if max(params.channels) >= len(tensors[0]):
        raise Refused("out-of-range", f"{params.layer} has {len(tensors[0])} output channels.", "channels")
    picked = [tensor[params.channels] for tensor in tensors]
    source = steps.get(step.inputs[0])
    if step.kind == "linear" and source is not None and source.kind == "flatten":
        shape = loaded.shapes[source.inputs[0]]
        picked = [tensor.reshape(len(tensor), *shape) for tensor in picked]
    now, trained = (encode(tensor, encoding) for tensor in picked)
    return WeightsResult(
        layer=params.layer,
        channels=params.channels,
        weight=now,
        original=trained,
        bias=None if bias is None else bias[params.channels].tolist(),
    )
