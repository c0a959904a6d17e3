"""The image that is changed: its waves, its colours, and how it is moved about."""

import pytest
import torch

from models.features.image import COLOURS, loudness, moved, picture, roughness_gradient, start


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize(("channels", "size"), [(3, 32), (1, 28), (3, 37)])
def test_waves_are_an_image_of_that_size(channels: int, size: int) -> None:
    waves = start(channels, size, generator())
    image = picture(waves, loudness(size, size))
    assert image.shape == (1, channels, size, size)
    assert 0.3 < float(image.amin()) < float(image.amax()) < 0.7  # nearly grey


def test_no_wave_is_grey_and_one_wave_is_a_wave() -> None:
    waves = torch.zeros(1, 16, 9, 2)
    scale = loudness(16, 16)
    assert torch.equal(picture(waves, scale), torch.full((1, 1, 16, 16), 0.5))
    waves[0, 0, 2, 0] = 1  # two waves from the left to the right
    x = torch.logit(picture(waves, scale))[0, 0]
    expected = torch.cos(2 * torch.pi * 2 * torch.arange(16) / 16) * 2 / 16 * 8 / 4
    assert torch.allclose(x, expected.expand(16, 16), atol=1e-5)


def test_waves_count_by_their_length_up_to_the_longest() -> None:
    scale = loudness(32, 8)
    assert float(scale[0, 0]) == float(scale[0, 4]) == 8
    assert torch.allclose(scale[0, 8], torch.tensor(4.0)) and float(scale.amin()) == pytest.approx(2**0.5)


def test_colours_are_not_tied_to_pixels_channels() -> None:
    """The first of the three colours is brightness: it moves red, green and blue alike."""
    waves = torch.zeros(3, 8, 5, 2)
    waves[0, 0, 1, 0] = 3
    rgb = torch.logit(picture(waves, loudness(8, 8)))[0]
    assert float(rgb.abs().amax()) > 0.1
    assert torch.allclose(rgb[0] * COLOURS[1, 0], rgb[1] * COLOURS[0, 0], atol=1e-4)


def test_moving_by_nothing_is_nothing_and_rolling_keeps_every_pixel() -> None:
    x = torch.rand((1, 3, 20, 20), generator=generator())
    assert torch.equal(moved(x, 0, 0, 0, generator()), x)
    rolled = moved(x, 5, 0, 0, generator(1))
    assert not torch.equal(rolled, x) and torch.equal(rolled.flatten().sort()[0], x.flatten().sort()[0])
    shifts = [(dy, dx) for dy in range(-5, 6) for dx in range(-5, 6)]
    assert any(torch.equal(rolled, x.roll(shift, (2, 3))) for shift in shifts)


def test_turning_turns_and_zooming_zooms() -> None:
    disc = torch.zeros(1, 1, 33, 33)
    y, x = torch.meshgrid(torch.arange(33) - 16, torch.arange(33) - 16, indexing="ij")
    disc[0, 0][(y**2 + x**2) < 64] = 1
    turned = moved(disc, 0, 45, 0, generator(2))
    assert abs(float(turned.sum() - disc.sum())) < 4  # a disc stays one
    ramp = torch.linspace(-1, 1, 33).expand(1, 1, 33, 33)
    assert float((moved(ramp, 0, 45, 0, generator(2)) - ramp).abs().max()) > 0.1
    sums = [float(moved(disc, 0, 0, 0.5, generator(seed)).sum()) for seed in range(20)]
    assert min(sums) < 0.6 * float(disc.sum()) and max(sums) > 1.5 * float(disc.sum())


def test_the_gradient_of_roughness_is_that_of_autograd() -> None:
    x = torch.rand((1, 2, 9, 9), generator=generator(), dtype=torch.float64, requires_grad=True)
    slope = 0.02
    rough = sum(
        torch.nn.functional.huber_loss(x, x.roll(1, axis), reduction="sum", delta=slope) / slope
        for axis in (2, 3)
    )
    (expected,) = torch.autograd.grad(rough, x)
    assert torch.allclose(roughness_gradient(x.detach()), expected)
    assert float(roughness_gradient(torch.full((1, 3, 8, 8), 0.7)).abs().max()) == 0
