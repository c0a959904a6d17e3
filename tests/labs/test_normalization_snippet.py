"""The PyTorch programs that the normalisation lab gives away make what the server made."""

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from fastapi.testclient import TestClient

from models.networks.registry import SPECS

ROOT = Path(__file__).parents[2]
WRITE = """
import { torch } from "./static/labs/normalization/torch.js";
let text = "";
for await (const part of process.stdin) text += part;
console.log(JSON.stringify(JSON.parse(text).map(torch)));
"""
GRID = {
    "kind": "grid",
    "values": [
        [[[(7 * b + 5 * c + 3 * y + x) % 11 - 3.5 for x in range(3)] for y in range(2)] for c in range(4)]
        for b in range(3)
    ],
}
ITEMS = [{"kind": "item", "index": index} for index in (9, 2, 24)]
LAYER = {"kind": "network", "network": "tiny_vgg_batch", "layer": "conv3.conv", "batch": ITEMS}
VECTORS = {"kind": "network", "network": "mlp", "layer": "hidden1.linear", "batch": ITEMS}
TOKENS = {
    "kind": "tokens",
    "network": "mini_vit",
    "layer": "block1.add1",
    "batch": ITEMS,
    "keep": "content",
    "padding": 3,
}
OWN = {"gamma": [0.5, -1.25, 3, 1e-7], "beta": [0, 0.1, -2, 1]}

SETTINGS: dict[str, dict[str, Any]] = {
    "batch by hand": {"source": GRID, **OWN},
    "batch by hand, eval": {"source": GRID, "mode": "eval", **OWN},
    "batch, untracked": {"source": GRID, "track_running_stats": False, "mode": "eval", "eps": 0.5},
    "layer by hand": {"source": GRID, "method": "layer", **OWN},
    "layer over channels by hand": {"source": GRID, "method": "layer_channels", "eps": 0, **OWN},
    "instance by hand": {"source": GRID, "method": "instance", **OWN},
    "group by hand": {"source": GRID, "method": "group", "groups": 2, **OWN},
    "rms by hand": {"source": GRID, "method": "rms", **OWN},
    "a trained layer": {"source": LAYER},
    "a trained layer, eval": {"source": LAYER, "mode": "eval", "momentum": None},
    "fresh statistics": {"source": LAYER, "mode": "eval", "running": "fresh"},
    "fed statistics": {
        "source": LAYER,
        "mode": "eval",
        "running": "fed",
        "training": {"size": 4, "steps": 3, "step": 2},
    },
    "groups of a trained layer": {"source": LAYER, "method": "group", "groups": 6, "gamma": 2, "beta": -1},
    "vectors": {"source": VECTORS},
    "vectors, layer": {"source": VECTORS, "method": "layer"},
    "vectors, groups": {"source": VECTORS, "method": "group", "groups": 4},
    "vectors, rms": {"source": VECTORS, "method": "rms", "beta": 0.25},
    "tokens": {"source": TOKENS},
    "tokens, layer over channels": {"source": TOKENS, "method": "layer_channels"},
    "tokens, instance": {"source": TOKENS, "method": "instance"},
}


SETTINGS = {
    name: params
    for name, params in SETTINGS.items()
    if params["source"].get("network", "mlp") in SPECS  # a network may have no weights here yet
}


def _output(client: TestClient, params: dict[str, Any]) -> tuple[dict[str, Any], torch.Tensor]:
    """The answer, and the output with all its channels."""
    answer = _ask(client, {**params, "record": []})
    parts = []
    channels = answer["shape"][1]
    for first in range(0, channels, 16):
        chosen = [*range(first, min(first + 16, channels))]
        body = {**params, "channels": chosen, "record": ["output"]}
        parts.append(torch.tensor(_ask(client, body)["output"]["data"]))
    return answer, torch.cat(parts, 1)


def _ask(client: TestClient, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/api/labs/normalization?tensors=list", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture(scope="module")
def programs(base_url: str, client: TestClient) -> dict[str, tuple[str, torch.Tensor]]:
    """By name of the settings: the program, and the output that the server made."""
    url = f"{base_url}/api/labs/normalization?tensors=list"
    recipes, outputs = [], []
    for params in SETTINGS.values():
        answer, output = _output(client, params)
        outputs.append(output)
        recipes.append({"params": params, "answer": answer, "url": url})
    written = subprocess.run(
        ["node", "--input-type=module", "--eval", WRITE],
        input=json.dumps(recipes),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={
            **os.environ,
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        },
        timeout=60,
    )
    return dict(zip(SETTINGS, zip(json.loads(written.stdout), outputs, strict=True), strict=True))


@pytest.mark.parametrize("name", SETTINGS)
def test_the_program_makes_what_the_server_made(
    name: str,
    programs: dict[str, tuple[str, torch.Tensor]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    program, expected = programs[name]
    file = tmp_path / "program.py"
    file.write_text(program)
    names = runpy.run_path(str(file))
    assert capsys.readouterr().out.strip() == str(tuple(expected.shape))
    torch.testing.assert_close(names["y"], expected, rtol=1e-5, atol=1e-5)


def test_programs_are_short_where_the_settings_are_plain(
    programs: dict[str, tuple[str, torch.Tensor]],
) -> None:
    assert "urlopen" not in programs["batch by hand"][0]
    assert "y = layer(x)\n" in programs["batch by hand"][0]
    assert "running_mean" not in programs["batch, untracked"][0]
