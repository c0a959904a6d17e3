"""What several tests of the normalisation lab share: sources and layers."""

from typing import Any

import torch
from pydantic import TypeAdapter
from torch import Tensor

from models.labs.normalization import NormalizationParams, NormalizationResult, run
from models.layers.running import Running
from models.normalization.layer import Layer, Method
from models.normalization.source import Given, NetworkSource, Source, TokensSource, given

SOURCES: TypeAdapter[Any] = TypeAdapter(Source)
LIMIT = 32 << 20


def items(*indices: int) -> list[dict[str, Any]]:
    return [{"kind": "item", "index": index} for index in indices]


def of_network(layer: str, *indices: int, network: str = "tiny_vgg_batch", **more: Any) -> dict[str, Any]:
    """A source as a request would carry it: what a layer gives for held-out images."""
    return {"kind": "network", "network": network, "layer": layer, "batch": items(*indices), **more}


def parsed(source: dict[str, Any]) -> NetworkSource | TokensSource:
    found: NetworkSource | TokensSource = SOURCES.validate_python(source)
    return found


def tensor_of(source: dict[str, Any]) -> Given:
    return given(parsed(source), None)


def asked(body: dict[str, Any], pictures: Tensor | None = None) -> NormalizationResult:
    return run(NormalizationParams.model_validate(body), pictures, "float32", LIMIT)


def layer_of(
    method: Method,
    channels: int,
    groups: int = 1,
    eps: float = 1e-5,
    running: Running | None = None,
    evaluating: bool = False,
    seed: int = 0,
    momentum: float | None = 0.1,
) -> Layer:
    """A layer with a gamma and a beta of its own."""
    gamma, beta = torch.randn(2, channels, generator=torch.Generator().manual_seed(seed))
    statistics = None if method != "batch" else "running" if evaluating and running else "batch"
    mode = "eval" if evaluating else "train"
    return Layer(method, groups, eps, gamma, beta, statistics, momentum, running, mode)  # type: ignore[arg-type]
