"""The held-out images: what is in the file, how it is made, and how images become inputs."""

import gzip
import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from models import heldout
from models.heldout import ITEMS, PATH, PER_CLASS, chosen, held_out, inputs, write
from models.networks.registry import FASHION_MNIST, IMAGENET
from models.pictures import prepare
from models.train import read_idx


def test_the_file_is_the_one_of_its_card_and_small() -> None:
    data = PATH.read_bytes()
    assert hashlib.sha256(data).hexdigest() in PATH.with_suffix(".md").read_text(encoding="utf-8")
    assert len(data) <= 1_200_000


def test_there_are_200_of_each_class_in_the_order_of_the_test_set() -> None:
    items = held_out()
    assert items.images.shape == (ITEMS, 28, 28) and items.images.dtype == torch.uint8
    assert items.labels.bincount().tolist() == [PER_CLASS] * 10
    assert items.numbers.dtype == torch.int64
    assert bool((items.numbers.diff() > 0).all()) and int(items.numbers[-1]) < 10_000
    assert held_out() is items


def test_the_sample_pictures_of_the_test_set_are_among_them() -> None:
    pil = pytest.importorskip("PIL.Image")
    for name, number in (("ankle_boot", 39), ("pullover", 20), ("bag", 30)):
        picture = np.array(pil.open(PATH.parent / "samples" / f"{name}.png").convert("L"))
        index = int((held_out().numbers == number).nonzero())
        assert (held_out().images[index].numpy() == picture).all()


def test_the_first_of_each_class_are_chosen() -> None:
    labels = torch.tensor([2, 0, 2, 2, 1, 0, 0], dtype=torch.uint8)
    assert chosen(labels, 2).tolist() == [0, 1, 2, 4, 5]


def idx(path: Path, values: NDArray[np.uint8]) -> None:
    head = bytes([0, 0, 8, values.ndim]) + b"".join(size.to_bytes(4) for size in values.shape)
    path.write_bytes(gzip.compress(head + values.tobytes()))


def test_the_file_is_made_again_from_the_test_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (50, 28, 28), dtype=np.uint8)
    labels = np.arange(50, dtype=np.uint8) % 10
    idx(tmp_path / "t10k-images-idx3-ubyte.gz", images)
    idx(tmp_path / "t10k-labels-idx1-ubyte.gz", labels)
    assert torch.equal(read_idx(tmp_path / "t10k-labels-idx1-ubyte.gz"), torch.from_numpy(labels))
    made = tmp_path / "made.npz"
    monkeypatch.setattr("sys.argv", ["heldout", "--data", str(tmp_path)])
    monkeypatch.setattr(heldout, "write", lambda *arrays: write(*arrays, path=made))
    heldout.main()
    with np.load(made, allow_pickle=False) as file:
        assert (file["images"] == images).all() and (file["labels"] == labels).all()
        assert file["numbers"].tolist() == list(range(50))


def test_images_become_inputs_as_in_training() -> None:
    x = inputs(torch.tensor([3, 1999]), FASHION_MNIST)
    expected = (held_out().images[[3, 1999]].float() / 255 - 0.2860) / 0.3530
    assert torch.equal(x[:, 0], expected) and x.shape == (2, 1, 28, 28)


def test_networks_for_colours_get_them_enlarged() -> None:
    x = inputs(slice(5, 7), IMAGENET)
    grey = held_out().images[6][:, :, None].expand(-1, -1, 3)
    assert x.shape == (2, 3, 224, 224) and torch.equal(x[1], prepare(grey, IMAGENET))
