"""Many walks at once over one shared network never mix."""

from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier
from typing import Any

import pytest
import torch
from torch import Tensor

from models.network import Network
from models.recorder import Record, Recording, run
from tests.models.nets import parsed, pictures, small, untrained
from tests.models.test_recorder import fingerprint

THREADS, RUNS = 8, 200


def changes_for_small(number: int) -> list[dict[str, Any]]:
    """A different set of changes for every number, of every kind."""
    random = Random(number)
    possible: list[dict[str, Any]] = [
        {"kind": "conv", "layer": "conv1", "stride": [random.randint(1, 3), random.randint(1, 3)]},
        {
            "kind": "kernel",
            "layer": "conv1",
            "out": random.randrange(6),
            "in": random.randrange(2),
            "values": [[random.uniform(-2, 2) for _ in range(3)] for _ in range(3)],
        },
        {"kind": "kernel_preset", "layer": "conv2", "out": random.randrange(6), "preset": "laplacian"},
        {
            "kind": "channels",
            "layer": "act1",
            "channels": [random.randrange(6)],
            "scale": random.uniform(-3, 3),
        },
        {"kind": "normalization", "layer": "norm1", "method": random.choice(["layer", "instance", "batch"])},
        {"kind": "normalization", "layer": "norm2", "method": random.choice(["batch", "none"])},
        {"kind": "dropout", "layer": "drop", "p": random.random(), "seed": number},
        {"kind": "dropout", "layer": "dropout", "p": random.random()},
        {
            "kind": "activation",
            "layer": "act2",
            "function": random.choice(["gelu", "identity", "leaky_relu"]),
        },
        {"kind": "pooling", "layer": "pool2", "method": "max"},
    ]
    return random.sample(possible, random.randint(1, 5))


def changes_for_mlp(number: int) -> list[dict[str, Any]]:
    """Another mask, another silent feature and another function."""
    return [
        {"kind": "dropout", "layer": "hidden1.dropout", "p": (number % 10) / 10, "seed": number},
        {"kind": "channels", "layer": "hidden2.act", "channels": [number % 256], "scale": number},
        {"kind": "activation", "layer": "hidden1.act", "function": ["gelu", "identity"][number % 2]},
    ]


def question(network: Network, name: str, number: int) -> Recording:
    """Run number `number`: its own picture, changes, seed, record and mode."""
    changes = {"small": changes_for_small, "mlp": changes_for_mlp}[name](number)
    record = Record.everything(network) if number % 3 == 0 else None
    batch = pictures(network, 1 + number % 2, seed=number)
    return run(network, batch, parsed(*changes), record, seed=number, with_gradient=number % 5 == 0)


def tensors(recording: Recording) -> list[Tensor]:
    """Everything that was recorded."""
    masks = [record.mask for record in recording.dropouts.values() if record.mask is not None]
    statistics = [record.variance for record in recording.normalizations.values()]
    return [*recording.activations.values(), *masks, *statistics]


@pytest.mark.parametrize("name", ["small", "mlp"])
def test_eight_threads_with_two_hundred_different_runs_each_never_mix(name: str) -> None:
    _, network = small() if name == "small" else untrained(name)
    before = fingerprint(network)
    alone = [tensors(question(network, name, number)) for number in range(RUNS)]
    assert len({bytes(answer[-1].detach().contiguous().numpy().tobytes()) for answer in alone}) > RUNS * 0.9
    start = Barrier(THREADS)

    def work(thread: int) -> int:
        start.wait()
        order = list(range(RUNS))
        Random(thread).shuffle(order)
        wrong = 0
        for number in order:
            answer = tensors(question(network, name, number))
            wrong += not all(torch.equal(a, b) for a, b in zip(answer, alone[number], strict=True))
        return wrong

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(work, range(THREADS))) == [0] * THREADS
    assert fingerprint(network) == before
