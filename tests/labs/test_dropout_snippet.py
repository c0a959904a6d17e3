"""The PyTorch programs that the dropout lab gives away draw the server's masks and make what the server made."""

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

ROOT = Path(__file__).parents[2]
WRITE = """
import { torch } from "./static/labs/dropout/torch.js";
let text = "";
for await (const part of process.stdin) text += part;
console.log(JSON.stringify(JSON.parse(text).map(torch)));
"""
GRID = {
    "kind": "grid",
    "values": [
        [[[(7 * b + 5 * c + 3 * y + x) % 11 - 3.5 for x in range(5)] for y in range(4)] for c in range(3)]
        for b in range(3)
    ],
}
ITEMS = [{"kind": "item", "index": index} for index in (9, 2, 24)]


def layer(network: str, name: str) -> dict[str, Any]:
    return {"kind": "network", "network": network, "layer": name, "batch": ITEMS}


SETTINGS: dict[str, dict[str, Any]] = {
    "values": {"source": GRID, "p": 0.3, "seed": 7},
    "values, classic": {"source": GRID, "p": 0.3, "seed": 7, "scaling": "classic"},
    "values, everything dropped": {"source": GRID, "p": 1},
    "values, nothing dropped": {"source": GRID, "p": 0},
    "evaluation": {"source": GRID, "mode": "eval"},
    "evaluation, classic": {"source": GRID, "mode": "eval", "scaling": "classic", "p": 0.3},
    "channels": {"source": GRID, "variant": "channel", "seed": 1 << 40},
    "samples": {"source": GRID, "variant": "row", "p": 0.4, "seed": 2},
    "the batch": {"source": GRID, "variant": "batch", "p": 0.4, "seed": 3},
    "squares": {"source": GRID, "variant": "block", "p": 0.4, "block_size": 2, "seed": 4},
    "squares, larger than the map": {"source": GRID, "variant": "block", "p": 0.4, "seed": 4},
    "squares, everything dropped": {"source": GRID, "variant": "block", "p": 1, "block_size": 3},
    "alpha": {"source": GRID, "variant": "alpha", "p": 0.2, "seed": 5},
    "alpha, everything dropped": {"source": GRID, "variant": "alpha", "p": 1},
    "a trained layer": {"source": layer("tiny_vgg_batch", "conv3.act"), "seed": 9},
    "squares of a trained layer": {"source": layer("tiny_vgg_batch", "conv3.act"), "variant": "block"},
    "vectors": {"source": layer("mlp", "hidden2.act"), "p": 0.1, "seed": 9},
    "channels of vectors": {"source": layer("mlp", "hidden2.act"), "variant": "channel", "p": 0.1},
    "weights of a convolution": {
        "source": layer("tiny_vgg_batch", "conv3.conv"),
        "variant": "connect",
        "p": 0.3,
        "seed": 5,
    },
    "weights of the first convolution": {
        "source": layer("lenet", "conv1.conv"),
        "variant": "connect",
        "scaling": "classic",
    },
    "weights of a linear layer": {"source": layer("tiny_vgg_batch", "head"), "variant": "connect", "p": 0.2},
    "weights in evaluation": {
        "source": layer("tiny_vgg_batch", "head"),
        "variant": "connect",
        "mode": "eval",
        "scaling": "classic",
    },
}


def _ask(client: TestClient, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/api/labs/dropout?tensors=list", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _made(
    client: TestClient, params: dict[str, Any]
) -> tuple[dict[str, Any], torch.Tensor, torch.Tensor | None]:
    """The answer without arrays, the output and the mask with all channels."""
    answer = _ask(client, {**params, "record": []})
    outputs, masks = [], []
    for first in range(0, answer["shape"][1], 16):
        chosen = [*range(first, min(first + 16, answer["shape"][1]))]
        part = _ask(client, {**params, "channels": chosen, "record": ["output", "mask"]})
        outputs.append(torch.tensor(part["output"]["data"]))
        if part["mask"]:
            masks.append(torch.tensor(part["mask"]["data"]))
    axis = 0 if params.get("variant") == "connect" else 1
    return answer, torch.cat(outputs, 1), torch.cat(masks, axis) if masks else None


@pytest.fixture(scope="module")
def programs(base_url: str, client: TestClient) -> dict[str, tuple[str, torch.Tensor, torch.Tensor | None]]:
    """By name of the settings: the program, and the output and the mask that the server made."""
    recipes, made = [], []
    for params in SETTINGS.values():
        answer, output, mask = _made(client, params)
        made.append((output, mask))
        source = params["source"]
        nodes = client.get(f"/api/networks/{source.get('network', 'mlp')}").json()["nodes"]
        node = next((node for node in nodes if node["name"] == source.get("layer")), None)
        recipes.append({"params": params, "answer": answer, "node": node, "host": base_url})
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
    return {
        name: (program, output, mask)
        for name, program, (output, mask) in zip(SETTINGS, json.loads(written.stdout), made, strict=True)
    }


@pytest.mark.parametrize("name", SETTINGS)
def test_the_program_draws_the_servers_mask_and_makes_its_output(
    name: str,
    programs: dict[str, tuple[str, torch.Tensor, torch.Tensor | None]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    program, output, mask = programs[name]
    file = tmp_path / "program.py"
    file.write_text(program)
    names = runpy.run_path(str(file))
    assert capsys.readouterr().out.strip() == str(tuple(output.shape))
    torch.testing.assert_close(names["y"], output, rtol=1e-5, atol=1e-5)
    if mask is None:
        assert "mask" not in names
    else:
        assert torch.equal(names["mask"].expand(mask.shape), mask)


def test_programs_are_short_where_the_settings_are_plain(
    programs: dict[str, tuple[str, torch.Tensor, torch.Tensor | None]],
) -> None:
    assert "urlopen" not in programs["values"][0]
    assert "y = x * mask / (1 - p)\n" in programs["values"][0]
    assert "generator" not in programs["evaluation"][0]
