"""A picture of 512 × 512 through EfficientNet-Lite0, with the 32 maps of the stem in the answer."""

import gzip
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from app.cli import WORKER_ENVIRONMENT
from app.engine import written
from app.settings import available_cores
from models.networks.weights import load_network
from models.pictures import prepare
from models.tensors import Encoding
from models.views.run import RunParams, run_network
from tests.benchmarks.server import Client, serving
from tests.benchmarks.timing import interleaved, row

COFFEE = Path(__file__).resolve().parents[2] / "models/data/samples/coffee.png"
RUN = "/api/networks/efficientnet_lite0/run?tensors="
ENCODINGS: tuple[Encoding, ...] = ("uint8", "float32")


def picture() -> bytes:
    """The coffee sample, 512 × 512, as a PNG file."""
    file = io.BytesIO()
    Image.open(COFFEE).convert("RGB").resize((512, 512)).save(file, "PNG")
    return file.getvalue()


def question(image: str, stride: int = 2, channels: int | None = None) -> dict[str, object]:
    """All maps of the stem, and the prediction unless the stride is changed."""
    asked: dict[str, object] = {"images": [image], "record": [{"layer": "stem.act"}]}
    if channels:
        asked["record"] = [{"layer": "stem.act", "channels": {"strongest": channels}}]
    if stride != 2:
        asked["interventions"] = [{"kind": "conv", "layer": "stem.conv", "stride": [stride, stride]}]
        asked["top"] = 0
    return asked


def main() -> None:
    torch.set_num_threads(1)
    loaded = load_network("efficientnet_lite0")
    png = picture()

    def decode() -> torch.Tensor:
        return torch.from_numpy(np.array(Image.open(io.BytesIO(png)).convert("RGB")))

    def bare() -> None:
        x = prepare(decode(), loaded.spec.dataset)[None].contiguous(memory_format=torch.channels_last)
        with torch.inference_mode():
            loaded.network.module(x)

    def walked(encoding: Encoding) -> Callable[[], bytes]:
        params = RunParams.model_validate(question("0" * 64))
        return lambda: written(
            run_network(loaded, prepare(decode(), loaded.spec.dataset)[None], params, encoding)
        )

    with tempfile.TemporaryDirectory() as folder, serving(1, Path(folder)) as port:
        client = Client(port)

        def over_http(encoding: str) -> Callable[[], bytes]:
            def upload_and_run() -> bytes:
                image = json.loads(client.post("/api/images", png, "image/png"))["id"]
                return client.post(RUN + encoding, json.dumps(question(image)).encode())

            return upload_and_run

        def known(encoding: str, image: str, channels: int | None = None) -> Callable[[], bytes]:
            body = json.dumps(question(image, channels=channels)).encode()
            return lambda: client.post(RUN + encoding, body)

        image = json.loads(client.post("/api/images", png, "image/png"))["id"]
        tasks: dict[str, Callable[[], object]] = {"bare: decode, resize, forward": bare}
        tasks |= {f"engine: the same, 32 maps as {e}": walked(e) for e in ENCODINGS}
        tasks |= {f"HTTP: upload, run, 32 maps as {e}": over_http(e) for e in ENCODINGS}
        tasks["HTTP: known picture, 32 maps as uint8"] = known("uint8", image)
        tasks["HTTP: known picture, 16 maps as list"] = known("list", image, 16)
        times = interleaved(tasks)
        print("One picture (PNG 512²) → EfficientNet-Lite0 → maps of 112×112; ratio to bare")
        for name, task in tasks.items():
            answer = task()
            size = (
                f"{len(answer) / 1e3:.0f} kB, {len(gzip.compress(answer)) / 1e3:.0f} kB compressed"
                if isinstance(answer, bytes)
                else ""
            )
            print(row(name, times[name], times["bare: decode, resize, forward"], size))
        slider(client, image)
    clients()
    threads()


