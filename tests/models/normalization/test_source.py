"""Where the tensor comes from: layers, tokens and numbers by hand."""

from typing import Any

import pytest
import torch

from models import heldout
from models.errors import Refused
from models.networks.registry import SPECS
from models.networks.weights import load_network
from models.normalization.source import given, pictures
from models.pictures import light
from tests.models.normalization.asking import SOURCES, items, of_network, parsed, tensor_of

TOKENS = {**of_network("conv6.conv", 0, 1, 2, 3), "kind": "tokens"}


def test_a_network_gives_what_its_layer_gives() -> None:
    found = tensor_of(of_network("conv2.conv", 5, 9))
    loaded = load_network("tiny_vgg_batch")
    x = heldout.inputs(torch.tensor([5, 9]), loaded.spec.dataset)
    given_to_norm: list[torch.Tensor] = []
    handle = loaded.network.module.get_submodule("conv2.norm").register_forward_pre_hook(
        lambda _, inputs: given_to_norm.append(inputs[0])
    )
    loaded.network.module(x)
    handle.remove()
    assert torch.allclose(found.x, given_to_norm[0], atol=1e-5)
    assert found.x.is_contiguous() and found.layout == "maps" and found.field == "source.batch"
    assert found.norm is not None and found.norm.name == "conv2.norm"
    assert torch.equal(
        light(x, loaded.spec.dataset)[:, 0], heldout.held_out().images[[5, 9]].float() / 255
    ) or torch.allclose(
        light(x, loaded.spec.dataset)[:, 0], heldout.held_out().images[[5, 9]].float() / 255, atol=1e-6
    )


@pytest.mark.parametrize(
    ("network", "layer", "norm"),
    [
        ("tiny_vgg_group", "conv1.conv", "conv1.norm"),
        ("tiny_vgg_batch", "conv1.norm", None),
        ("tiny_vgg_none", "conv1.conv", None),
        ("mini_resnet", "input", None),
        ("lenet", "flatten", None),
    ],
)
def test_the_one_normalisation_that_takes_it_comes_along(network: str, layer: str, norm: str | None) -> None:
    found = tensor_of(of_network(layer, 0, network=network))
    assert (found.norm and found.norm.name) == norm
    assert found.layout == ("vectors" if layer == "flatten" else "maps")


def test_stored_pictures_and_held_out_images_keep_their_order() -> None:
    source = of_network("input", network="mini_resnet")
    source["batch"] = [
        {"kind": "picture", "image": "a" * 64},
        *items(7),
        {"kind": "picture", "image": "b" * 64},
    ]
    wanted = pictures(parsed(source))
    assert wanted is not None and wanted.images == ("a" * 64, "b" * 64)
    assert wanted.fields == ("source.batch.0.image", "source.batch.2.image")
    assert wanted.dataset == SPECS["mini_resnet"].dataset
    stored = torch.stack([torch.full((1, 28, 28), value) for value in (3.0, 4.0)])
    found = given(parsed(source), stored)
    assert found.x[0].eq(3).all() and found.x[2].eq(4).all()
    assert torch.equal(found.x[1], heldout.inputs(torch.tensor([7]), wanted.dataset)[0])
    assert pictures(parsed(of_network("input", 1))) is None


def test_tokens_are_the_places_of_the_maps() -> None:
    found = tensor_of({**TOKENS, "padding": 3})
    assert found.layout == "tokens" and list(found.x.shape) == [4, 96, 52]
    assert torch.equal(found.x[..., :49], found.maps.flatten(2)) and found.x[..., 49:].eq(0).all()
    assert found.lengths is not None and found.lengths.tolist() == [49] * 4


def test_tokens_with_content_are_those_whose_patch_is_not_black() -> None:
    found = tensor_of({**TOKENS, "keep": "content", "padding": 2})
    assert found.lengths is not None
    images = heldout.held_out().images[:4]
    for index, image in enumerate(images):
        kept = [
            (row, column)
            for row in range(7)
            for column in range(7)
            if image[4 * row : 4 * row + 4, 4 * column : 4 * column + 4].max() > 0
        ]
        assert int(found.lengths[index]) == len(kept)
        for token, (row, column) in enumerate(kept):
            assert torch.equal(found.x[index, :, token], found.maps[index, :, row, column])
        assert found.x[index, :, len(kept) :].eq(0).all()
    assert found.x.shape[2] == int(found.lengths.max()) + 2 and len(set(found.lengths.tolist())) > 1


BLACK = [{"kind": "picture", "image": "0" * 64}]
REFUSALS: list[tuple[dict[str, Any], str, str]] = [
    (of_network("conv9", 0), "no-such-layer", "source.layer"),
    (of_network("input", 0, network="vgg"), "no-such-network", "source.network"),
    (
        of_network("block2.expand_conv", *range(64), network="efficientnet_lite0"),
        "too-much-work",
        "source.batch",
    ),
    ({**TOKENS, "layer": "flatten"}, "no-maps", "source.layer"),
    ({**TOKENS, "layer": "pool3"}, "wrong-kind", "source.layer"),
    ({**TOKENS, "network": "lenet", "layer": "conv2.conv"}, "wrong-kind", "source.layer"),
    ({**TOKENS, "keep": "content", "batch": BLACK}, "missing", "source.batch"),
    ({"kind": "grid", "values": [[[[1, 2]]], [[[1, 2]], [[1, 2]]]]}, "ragged", "source.values.1"),
    ({"kind": "grid", "values": [[[[1, 2]], [[1]]]]}, "ragged", "source.values.0"),
    ({"kind": "grid", "values": [[[[1, 2]]], [[[1, 2], [3, 4]]]]}, "ragged", "source.values.1"),
]


@pytest.mark.parametrize(("source", "code", "field"), REFUSALS)
def test_what_cannot_be_is_named(source: dict[str, Any], code: str, field: str) -> None:
    black = torch.full((1, 1, 28, 28), -0.286 / 0.353) if source.get("batch") == BLACK else None
    with pytest.raises(Refused) as refused:
        given(SOURCES.validate_python(source), black)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_tokens_of_maps_of_whatever_size_part_the_picture() -> None:
    for layer, side in (("conv1.conv", 28), ("pool1", 14), ("conv3.norm", 14), ("pool2", 7)):
        found = tensor_of({**TOKENS, "layer": layer, "keep": "content"})
        assert found.lengths is not None and int(found.lengths.max()) <= side**2
        if side == 28:
            assert found.lengths.tolist() == heldout.held_out().images[:4].gt(0).sum((1, 2)).tolist()
