"""Trained weights: read from safetensors alone, their checksum verified, loaded once in a process."""

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import as_file, files
from pathlib import Path

import torch
from safetensors.torch import load, save
from torch import Tensor, nn

from models.network import Network, trace
from models.networks.registry import SPECS, Spec
from models.shapes import ReceptiveField, Shape, propagate, receptive_fields

WEIGHTS = Path(__file__).resolve().parent.parent / "weights"


@dataclass(frozen=True)
class Loaded:
    """A network with its trained weights. `version` is their SHA-256; `accuracy` that of the card, where it has one."""

    spec: Spec
    network: Network
    version: str
    accuracy: float | None

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        """The output shape of every step, and of the input; unchanged."""
        return propagate(self.network.steps, self.network.input_shape)

    @cached_property
    def receptive_fields(self) -> dict[str, ReceptiveField]:
        """The theoretical receptive field of every step that still has an image's axes; unchanged."""
        return receptive_fields(self.network.steps, self.shapes)


@cache
@torch.inference_mode(False)
def load_network(name: str) -> Loaded:
    """The trained network of that name, read-only and shared. Raises KeyError for a name that is not registered.

    Whoever asks first, its tensors are ordinary ones: what is made in inference mode could never have a gradient.
    """
    spec = SPECS[name]
    card = json.loads((WEIGHTS / f"{name}.json").read_text(encoding="utf-8"))
    data = (WEIGHTS / f"{name}.safetensors").read_bytes() if spec.source == "card" else converted(name, card)
    checksum = hashlib.sha256(data).hexdigest()
    if checksum != card["sha256"]:
        raise RuntimeError(f"the weights of {name} do not have the checksum of their card")
    module: nn.Module = spec.build()
    module.load_state_dict(load(data))
    module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return Loaded(spec, trace(module, spec.dataset.shape), checksum, card.get("accuracy"))


def converted(name: str, card: dict[str, str]) -> bytes:
    """The safetensors file made from the file that the card's package carries: once, where there is a cache to keep it."""
    path = cache_folder() / f"{name}-{card['sha256'][:12]}.safetensors"
    with suppress(OSError):
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() == card["sha256"]:
            return data
    with as_file(files(card["package"]) / card["file"]) as source:
        if hashlib.sha256(source.read_bytes()).hexdigest() != card["package_sha256"]:
            raise RuntimeError(
                f"{card['file']} of the package {card['package']} is not the one that the card names"
            )
        state = torch.load(source, map_location="cpu", weights_only=True)
    data = save(renamed(state, SPECS[name].build()))
    with suppress(OSError):
        write_atomically(path, data)
    return data


def cache_folder() -> Path:
    """Where the user's programs keep what they can make again."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(base) / "convscope"


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file that others see whole or not at all. Raises OSError, leaving nothing behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.replace(file.name, path)
        except OSError:
            os.unlink(file.name)
            raise


def renamed(state: dict[str, Tensor], module: nn.Module) -> dict[str, Tensor]:
    """The tensors of another implementation under our names: both list the same layers in the same order."""
    ours = module.state_dict()
    pairs = list(zip(ours, state, strict=True))
    wrong = [pair for pair in pairs if ours[pair[0]].shape != state[pair[1]].shape]
    if wrong:
        raise RuntimeError(f"the weights do not fit the architecture: {wrong[:3]}")
    return {our: state[their].contiguous() for our, their in pairs}
