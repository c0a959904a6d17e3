"""What the experiments look at: one picture in front of one trained network."""

from dataclasses import dataclass
from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor

from models import heldout
from models.errors import Refused
from models.members import HeldOutMember, StoredMember
from models.network import INPUT, Step
from models.networks.registry import SPECS
from models.networks.weights import Loaded, load_network
from models.shapes import Shape

Source = Annotated[StoredMember | HeldOutMember, Field(discriminator="kind")]


@dataclass(frozen=True)
class Given:
    """A network and its input `x` (1, C, H, W)."""

    loaded: Loaded
    x: Tensor

    @property
    def steps(self) -> dict[str, Step]:
        return self.loaded.network.steps

    def step(self, name: str) -> Step:
        """A layer by name. Refused, with the field `layer`, where there is none."""
        if name not in self.steps:
            raise Refused("no-such-layer", f"There is no layer {name!r}.", "layer")
        return self.steps[name]

    def shape(self, name: str) -> Shape:
        """What a layer gives, (C, H, W) or (F,). Refused, with the field `layer`, where there is none."""
        return self.loaded.shapes[INPUT if name == INPUT else self.step(name).name]


def known(network: str) -> str:
    """The name of a network. Refused where there is none."""
    if network not in SPECS:
        raise Refused(
            "no-such-network", f"There is no network of this name; there are {', '.join(SPECS)}.", "network"
        )
    return network


def given(source: StoredMember | HeldOutMember, network: str, stored: Tensor) -> Given:
    """The network with its picture; `stored` (1, C, H, W) is the stored one, where the source names one."""
    loaded = load_network(known(network))
    if isinstance(source, HeldOutMember):
        return Given(loaded, heldout.inputs(torch.tensor([source.index]), loaded.spec.dataset))
    return Given(loaded, stored)
