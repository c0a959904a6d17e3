"""Make the sample pictures of models/data/samples again.

    python -m tools.samples --photos SKIMAGE_DATA_FOLDER --fashion FASHION_MNIST_FOLDER

`--photos` is the folder `skimage/data` of an installed scikit-image, `--fashion` the one with Fashion-MNIST's
`t10k-images-idx3-ubyte.gz`. Without them only the drawn pictures are made. Everything is written as PNG without
metadata, so that the pixels, and with them the ids, never depend on a decoder's version.
"""

import argparse
import gzip
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.decoding import Limits, decode
from app.images import to_array
from app.samples import FOLDER

Pixels = NDArray[np.uint8]
PHOTOS = {
    "chelsea": "chelsea.png",
    "coffee": "coffee.png",
    "astronaut": "astronaut.png",
    "rocket": "rocket.jpg",
    "brick": "brick.png",
}
FASHION = {"ankle_boot": 39, "pullover": 20, "bag": 30}
"""Name → index among the 10,000 test images."""
SIDE = 256
OVERSAMPLING = 8


def chessboard() -> Pixels:
    """8 × 8 squares of 32 pixels, a light one at the top left; (256, 256, 3)."""
    row, column = np.indices((SIDE, SIDE)) // (SIDE // 8)
    board = np.where((row + column) % 2 == 0, 255, 0).astype(np.uint8)
    return np.repeat(board[:, :, None], 3, axis=2)


def smiley() -> Pixels:
    """A yellow face with a dark outline on white, smoothed by averaging 8 × 8 samples a pixel; (256, 256, 3)."""
    fine = SIDE * OVERSAMPLING
    y, x = (np.indices((fine, fine)) + 0.5) / fine * 2 - 1  # -1 … 1, y downwards
    radius = np.hypot(x, y)
    canvas = np.full((fine, fine, 3), 255, np.float64)
    canvas[radius < 0.86] = (250, 204, 60)
    mouth = (np.abs(np.hypot(x, y + 0.02) - 0.5) < 0.045) & (y > 0.13)
    ends = np.hypot(np.abs(x) - np.sqrt(0.5**2 - 0.15**2), y - 0.13) < 0.045
    eyes = np.hypot((np.abs(x) - 0.29) / 0.085, (y + 0.24) / 0.14) < 1
    outline = np.abs(radius - 0.86) < 0.035
    canvas[mouth | ends | eyes | outline] = (36, 33, 28)
    blocks = canvas.reshape(SIDE, OVERSAMPLING, SIDE, OVERSAMPLING, 3)
    smooth: Pixels = np.round(blocks.mean(axis=(1, 3))).astype(np.uint8)
    return smooth


def photo(file: Path) -> Pixels:
    """A photograph as our own decoder sees it (sRGB, upright)."""
    return to_array(decode(file.read_bytes(), Limits())[1])


def fashion(folder: Path, index: int) -> Pixels:
    """One Fashion-MNIST test image, grey, light on black; (28, 28)."""
    with gzip.open(folder / "t10k-images-idx3-ubyte.gz") as file:
        images: Pixels = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 28, 28)
    return np.asarray(images[index])


def save(name: str, pixels: Pixels) -> None:
    """Write a PNG, in grey where the picture is grey."""
    if pixels.ndim == 3 and (pixels == pixels[:, :, :1]).all():
        pixels = np.ascontiguousarray(pixels[:, :, 0])
    Image.fromarray(pixels).save(FOLDER / f"{name}.png", optimize=True)


def main() -> None:
    """The command's entry."""
    parser = argparse.ArgumentParser(description="Make the sample pictures.")
    parser.add_argument("--photos", type=Path, help="skimage/data")
    parser.add_argument("--fashion", type=Path, help="folder of t10k-images-idx3-ubyte.gz")
    folders = parser.parse_args()
    save("chessboard", chessboard())
    save("smiley", smiley())
    for name, file in PHOTOS.items() if folders.photos else ():
        save(name, photo(folders.photos / file))
    for name, index in FASHION.items() if folders.fashion else ():
        save(name, fashion(folders.fashion, index))


if __name__ == "__main__":
    main()
