"""Make the images of models/data/features again: some channels of an ImageNet network, and what excites each.

    python -m tools.features [--again]

About five minutes on one core that is free. What is there already and was made in the same way is kept, unless --again is
given; so it can be stopped and started. One thread: the same machine and torch give the same files.
"""

import argparse
import hashlib
import io
import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from models.features.maximise import Gauge, MaximiseParams, Stepped, maximise
from models.features.ready import FeatureSet, Making, ReadyFeature, Stage, folder
from models.networks.weights import Loaded, load_network
from models.tensors import decode

NETWORK = "efficientnet_lite0"
SIDES = {
    "stem.act": 64,
    "block3.add": 64,
    "block5.add": 96,
    "block8.add": 128,
    "block11.add": 128,
    "block15.add": 160,
    "features.act": 160,
}
"""Layer → side of its images in pixels: deeper layers see more."""
PER_STAGE = 8
SEED = 0
SETTINGS = Making(aim="map", steps=128, jitter=8, turn=8, zoom=0.1, total_variation=0.02, quality=80)
RULE = (
    f"{PER_STAGE} of each layer, evenly spaced whatever they show: of C channels those with the numbers "
    f"floor((i + 1/2) · C / {PER_STAGE}), i from 0 to {PER_STAGE - 1}."
)
LICENCE = (
    "The images are ours, under the licence of ConvScope; the weights that they were made with are Google's, Apache-2.0 "
    "(see models/weights/README.md)."
)


def channels(count: int) -> list[int]:
    """The channels that are shown of so many."""
    return [int((i + 0.5) * count / PER_STAGE) for i in range(PER_STAGE)]


def image_of(file: bytes) -> torch.Tensor:
    """A picture file as an image (1, 3, H, W) in 0…1."""
    pixels = np.array(Image.open(io.BytesIO(file)).convert("RGB"))
    return torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 255


def webp(image: torch.Tensor) -> bytes:
    """An image (3, H, W) in 0…1 as WebP."""
    pixels = (image * 255).round().byte().permute(1, 2, 0).numpy()
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "WEBP", quality=SETTINGS.quality, method=6)
    return file.getvalue()


def make(loaded: Loaded, layer: str, channel: int) -> tuple[ReadyFeature, bytes]:
    """One image, measured, and its file."""
    params = MaximiseParams(
        layer=layer, channel=channel, size=SIDES[layer], seed=SEED, every=64,
        **SETTINGS.model_dump(exclude={"quality"}),
    )  # fmt: skip
    steps = [event for event in maximise(loaded, params, "float32") if isinstance(event, Stepped)]
    file = webp(decode(steps[-1].image))
    gauge = Gauge(loaded, loaded.network.steps[layer], channel, SETTINGS.aim)
    activation, peak = gauge.read(image_of(file))
    feature = ReadyFeature(
        channel=channel, activation=activation, peak=peak, reached=steps[-1].activation,
        start=steps[0].activation, image=f"{layer}-{channel}.webp", sha256=hashlib.sha256(file).hexdigest(),
    )  # fmt: skip
    return feature, file


def empty(loaded: Loaded) -> FeatureSet:
    """The set before any image was made."""
    stages = [
        Stage(
            layer=layer, block=layer.partition(".")[0], shape=list(loaded.shapes[layer]),
            receptive_field=loaded.receptive_fields[layer].size, size=side, channels=[],
        )
        for layer, side in SIDES.items()
    ]  # fmt: skip
    return FeatureSet(
        network=NETWORK, version=loaded.version, command="python -m tools.features", seed=SEED,
        settings=SETTINGS, channels=RULE, torch=torch.__version__, licence=LICENCE, stages=stages,
    )  # fmt: skip


