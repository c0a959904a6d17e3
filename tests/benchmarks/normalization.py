"""Statistics of a large batch beside bare `torch.var_mean`, and a step of the normalisation lab beside the bare forward."""

from collections.abc import Callable
from typing import Any

import torch

from models import heldout
from models.labs.normalization import NormalizationParams, run
from models.layers.normalization import statistics_of
from models.networks.weights import load_network
from models.normalization.layer import METHODS, Method
from models.recorder import Record, walk
from tests.benchmarks.timing import interleaved, row

SHAPE = (64, 32, 112, 112)
GROUPS = 8
AXES: dict[Method, tuple[int, ...]] = {
    "batch": (0, 2, 3),
    "layer": (1, 2, 3),
    "layer_channels": (1,),
    "instance": (2, 3),
    "group": (2, 3, 4),
    "rms": (1,),
}
LIMIT = 32 << 20
LAYER = "conv2.conv"
QUESTION: dict[str, Any] = {
    "source": {
        "kind": "network",
        "network": "tiny_vgg_batch",
        "layer": LAYER,
        "batch": [{"kind": "item", "index": index} for index in range(16)],
    },
    "at": {"b": 0, "c": 0, "y": 14, "x": 14},
    "record": ["input", "output", "sets"],
}
SETTINGS: dict[str, dict[str, Any]] = {
    "batch, 8 channels, one element": {},
    "layer": {"method": "layer"},
    "layer_channels": {"method": "layer_channels"},
    "eval": {"mode": "eval"},
    "60 batches of 16 fed": {"training": {}},
    "other batch-mates": {"mates": {}},
    "200 batches of each size drawn": {"spread": {}},
    "folded": {"folding": {}},
}


def bare_statistics(x: torch.Tensor, method: Method) -> Callable[[], object]:
    seen = x.view(SHAPE[0], GROUPS, SHAPE[1] // GROUPS, *SHAPE[2:]) if method == "group" else x
    return lambda: torch.var_mean(seen, dim=AXES[method], correction=0)


def ours(x: torch.Tensor, method: Method) -> Callable[[], object]:
    return lambda: statistics_of(x, method, GROUPS)


def statistics() -> None:
    x = torch.randn(SHAPE, generator=torch.Generator().manual_seed(0))
    tasks = {f"bare {method}": bare_statistics(x, method) for method in METHODS}
    tasks |= {f"ours {method}": ours(x, method) for method in METHODS}
    times = interleaved(tasks, 9)
    print("\nStatistics of 64×32×112×112; ratio to torch.var_mean over the same axes; at most 1.5 is allowed")
    for method in METHODS:
        print(row(f"statistics_of: {method}", times[f"ours {method}"], times[f"bare {method}"]))


def lab() -> None:
    loaded = load_network("tiny_vgg_batch")
    x = heldout.inputs(torch.arange(16), loaded.spec.dataset)
    record = Record(frozenset({LAYER}))
    bare = f"bare: 16 images through {LAYER}"

    def forward() -> None:
        walk(loaded.network.steps, x, record)

    def ran(settings: dict[str, Any]) -> Callable[[], object]:
        params = NormalizationParams.model_validate({**QUESTION, **settings})
        return lambda: run(params, None, "uint8", LIMIT)

    tasks: dict[str, Callable[[], object]] = {bare: forward}
    tasks |= {f"run: {name}": ran(settings) for name, settings in SETTINGS.items()}
    times = interleaved(tasks, 30)
    print("\nThe normalisation lab, 16 held-out images through Tiny VGG; ratio to bare")
    for name in tasks:
        print(row(name, times[name], times[bare]))


def main() -> None:
    torch.set_num_threads(1)
    statistics()
    lab()


if __name__ == "__main__":
    main()
