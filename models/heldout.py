"""Fashion-MNIST images that no network was trained on, for measuring at run time.

    python -m models.heldout [--data DIR]

makes the file again: the first 200 test images of each class, in the order of the test set. DIR holds the four files of
Fashion-MNIST (Debian package dataset-fashion-mnist puts them in /usr/share/datasets/fashion-mnist). What is in it and
under which licence: data/fashion_mnist_heldout.md.
"""

import argparse
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from models.networks.registry import DATA, Dataset
from models.pictures import prepare
from models.train import read_idx

PATH = DATA / "fashion_mnist_heldout.npz"
ITEMS = 2000
PER_CLASS = 200


@dataclass(frozen=True)
class HeldOut:
    """`images` (2000, 28, 28) and `labels` (2000), uint8; `numbers` (2000) are the places in the test set, int64."""

    images: Tensor
    labels: Tensor
    numbers: Tensor


@cache
def held_out() -> HeldOut:
    """The images, read once and shared: not to be written to."""
    with np.load(PATH, allow_pickle=False) as file:
        images, labels, numbers = (torch.from_numpy(file[name]) for name in ("images", "labels", "numbers"))
    return HeldOut(images, labels, numbers.long())


def inputs(items: Tensor | slice, dataset: Dataset) -> Tensor:
    """The chosen images as a network's input (B, C, H, W); a network for colours gets them enlarged, in grey."""
    images = held_out().images[items]
    if dataset.shape == (1, 28, 28):
        return (images[:, None].float() / 255 - dataset.mean[0]) / dataset.std[0]
    return torch.stack([prepare(image[:, :, None].expand(-1, -1, 3), dataset) for image in images])


def chosen(labels: Tensor, per_class: int = PER_CLASS) -> Tensor:
    """The places of the first `per_class` images of each class, in order."""
    first = [(labels == label).nonzero()[:per_class, 0] for label in sorted(set(labels.tolist()))]
    return torch.cat(first).sort().values


def write(images: Tensor, labels: Tensor, path: Path = PATH) -> None:
    """Choose from the test set's images (N, 28, 28) and labels (N), uint8, and write the file."""
    numbers = chosen(labels)
    np.savez_compressed(
        path,
        images=images[numbers].numpy(),
        labels=labels[numbers].numpy(),
        numbers=numbers.numpy().astype(np.uint16),
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("/usr/share/datasets/fashion-mnist"))
    folder = parser.parse_args().data
    images, labels = (read_idx(folder / f"t10k-{part}-ubyte.gz") for part in ("images-idx3", "labels-idx1"))
    write(images, labels)


if __name__ == "__main__":
    main()