def kept(target: Path, wanted: FeatureSet) -> dict[str, ReadyFeature]:
    """The images in the folder that were made as is wanted now, by the names of their files."""
    index = target / "features.json"
    if not index.is_file():
        return {}
    there = FeatureSet.model_validate(json.loads(index.read_text("utf-8")))
    bare = there.model_copy(update={"stages": [s.model_copy(update={"channels": []}) for s in there.stages]})
    if bare != wanted:
        return {}
    found = [feature for stage in there.stages for feature in stage.channels]
    return {
        each.image: each
        for each in found
        if (file := target / each.image).is_file()
        and hashlib.sha256(file.read_bytes()).hexdigest() == each.sha256
    }


def make_all(target: Path, loaded: Loaded, again: bool) -> Iterator[tuple[str, ReadyFeature]]:
    """Make what is not there, one image after the other; after each the index is whole."""
    made = empty(loaded)
    old = {} if again else kept(target, made)
    target.mkdir(parents=True, exist_ok=True)
    for stage in made.stages:
        for channel in channels(stage.shape[0]):
            feature = old.get(f"{stage.layer}-{channel}.webp")
            if feature is None:
                feature, file = make(loaded, stage.layer, channel)
                (target / feature.image).write_bytes(file)
            stage.channels.append(feature)
            text = json.dumps(made.model_dump(), ensure_ascii=False, indent=1) + "\n"
            (target / "features.json").write_text(text, "utf-8")
            yield stage.layer, feature


def card(made: FeatureSet) -> str:
    """What the folder's README says."""
    rows = "\n".join(
        f"| {stage.layer} | {'×'.join(map(str, stage.shape))} | {'×'.join(map(str, stage.receptive_field))} | "
        f"{stage.size} | {', '.join(str(each.channel) for each in stage.channels)} | "
        f"{mean([each.start for each in stage.channels]):.2f} | {mean([each.reached for each in stage.channels]):.2f} | "
        f"{mean([each.activation for each in stage.channels]):.2f} |"
        for stage in made.stages
    )
    s = made.settings
    return f"""\
# Images that excite channels of EfficientNet-Lite0

What a trained network's channels answer to, at seven depths: each image was made by the network itself, by activation
maximisation (`models/features/maximise.py`; Olah et al. 2017, https://distill.pub/2017/feature-visualization/), and
shows no picture that anybody took. `features.json` is the index that the application reads; this file and all others
are written by the command.

| | |
|---|---|
| network | {made.network}, weights with the SHA-256 {made.version} |
| command | `{made.command}` (`make features`) |
| settings | {s.steps} steps from noise, seed {made.seed}; jitter {s.jitter} pixels, turned by up to {s.turn:g}°, zoomed by up to {s.zoom:.0%}; total variation {s.total_variation:g}; WebP of quality {s.quality} |
| PyTorch | {made.torch}, one thread |
| channels | {made.channels} |
| licence | {made.licence} |

| layer | shape | sees | side | channels | activation of the noise | reached | as WebP |
|---|---|---|---|---|---|---|---|
{rows}

Activations are means over the images of a layer; of one image it is the root mean square, over the channel's map, of
what is above 0. WebP takes from an image fine differences to which a channel may answer; what the index gives as
`activation` is measured on the file as it is.
"""


def mean(values: list[float]) -> float:
    """Their mean."""
    return sum(values) / len(values)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--again", action="store_true", help="make those anew that are there")
    again = parser.parse_args().again
    torch.set_num_threads(1)
    started = time.perf_counter()
    target = folder(NETWORK)
    for layer, feature in make_all(target, load_network(NETWORK), again):
        seconds = time.perf_counter() - started
        print(
            f"{seconds:5.0f} s  {layer} {feature.channel}: {feature.start:.2f} → {feature.reached:.2f}, "
            f"as WebP {feature.activation:.2f}",
            flush=True,
        )
    made = FeatureSet.model_validate(json.loads((target / "features.json").read_text("utf-8")))
    current = {feature.image for stage in made.stages for feature in stage.channels}
    for file in target.glob("*.webp"):
        if file.name not in current:
            file.unlink()
    (target / "README.md").write_text(card(made), "utf-8")


if __name__ == "__main__":
    main()
