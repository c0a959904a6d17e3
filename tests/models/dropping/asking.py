"""What several tests of the dropout lab share: sources, questions and masks."""

from typing import Any

import torch
from pydantic import TypeAdapter
from torch import Tensor

from models.labs.dropout import DropoutParams, DropoutResult, run
from models.normalization.source import Given, Source, given
from models.tensors import Encoding, decode

SOURCES: TypeAdapter[Any] = TypeAdapter(Source)
LIMIT = 32 << 20


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def items(*indices: int) -> list[dict[str, Any]]:
    return [{"kind": "item", "index": index} for index in indices]


def of_network(layer: str, *indices: int, network: str = "tiny_vgg_batch") -> dict[str, Any]:
    """A source as a request would carry it: what a layer gives for held-out images."""
    return {"kind": "network", "network": network, "layer": layer, "batch": items(*(indices or (0,)))}


def grid(*shape: int, seed: int = 0) -> dict[str, Any]:
    values = torch.randn(shape, generator=seeded(seed))
    return {"kind": "grid", "values": values.tolist()}


def tensor_of(source: dict[str, Any]) -> Given:
    with torch.inference_mode():
        return given(SOURCES.validate_python(source), None)


def asked(
    body: dict[str, Any],
    pictures: Tensor | None = None,
    encoding: Encoding = "float32",
    limit: int = LIMIT,
) -> DropoutResult:
    return run(DropoutParams.model_validate(body), pictures, encoding, limit)


def tensor(result: Any, name: str) -> Tensor:
    found = getattr(result, name)
    assert found is not None, name
    return decode(found)
