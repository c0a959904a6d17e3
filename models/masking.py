"""What a walk does at random: where a step drops something, by which mask, and what is recorded of it."""

import hashlib
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor

from models.layers.drop_connect import connect_mask, drop_connect
from models.layers.dropout import BLOCK_SIZE, Variant, dropout, dropout_mask, scale_of
from models.layers.probability import keeping_scale
from models.network import Step

Place = Literal["layer", "after", "weights", "state"]
"""A layer of its own; after another layer; on a layer's weights; on a recurrent state."""


@dataclass(frozen=True)
class DropoutRecord:
    """What a dropout did. `mask` holds zeros and ones; None when off.

    It broadcasts to the activation or, where `place` is weights, has their shape. `scale` is what the kept values were
    multiplied by; 1 when off, 0 when nothing can be kept.
    """

    variant: Variant | Literal["connect", "zoneout"]
    p: float
    on: bool
    seed: int | None
    mask: Tensor | None
    scale: float = 1.0
    place: Place = "layer"

    @property
    def keep_rate(self) -> float:
        """The share of ones that were drawn; 1 when off."""
        return 1.0 if self.mask is None else float(self.mask.mean())


def layer_seed(seed: int, layer: str) -> int:
    """The seed of one layer's mask in a run: fixed by the run's seed and the layer's name."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{layer}".encode()).digest()[:6])


def has_dropout(step: Step) -> bool:
    """Whether a step has a dropout that could be recorded, be it off."""
    return step.kind in ("dropout", "recurrent") or step.masked is not None or step.connect is not None


def dropout_layer(step: Step, x: Tensor, seed: int) -> tuple[Tensor, DropoutRecord]:
    """What a dropout layer makes of `x`."""
    a = step.arguments
    if not a["on"]:
        return x, DropoutRecord(a["variant"], a["p"], False, None, None)
    used = _seed(step, a["seed"], seed)
    return _dropped(x, a["p"], a["variant"], used, a.get("block_size", BLOCK_SIZE), "layer")


def after_layer(step: Step, y: Tensor, seed: int) -> tuple[Tensor, DropoutRecord]:
    """What is left of a layer's output `y`."""
    assert step.masked is not None
    used = _seed(step, step.masked.seed, seed)
    return _dropped(y, step.masked.p, step.masked.variant, used, step.masked.block_size, "after")


def on_weights(step: Step, seed: int) -> tuple[Tensor, DropoutRecord]:
    """The weights that are left."""
    assert step.connect is not None
    p, used = step.connect.p, _seed(step, step.connect.seed, seed)
    weight: Tensor = step.arguments["weight"]
    mask = connect_mask(weight.shape, p, _generator(used))
    record = DropoutRecord("connect", p, True, used, mask, keeping_scale(p), "weights")
    return drop_connect(weight, mask, p), record


def on_state(step: Step, x: Tensor, seed: int) -> tuple[dict[str, Any], DropoutRecord]:
    """The arguments of a recurrent step for its input `x` (B, 1, T, F), the mask of its states among them."""
    a = {key: value for key, value in step.arguments.items() if key != "seed"}
    rule, p = a["rule"], a["p"]
    if rule == "none":
        return a, DropoutRecord("zoneout", p, False, None, None, place="state")
    used = _seed(step, step.arguments["seed"], seed)
    mask = dropout_mask((len(x), a["weight_hh"].shape[1], x.shape[2], 1), p, "element", _generator(used))
    record = DropoutRecord(
        "zoneout" if rule == "zoneout" else "element",
        p,
        True,
        used,
        mask,
        1.0 if rule == "zoneout" else keeping_scale(p),
        "state",
    )
    return {**a, "state_mask": mask}, record


def _dropped(
    x: Tensor, p: float, variant: Variant, seed: int, block_size: int, place: Place
) -> tuple[Tensor, DropoutRecord]:
    mask = dropout_mask(x.shape, p, variant, _generator(seed), block_size)
    record = DropoutRecord(variant, p, True, seed, mask, scale_of(mask, p, variant), place)
    return dropout(x, mask, p, variant), record


def _seed(step: Step, own: int | None, seed: int) -> int:
    return layer_seed(seed, step.name) if own is None else own


def _generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
