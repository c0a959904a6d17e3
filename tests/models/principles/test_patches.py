"""The strongest places of a channel: chosen as one would by hand, and cut out of the right part of the picture."""

import torch
from hypothesis import given as drawn
from hypothesis import strategies as st
from torch import Tensor

from models.pictures import light
from models.principles.patches import PatchesParams, look, strongest
from models.shapes import ReceptiveField
from models.tensors import decode
from tests.models.nets import examples
from tests.models.principles.asking import at_layer, given, loaded, module_of

Place = tuple[int, int, int]


def chosen(maps: Tensor, field: ReceptiveField, count: int, per_image: int) -> list[Place]:
    """The same by sorting all places and asking of each whether its box lies clear of those before it."""
    places = [(int(b), int(y), int(x)) for b, y, x in (maps > 0).nonzero()]
    found: list[Place] = []
    for place in sorted(places, key=lambda place: -float(maps[place])):
        same = [other for other in found if other[0] == place[0]]
        boxes = [field.box(*other[1:]) for other in same]
        top, left, bottom, right = field.box(*place[1:])
        clear = all(bottom <= t or b <= top or right <= lft or r <= left for t, lft, b, r in boxes)
        if clear and len(same) < per_image and len(found) < count:
            found.append(place)
    return found


@examples(60)
@drawn(
    st.tuples(st.integers(1, 3), st.integers(1, 6), st.integers(1, 6)),
    st.tuples(*[st.integers(1, 7)] * 2),
    st.tuples(*[st.integers(1, 3)] * 2),
    st.integers(1, 8),
    st.integers(1, 4),
    st.integers(0, 99),
)
def test_the_strongest_places_do_not_overlap(
    shape: Place, size: tuple[int, int], jump: tuple[int, int], count: int, per_image: int, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    maps = torch.randperm(shape[0] * shape[1] * shape[2], generator=generator).view(shape) - 3.0
    field = ReceptiveField(size, jump, ((size[0] - 1) / 2, (size[1] - 1) / 2 - 1))
    assert strongest(maps, field, count, per_image) == chosen(maps, field, count, per_image)


def test_patches_are_what_the_units_saw() -> None:
    network = loaded("tiny_vgg_batch")
    images = torch.cat([given(network, seed).x for seed in range(6)])
    params = PatchesParams(layer="conv2.act", channel=4, images=["0" * 64] * 6, count=5, per_image=1)
    found = look(network, images, params, "float32")
    with torch.no_grad():
        maps = at_layer(module_of("tiny_vgg_batch"), "conv2.act", images)[:, 4]
    peaks = maps.flatten(1).amax(1)
    assert len(found.patches) == 5 and found.field == (5, 5) and found.shape == [24, 28, 28]
    assert torch.allclose(torch.tensor([patch.value for patch in found.patches]), peaks.sort(descending=True).values[:5], atol=1e-4)  # fmt: skip
    greys = light(images, network.spec.dataset)
    for patch in found.patches:
        assert patch.window == patch.box and [patch.y, patch.x] == [patch.box[0] + 2, patch.box[1] + 2]
        pixels = decode(patch.pixels)
        assert pixels.shape == (1, 5, 5)
        for row in range(5):
            for column in range(5):
                y, x = patch.box[0] + row, patch.box[1] + column
                there = 0 <= y < 28 and 0 <= x < 28
                expected = float(greys[patch.image, 0, y, x]) if there else network.spec.dataset.mean[0]
                assert abs(float(pixels[0, row, column]) - expected) < 1e-6


def test_a_field_larger_than_the_picture_shows_all_of_it() -> None:
    network = loaded("tiny_vgg_batch")
    images = torch.cat([given(network, seed).x for seed in range(5)])
    params = PatchesParams(layer="conv6.act", channel=30, images=["0" * 64] * 5, count=16, per_image=3)
    found = look(network, images, params, "float32")
    assert 1 <= len(found.patches) <= 5 and len({patch.image for patch in found.patches}) == len(
        found.patches
    )
    for patch in found.patches:
        assert patch.window == (0, 0, 28, 28) and patch.box[2] - patch.box[0] == 32
        assert torch.equal(decode(patch.pixels), light(images, network.spec.dataset)[patch.image])