def slider(client: Client, image: str) -> None:
    """A step of a slider: another stride in the stem, all its maps as uint8."""
    loaded = load_network("efficientnet_lite0")
    x = torch.zeros(1, 3, 224, 224).contiguous(memory_format=torch.channels_last)
    stem = loaded.network.module.get_submodule("stem")

    def bare() -> None:
        with torch.inference_mode():
            stem(x)

    bodies = [json.dumps(question(image, stride)).encode() for stride in (3, 1)]
    two = json.dumps({**question(image, 3), "interventions": [], "top": 0}).encode()
    tasks: dict[str, Callable[[], object]] = {
        "bare: the stem's forward": bare,
        "HTTP: stride 2, 32 maps of 112×112": lambda: client.post(RUN + "uint8", two),
        "HTTP: stride 3, 32 maps of 75×75": lambda: client.post(RUN + "uint8", bodies[0]),
        "HTTP: stride 1, 32 maps of 224×224": lambda: client.post(RUN + "uint8", bodies[1]),
    }
    times = interleaved(tasks, 60)
    print("\nA step of the stride slider; ratio to bare")
    for name in tasks:
        print(row(name, times[name], times["bare: the stem's forward"]))


def threads() -> None:
    """One forward with one PyTorch thread, and with one for each core."""
    loaded = load_network("efficientnet_lite0")
    x = torch.zeros(1, 3, 224, 224).contiguous(memory_format=torch.channels_last)

    def forward(count: int) -> None:
        torch.set_num_threads(count)
        with torch.inference_mode():
            loaded.network.module(x)

    cores = available_cores()
    tasks = {"1 PyTorch thread": lambda: forward(1), f"{cores} PyTorch threads": lambda: forward(cores)}
    times = interleaved(tasks)
    print("\nOne forward, nothing else running here; ratio to one thread")
    for name in tasks:
        print(row(name, times[name], times["1 PyTorch thread"]))
    torch.set_num_threads(1)


def clients(count: int = 8, workers: int = 2, seconds: float = 6.0) -> None:
    """Runs a second with several clients, beside what bare forwards reach in as many processes."""
    limit = bare_rate(workers, seconds)
    with tempfile.TemporaryDirectory() as folder, serving(workers, Path(folder)) as port:
        image = json.loads(Client(port).post("/api/images", picture(), "image/png"))["id"]
        body = json.dumps(question(image)).encode()
        done = [0] * count
        end = time.perf_counter() + seconds

        def work(index: int) -> None:
            client = Client(port)
            while time.perf_counter() < end:
                client.post(RUN + "uint8", body)
                done[index] += 1

        threads = [threading.Thread(target=work, args=(index,)) for index in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    rate = sum(done) / seconds
    print(
        f"\n{count} clients, {workers} workers: {rate:.1f} runs/s, bare forwards {limit:.1f}/s, × {rate / limit:.2f}"
    )


FORWARD = """
import sys, time, torch
torch.set_num_threads(1)
from models.networks.weights import load_network
module = load_network("efficientnet_lite0").network.module
x = torch.zeros(1, 3, 224, 224).contiguous(memory_format=torch.channels_last)
with torch.inference_mode():
    module(x)
    print("ready", flush=True)
    sys.stdin.readline()
    end, count = time.perf_counter() + float(sys.argv[1]), 0
    while time.perf_counter() < end:
        module(x)
        count += 1
print(count)
"""


def bare_rate(processes: int, seconds: float) -> float:
    """Bare forwards a second of that many processes at once."""
    command = [sys.executable, "-c", FORWARD, str(seconds)]
    environment = {**os.environ, **WORKER_ENVIRONMENT}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": environment}
    running = [subprocess.Popen(command, **pipes) for _ in range(processes)]  # type: ignore[call-overload]
    for process in running:
        process.stdout.readline()
    for process in running:
        process.stdin.write("go\n")
        process.stdin.flush()
    return sum(int(process.communicate()[0]) for process in running) / seconds
