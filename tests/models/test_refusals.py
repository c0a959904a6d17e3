"""What does not fit is refused before anything is computed, with the field and what is needed to put it right."""

from dataclasses import replace
from typing import Any

import pytest
import torch
from pydantic import ValidationError

from models.errors import Refused
from models.interventions import MAX_MULTIPLY_ADDS, apply
from models.layers.convolution import Padding
from models.network import Network
from models.recorder import run
from tests.models.nets import INTERVENTIONS, parsed, pictures, small, untrained

Change = dict[str, Any]


def network(name: str) -> Network:
    return (small() if name == "small" else untrained(name))[1]


REFUSED: list[tuple[str, list[Change], str, str, list[str]]] = [
    # Layers
    ("small", [{"kind": "conv", "layer": "nowhere"}], "no-such-layer", "0.layer", ["nowhere"]),
    ("small", [{"kind": "channels", "layer": "input", "channels": [0]}], "no-such-layer", "0.layer", []),
    ("small", [{"kind": "conv", "layer": "norm1"}], "wrong-kind", "0.layer", ["norm1", "norm"]),
    ("small", [{"kind": "kernel_preset", "layer": "head", "out": 0, "preset": "box"}], "wrong-kind", "0.layer", []),
    ("small", [{"kind": "kernel", "layer": "act1", "out": 0, "values": [[1]]}], "wrong-kind", "0.layer", []),
    ("small", [{"kind": "normalization", "layer": "conv1"}], "wrong-kind", "0.layer", ["conv1"]),
    ("small", [{"kind": "dropout", "layer": "act1"}], "wrong-kind", "0.layer", ["act1"]),
    ("small", [{"kind": "activation", "layer": "pool1", "function": "gelu"}], "wrong-kind", "0.layer", ["pool"]),
    ("small", [{"kind": "pooling", "layer": "act1", "method": "avg"}], "wrong-kind", "0.layer", ["activation"]),
    ("mlp", [{"kind": "conv", "layer": "head", "stride": [2, 2]}], "wrong-kind", "0.layer", ["head", "linear"]),
    # Indices
    ("small", [{"kind": "kernel_preset", "layer": "conv1", "out": 6, "preset": "box"}], "out-of-range", "0.out", ["6"]),
    (
        "small",
        [{"kind": "kernel_preset", "layer": "conv1", "out": 0, "in": 2, "preset": "box"}],
        "out-of-range",
        "0.in",
        ["2"],
    ),
    (
        "small",
        [{"kind": "kernel", "layer": "conv2", "out": 0, "in": 3, "values": [[0] * 3] * 3}],
        "out-of-range",
        "0.in",
        ["3"],
    ),
    ("small", [{"kind": "channels", "layer": "head", "channels": [0, 4]}], "out-of-range", "0.channels", ["4"]),
    (
        "small",
        [
            {"kind": "channels", "layer": "act1", "channels": [5]},
            {"kind": "channels", "layer": "act1", "channels": [6]},
        ],
        "out-of-range",
        "1.channels",
        ["act1"],
    ),
    # Sizes
    ("small", [{"kind": "kernel", "layer": "conv1", "out": 0, "values": [[0] * 3] * 2}], "wrong-size", "0.values", ["3×3"]),
    ("small", [{"kind": "kernel", "layer": "conv1", "out": 0, "values": [[0] * 4] * 3}], "wrong-size", "0.values", ["3×3"]),
    ("small", [{"kind": "kernel", "layer": "conv1", "out": 0, "values": []}], "wrong-size", "0.values", ["3×3"]),
    (
        "efficientnet_lite0",
        [{"kind": "kernel_preset", "layer": "block2.expand_conv", "out": 0, "preset": "sobel_x"}],
        "preset-too-large",
        "0.preset",
        ["1×1"],
    ),
    # Normalisation
    ("small", [{"kind": "normalization", "layer": "norm2", "statistics": "batch"}], "no-effect", "0.statistics", ["group"]),
    (
        "small",
        [{"kind": "normalization", "layer": "norm1", "method": "layer", "statistics": "running"}],
        "no-effect",
        "0.statistics",
        ["layer"],
    ),
    ("small", [{"kind": "normalization", "layer": "norm1", "groups": 2}], "no-effect", "0.groups", ["batch"]),
    (
        "tiny_vgg_layer",
        [{"kind": "normalization", "layer": "conv1.norm", "method": "batch", "statistics": "running"}],
        "no-running-statistics",
        "0.statistics",
        ["conv1.norm"],
    ),
    (
        "small",
        [{"kind": "normalization", "layer": "norm1", "method": "group", "groups": 4}],
        "groups",
        "0.groups",
        ["6 channels"],
    ),
    (
        "small",
        [{"kind": "normalization", "layer": "norm1", "method": "group", "groups": 12}],
        "groups",
        "0.groups",
        [],
    ),
    (
        "tiny_vgg_batch",
        [
            {"kind": "conv", "layer": "conv5.conv", "stride": [7, 7]},
            {"kind": "normalization", "layer": "conv5.norm", "statistics": "batch"},
        ],
        "one-value",
        "",
        ["conv5.norm"],
    ),
    (
        "tiny_vgg_batch",
        [
            {"kind": "conv", "layer": "conv5.conv", "stride": [7, 7]},
            {"kind": "normalization", "layer": "conv6.norm", "method": "instance"},
        ],
        "one-value",
        "",
        ["conv6.norm"],
    ),
    (
        "tiny_vgg_batch",
        [
            {"kind": "conv", "layer": "conv5.conv", "stride": [7, 7]},
            {"kind": "normalization", "layer": "conv6.norm", "method": "group", "groups": 96},
        ],
        "one-value",
        "",
        ["conv6.norm"],
    ),
    # Shapes
    (
        "lenet",
        [{"kind": "conv", "layer": "conv1.conv", "stride": [2, 2]}],
        "shapes-differ",
        "",
        ["dense1.linear", "400", "16"],
    ),
    (
        "lenet",
        [{"kind": "conv", "layer": "conv2.conv", "padding": "same"}],
        "shapes-differ",
        "",
        ["dense1.linear", "400", "784"],
    ),
    (
        "mini_resnet",
        [{"kind": "conv", "layer": "block2.conv1", "stride": [2, 2]}],
        "shapes-differ",
        "",
        ["block2.add", "16×14×14", "16×28×28"],
    ),
    (
        "efficientnet_lite0",
        [{"kind": "conv", "layer": "block3.depth_conv", "stride": [2, 1]}],
        "shapes-differ",
        "",
        ["block3.add", "24×28×56", "24×56×56"],
    ),
    (
        "small",
        [{"kind": "conv", "layer": "conv2", "padding": "valid"}],
        "shapes-differ",
        "",
        ["add", "6×4×3", "6×6×5"],
    ),
    # Windows
    (
        "small",
        [{"kind": "conv", "layer": "conv1", "padding": [12, 0, 0, 0], "padding_mode": "reflect"}],
        "padding-too-large",
        "0.padding",
        ["conv1", "12×10", "reflect", "11 rows", "9 columns"],
    ),
    (
        "small",
        [
            {"kind": "activation", "layer": "act1", "function": "gelu"},
            {"kind": "conv", "layer": "conv1", "padding": [0, 0, 0, 11], "padding_mode": "circular"},
        ],
        "padding-too-large",
        "1.padding",
        ["conv1", "10 columns"],
    ),
    (
        "small",
        [{"kind": "conv", "layer": "conv1", "padding": "same", "padding_mode": "reflect", "dilation": [12, 1]}],
        "padding-too-large",
        "0.padding",
        ["11 rows"],
    ),
    (
        "small",
        [{"kind": "conv", "layer": "conv1", "dilation": [7, 1]}],
        "kernel-too-large",
        "0",
        ["conv1", "15×3", "14×12"],
    ),
    (
        "small",
        [
            {"kind": "conv", "layer": "conv1", "stride": [12, 1]},
            {"kind": "channels", "layer": "pool1", "channels": [0]},
        ],
        "kernel-too-large",
        "",
        ["pool1", "2×2", "1×10"],
    ),
    # Work
    (
        "efficientnet_lite0",
        [{"kind": "conv", "layer": layer, "padding": [64] * 4} for layer in ("stem.conv", "block1.depth_conv")]
        + [
            {"kind": "conv", "layer": f"block{i}.depth_conv", "stride": [1, 1], "padding": [64] * 4}
            for i in (2, 4, 6, 12)
        ],
        "too-much-work",
        "",
        ["multiply-adds", "fewer images"],
    ),
    (
        "efficientnet_lite0",
        [{"kind": "conv", "layer": "block2.depth_conv", "dilation": [1024, 1024]}],
        "too-much-work",
        "",
        ["block2.depth_conv", "96×2159×2159"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "changes", "code", "field", "words"),
    REFUSED,
    ids=[
        f"{code}-{name}-{changes[-1]['layer']}-{i}" for i, (name, changes, code, _, _) in enumerate(REFUSED)
    ],
)
def test_refusals_name_the_field_and_the_numbers(
    name: str, changes: list[Change], code: str, field: str, words: list[str]
) -> None:
    net = network(name)

    def never(*_: object, **__: object) -> torch.Tensor:
        raise AssertionError("computed before it was checked")

    untouchable = replace(
        net, steps={key: replace(step, function=never, fold=None) for key, step in net.steps.items()}
    )
    with pytest.raises(Refused) as refusal:
        run(untouchable, pictures(net), parsed(*changes))
    assert refusal.value.code == code
    assert refusal.value.field == f"interventions.{field}".rstrip(".")
    for word in words:
        assert word in refusal.value.detail
    assert str(refusal.value) == refusal.value.detail


INVALID: list[Change] = [
    {"kind": "magic", "layer": "conv1"},
    {"layer": "conv1"},
    {"kind": "conv"},
    {"kind": "conv", "layer": "conv1", "strides": [1, 1]},
    {"kind": "conv", "layer": "conv1", "stride": [0, 1]},
    {"kind": "conv", "layer": "conv1", "stride": [1]},
    {"kind": "conv", "layer": "conv1", "stride": [1, 1025]},
    {"kind": "conv", "layer": "conv1", "stride": [1.5, 1]},
    {"kind": "conv", "layer": "conv1", "dilation": [1, -1]},
    {"kind": "conv", "layer": "conv1", "dilation": [10**30, 1]},
    {"kind": "conv", "layer": "conv1", "padding": [0, 0, 0, 65]},
    {"kind": "conv", "layer": "conv1", "padding": [0, 0, 0, -1]},
    {"kind": "conv", "layer": "conv1", "padding": [1, 1]},
    {"kind": "conv", "layer": "conv1", "padding": "full"},
    {"kind": "conv", "layer": "conv1", "padding_mode": "mirror"},
    {"kind": "conv", "layer": "x" * 81},
    {"kind": "kernel", "layer": "conv1", "out": -1, "in": 0, "values": [[0] * 3] * 3},
    {"kind": "kernel", "layer": "conv1", "out": 0, "in": -1, "values": [[0] * 3] * 3},
    {"kind": "kernel", "layer": "conv1", "out": 0, "in_": 0, "values": [[0] * 3] * 3},
    {"kind": "kernel", "layer": "conv1", "out": 0, "values": [[0] * 3] * 65},
    {"kind": "kernel", "layer": "conv1", "out": 0, "values": [[1.1e6] * 3] * 3},
    {"kind": "kernel", "layer": "conv1", "out": 0},
    {"kind": "kernel_preset", "layer": "conv1", "out": 0, "preset": "blur"},
    {"kind": "channels", "layer": "conv1", "channels": []},
    {"kind": "channels", "layer": "conv1", "channels": [-1]},
    {"kind": "channels", "layer": "conv1", "channels": [0] * 4097},
    {"kind": "channels", "layer": "conv1", "channels": [0], "scale": 1001},
    {"kind": "normalization", "layer": "norm1", "method": "spectral"},
    {"kind": "normalization", "layer": "norm1", "statistics": "moving"},
    {"kind": "normalization", "layer": "norm1", "method": "group", "groups": 0},
    {"kind": "dropout", "layer": "drop", "p": 1.01},
    {"kind": "dropout", "layer": "drop", "p": -0.01},
    {"kind": "dropout", "layer": "drop", "p": float("nan")},
    {"kind": "dropout", "layer": "drop", "variant": "pixel"},
    {"kind": "dropout", "layer": "drop", "seed": -1},
    {"kind": "dropout", "layer": "drop", "seed": 2**48},
    {"kind": "activation", "layer": "act1", "function": "tanh"},
    {"kind": "activation", "layer": "act1"},
    {"kind": "pooling", "layer": "pool1", "method": "min"},
]


@pytest.mark.parametrize("change", INVALID, ids=lambda change: "-".join(map(str, change.values()))[:50])
def test_what_no_network_could_take_is_no_intervention(change: Change) -> None:
    with pytest.raises(ValidationError):
        INTERVENTIONS.validate_python([change])


def test_the_limits_themselves_are_allowed() -> None:
    parsed(
        {
            "kind": "conv",
            "layer": "conv1",
            "stride": [1024, 1024],
            "padding": [64] * 4,
            "dilation": [1024, 1],
        },
        {"kind": "kernel", "layer": "conv1", "out": 0, "values": [[1e6, -1e6]]},
        {"kind": "channels", "layer": "conv1", "channels": list(range(4096)), "scale": -1000},
        {"kind": "dropout", "layer": "drop", "p": 1, "seed": 2**48 - 1},
    )


def test_a_batch_gives_statistics_where_one_picture_has_too_few_values() -> None:
    net = network("tiny_vgg_batch")
    changes = parsed(
        {"kind": "conv", "layer": "conv5.conv", "stride": [7, 7]},
        {"kind": "normalization", "layer": "conv5.norm", "statistics": "batch"},
    )
    assert run(net, pictures(net, 2), changes).activations[net.output].isfinite().all()


@pytest.mark.parametrize("name", ["efficientnet_lite0", "mini_resnet"])
def test_sixty_four_pictures_as_trained_are_allowed(name: str) -> None:
    apply(network(name), (), 64)


def test_the_limit_of_work_counts_pictures() -> None:
    net = network("efficientnet_lite0")
    changes = parsed({"kind": "conv", "layer": "stem.conv", "stride": [1, 1]})
    assert MAX_MULTIPLY_ADDS == 40_000_000_000
    apply(net, changes, 16)
    with pytest.raises(Refused, match="multiply-adds"):
        apply(net, changes, 64)


@pytest.mark.parametrize("padding", ["same", (64, 64, 64, 64)])
def test_one_layers_numbers_are_limited_padding_included(padding: Padding) -> None:
    net = network("tiny_vgg_none")
    change = {"kind": "conv", "layer": "conv2.conv", "padding": padding, "dilation": [1024, 1024]}
    if padding == "same":
        apply(net, parsed(change), 1)
        with pytest.raises(Refused, match=r"conv2.conv would hold 64 × 24×2076×2076"):
            apply(net, parsed(change), 64)
    else:
        with pytest.raises(Refused, match="2049×2049"):
            apply(net, parsed(change), 1)


def test_a_refusal_can_be_seen_from_further_out() -> None:
    refused = Refused("groups", "no", "groups")
    assert refused.within("interventions.3").field == "interventions.3.groups"
    assert Refused("groups", "no").within("interventions.3").field == "interventions.3"
