"""The PyTorch programs that the page gives away make what the server made."""

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from pydantic import TypeAdapter

from models.labs.convolution import ConvolutionParams, run
from models.pictures import fitted

ROOT = Path(__file__).parents[2]
WRITE = """
import { torch } from "./static/labs/convolution/torch.js";
let text = "";
for await (const part of process.stdin) text += part;
console.log(JSON.stringify(JSON.parse(text).map(torch)));
"""
GRID = {"kind": "grid", "values": [[[(7 * y + 3 * x) % 10 - 2.5 for x in range(9)] for y in range(7)]]}
COLOUR = {
    "kind": "grid",
    "values": [[[(5 * c + y * x) % 7 for x in range(8)] for y in range(6)] for c in range(3)],
}
SOBEL = {"kind": "preset", "preset": "sobel_x", "size": [3, 3]}
RANDOM = {"kind": "preset", "preset": "random", "size": [2, 3], "seed": 5, "bias": -0.1}
STEM = {"kind": "network", "network": "efficientnet_lite0", "layer": "stem.conv", "channel": 3}
PICTURE = {"kind": "picture", "image": "0" * 64, "size": 64}
POOLING = {"kernel_size": [2, 3], "stride": [2, 2]}

SETTINGS: dict[str, dict[str, Any]] = {
    "plain": {},
    "several kernels, biases": {"kernels": [RANDOM, {**RANDOM, "seed": 6, "bias": 1e-7}], "flip": True},
    "symmetric zeros": {"padding": [1, 1, 2, 2], "stride": [2, 1], "dilation": [1, 2]},
    "same in PyTorch, even": {"kernels": [RANDOM], "padding": "same_pytorch"},
    "same in TensorFlow": {"kernels": [RANDOM], "padding": "same_tensorflow", "stride": [2, 3]},
    "full": {"padding": "full"},
    "uneven": {"padding": [0, 3, 2, 1]},
    "reflect": {"padding": "same_tensorflow", "padding_mode": "reflect"},
    "replicate": {"padding": [9, 9, 9, 9], "padding_mode": "replicate"},
    "circular": {"padding": [2, 2, 2, 2], "padding_mode": "circular", "flip": True},
    "ReLU and pooling": {"relu": True, "pooling": {"kind": "max", **POOLING, "ceil_mode": True}},
    "mean": {"pooling": {"kind": "average", **POOLING}},
    "depthwise": {"input": COLOUR, "kernels": [SOBEL, STEM, SOBEL], "groups": 3, "flip": True},
    "colour": {"input": COLOUR, "kernels": [{**STEM, "transforms": ["rotate", "normalise"]}]},
    "transposed": {"mode": "transposed", "stride": [2, 2], "output_padding": [1, 0], "padding": [1, 1, 0, 0]},
    "transposed same": {
        "mode": "transposed",
        "stride": [2, 1],
        "padding": "same_tensorflow",
        "kernels": [RANDOM],
    },
    "transposed same, short": {
        "mode": "transposed",
        "stride": [3, 4],
        "padding": "same_tensorflow",
        "kernels": [RANDOM],
    },
    "transposed depthwise": {
        "mode": "transposed",
        "input": COLOUR,
        "kernels": [RANDOM] * 6,
        "groups": 3,
        "dilation": [2, 1],
    },
    "picture": {"input": PICTURE, "padding": "same_pytorch"},
    "grey picture": {"input": {**PICTURE, "colour": "grey"}, "stride": [2, 2]},
    "small picture": {"input": {**PICTURE, "size": 500}, "kernels": [STEM]},
    "crop": {"input": {**PICTURE, "crop": {"top": 3, "left": 5, "height": 12, "width": 20}}},
}


def _params(settings: dict[str, Any]) -> ConvolutionParams:
    return TypeAdapter(ConvolutionParams).validate_python({"input": GRID, "kernels": [SOBEL], **settings})


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    noise = np.random.default_rng(0).integers(0, 256, (90, 131, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(noise).resize((131, 90)))


def _answer(params: ConvolutionParams, photo: np.ndarray) -> dict[str, Any]:
    picture = None
    if params.input.kind == "picture":
        picture = fitted(torch.from_numpy(photo.copy()), params.input.size)
    return run(params, picture, "list", 1 << 28).model_dump(mode="json")


@pytest.fixture(scope="module")
def programs(
    photo: np.ndarray, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[str, torch.Tensor]]:
    """By name of the settings: the program, and the output that the server made."""
    path = tmp_path_factory.mktemp("pictures") / "photo.png"
    Image.fromarray(photo).save(path)
    recipes, outputs = [], []
    for settings in SETTINGS.values():
        params = _params(settings)
        answer = _answer(params, photo)
        outputs.append(torch.tensor((answer["output"] or answer["convolved"])["data"]))
        recipes.append(
            {
                "params": params.model_dump(mode="json"),
                "kernels": answer["kernels"]["data"],
                "biases": answer["biases"],
                "axes": answer["axes"],
                "picture": path.as_uri(),
            }
        )
    path_with_node = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    written = subprocess.run(
        ["node", "--input-type=module", "--eval", WRITE],
        input=json.dumps(recipes),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PATH": path_with_node},
        timeout=60,
    )
    return dict(zip(SETTINGS, zip(json.loads(written.stdout), outputs, strict=True), strict=True))


@pytest.mark.filterwarnings("ignore:Using padding='same'")
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
    assert "\ny = F.conv2d(x, weight, bias)\n" in programs["plain"][0]
    assert 'padding="same"' in programs["same in PyTorch, even"][0]
    assert "F.pad" not in programs["symmetric zeros"][0]
