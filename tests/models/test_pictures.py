"""From a stored picture to a network's input, against Pillow and by hand."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from models.networks.registry import FASHION_MNIST, IMAGENET, Dataset
from models.pictures import fitted, grey, prepare
from tests.models.nets import close, examples


def noise(height: int, width: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (height, width, 3), dtype=torch.uint8, generator=generator)


def test_a_picture_of_the_right_size_is_only_scaled() -> None:
    rgb = noise(224, 224)
    expected = (rgb.permute(2, 0, 1).double() / 255 - 0.498) / 0.502
    assert close(prepare(rgb, IMAGENET), expected, 1e-6)


def test_grey_networks_see_the_luma() -> None:
    rgb = noise(28, 28)
    grey = (rgb.double() @ torch.tensor([0.299, 0.587, 0.114], dtype=torch.float64)) / 255
    assert close(prepare(rgb, FASHION_MNIST), (grey[None] - 0.2860) / 0.3530, 1e-6)


@pytest.mark.parametrize("size", [(300, 300), (224, 500), (501, 224), (100, 180), (1024, 768)])
def test_the_middle_square_is_resized_as_pillow_does(size: tuple[int, int]) -> None:
    rgb = noise(*size)
    side = min(size)
    top, left = (size[0] - side) // 2, (size[1] - side) // 2
    square = Image.fromarray(rgb.numpy()[top : top + side, left : left + side])
    expected = np.asarray(square.resize((224, 224), Image.Resampling.BICUBIC)).astype(np.float64)
    ours = prepare(rgb, IMAGENET).double() * 0.502 + 0.498
    assert float((ours * 255 - torch.from_numpy(expected).permute(2, 0, 1)).abs().max()) <= 1.01


@examples(15)
@given(st.integers(1, 70), st.integers(1, 70), st.sampled_from([IMAGENET, FASHION_MNIST]))
def test_every_picture_becomes_an_input(height: int, width: int, dataset: Dataset) -> None:
    rgb = noise(height, width)
    before = rgb.clone()
    x = prepare(rgb, dataset)
    assert x.shape == dataset.shape and x.dtype == torch.float32
    lowest, highest = ((v - dataset.mean[0]) / dataset.std[0] for v in (0, 1))
    assert lowest - 1e-5 <= float(x.min()) and float(x.max()) <= highest + 1e-5
    assert torch.equal(rgb, before)


@examples(25)
@given(st.integers(1, 70), st.integers(1, 70), st.integers(16, 64))
def test_a_whole_picture_is_fitted_and_never_enlarged(height: int, width: int, size: int) -> None:
    rgb = noise(height, width)
    before = rgb.clone()
    x = fitted(rgb, size)
    assert x.dtype == torch.float32 and x.is_contiguous() and torch.equal(rgb, before)
    assert float(x.min()) >= 0 and float(x.max()) <= 1
    if max(height, width) <= size:
        assert torch.equal(x, rgb.permute(2, 0, 1).float() / 255)
        return
    assert max(x.shape[1:]) == size
    shorter = min(height, width) * size / max(height, width)
    assert abs(min(x.shape[1:]) - max(shorter, 1)) <= 0.5
    assert x.shape[1] >= x.shape[2] if height >= width else x.shape[1] <= x.shape[2]


@pytest.mark.parametrize("size", [(300, 200), (224, 500), (1, 400)])
def test_a_whole_picture_is_reduced_as_pillow_does(size: tuple[int, int]) -> None:
    rgb = noise(*size)
    ours = fitted(rgb, 100)
    height, width = ours.shape[1:]
    picture = Image.fromarray(rgb.numpy()).resize((width, height), Image.Resampling.BICUBIC)
    expected = torch.from_numpy(np.asarray(picture).astype(np.float64)).permute(2, 0, 1)
    assert float((ours.double() * 255 - expected).abs().max()) <= 1.01


def test_grey_is_the_luma() -> None:
    x = fitted(noise(9, 7), 16)
    assert close(grey(x), (x * torch.tensor([0.299, 0.587, 0.114])[:, None, None]).sum(0)[None], 1e-6)
