"""The sample pictures as inputs of networks."""

from functools import cache

import torch
from torch import Tensor

from app.images import to_array
from app.samples import samples
from models.networks.registry import Dataset
from models.pictures import prepare


@cache
def sample_id(name: str) -> str:
    """The id under which a sample picture is found in every store."""
    return next(sample.id for sample in samples() if sample.name == name)


@cache
def photo(name: str, dataset: Dataset) -> Tensor:
    """A sample picture as a batch of one."""
    sample = next(sample for sample in samples() if sample.name == name)
    return prepare(torch.from_numpy(to_array(sample.ppm).copy()), dataset)[None]
