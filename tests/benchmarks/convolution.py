"""A step of the convolution lab: a picture of 224 × 224 in colour, eight kernels of 5 × 5, beside bare PyTorch."""

import io
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from app.engine import written
from models.labs.convolution import ConvolutionParams, run
from models.pictures import fitted
from models.tensors import encode
from tests.benchmarks.picture import picture
from tests.benchmarks.server import Client, serving
from tests.benchmarks.timing import interleaved, row

LIMIT = 32 << 20
BARE = "bare: F.conv2d, its maps as uint8"
KERNELS = torch.randn(8, 3, 5, 5, generator=torch.Generator().manual_seed(0))


def question(image: str, **settings: Any) -> dict[str, Any]:
    """Eight kernels, cell by cell, over the whole picture."""
    kernels = [{"kind": "values", "values": values} for values in KERNELS.tolist()]
    return {"input": {"kind": "picture", "image": image, "size": 224}, "kernels": kernels, **settings}


SETTINGS: dict[str, dict[str, Any]] = {
    "8 maps": {},
    "stride 2": {"stride": [2, 2]},
    "same padding, reflected": {"padding": "same_pytorch", "padding_mode": "reflect"},
    "ReLU and pooling as well": {"relu": True, "pooling": {"kind": "max", "kernel_size": [2, 2], "stride": [2, 2]}},
    "one element's sum alone": {"record": [], "at": {"channel": 3, "y": 100, "x": 100}},
    "everything": {
        "padding": "same_tensorflow",
        "record": ["input", "padded", "kernels", "convolved", "partial", "coverage"],
    },
}  # fmt: skip


def main() -> None:
    torch.set_num_threads(1)
    png = picture()
    x = fitted(torch.from_numpy(np.array(Image.open(io.BytesIO(png)).convert("RGB"))), 224)

    def bare() -> None:
        with torch.inference_mode():
            encode(F.conv2d(x[None], KERNELS)[0], "uint8")

    def ran(settings: dict[str, Any]) -> Callable[[], object]:
        params = ConvolutionParams.model_validate(question("0" * 64, **settings))
        return lambda: run(params, x, "uint8", LIMIT)

    with tempfile.TemporaryDirectory() as folder, serving(1, Path(folder)) as port:
        client = Client(port)
        image = json.loads(client.post("/api/images", png, "image/png"))["id"]
        body = json.dumps(question(image)).encode()
        params = ConvolutionParams.model_validate(question(image))
        tasks: dict[str, Callable[[], object]] = {BARE: bare}
        tasks |= {f"run: {name}": ran(settings) for name, settings in SETTINGS.items()}
        tasks["run and JSON: 8 maps"] = lambda: written(run(params, x, "uint8", LIMIT))
        tasks["HTTP: 8 maps"] = lambda: client.post("/api/labs/convolution?tensors=uint8", body)
        times = interleaved(tasks, 100)
    print(
        "\nThe convolution lab, 224² RGB, 8 kernels of 5×5; ratio to bare; at most 5 ms are allowed for 8 maps"
    )
    for name in tasks:
        print(row(name, times[name], times[BARE]))


if __name__ == "__main__":
    main()
