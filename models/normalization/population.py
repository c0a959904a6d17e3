"""What a layer gives for many held-out images: what batches are drawn from."""

from functools import lru_cache

import torch
from torch import Tensor

from models import heldout
from models.errors import Refused
from models.networks.registry import FASHION_MNIST
from models.networks.weights import load_network
from models.normalization.source import Given, activations, check_layer

PER_CLASS = 100
IMAGES = 10 * PER_CLASS
AT_ONCE = 100


def population(given: Given, field: str) -> Tensor:
    """What the layer of `given` gives for 1,000 held-out images, 100 of each class: (1000, C, …), not to be written to.

    Refused, naming `field`, where there is no layer, or one of a network that has learned other images.
    """
    loaded = given.loaded
    if loaded is None:
        raise Refused(
            "no-held-out",
            "Numbers by hand have no other images to draw from; choose a network's layer.",
            field,
        )
    if loaded.spec.dataset != FASHION_MNIST:
        raise Refused(
            "no-held-out",
            f"{loaded.spec.title['en']} has learned {loaded.spec.dataset.name}, and there are no held-out images of "
            "its kind here; choose a network that has learned Fashion-MNIST.",
            field,
        )
    check_layer(loaded, given.layer, IMAGES)
    return _population(loaded.spec.name, given.layer)


@lru_cache(maxsize=1)
def _population(network: str, layer: str) -> Tensor:
    """One is kept, at most some 80 MB: who looks at a layer asks again and again."""
    loaded = load_network(network)
    inputs = heldout.inputs(heldout.chosen(heldout.held_out().labels, PER_CLASS), loaded.spec.dataset)
    return torch.cat([activations(loaded, some, layer) for some in torch.split(inputs, AT_ONCE)])
