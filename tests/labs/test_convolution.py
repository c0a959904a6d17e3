"""The convolution lab against PyTorch's own layers, TensorFlow's published rule and counts by brute force."""

from math import prod
from typing import Any

import orjson
import pytest
import torch
import torch.nn.functional as F
from fastapi.testclient import TestClient
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from app.engine import written as as_json
from models.errors import Refused
from models.labs.convolution import EXAMPLES, ConvolutionParams, ConvolutionResult, pictures, run
from models.networks.weights import load_network
from models.pictures import Fitted
from models.tensors import Encoding, decode
from tests.labs.questions import (
    MODES,
    Question,
    convolved,
    followed,
    padded,
    questions,
    sides_of,
    transposed,
)
from tests.models.nets import close, examples

LIMIT = 32 << 20
IMAGE = "0" * 64
ALL = ["input", "padded", "kernels", "convolved", "output", "partial", "coverage"]
SOBEL = {"kind": "preset", "preset": "sobel_x", "size": [3, 3]}


def grid(*shape: int) -> dict[str, Any]:
    """An input of random numbers."""
    values = torch.randn(*shape, generator=torch.Generator().manual_seed(0))
    return {"kind": "grid", "values": values.tolist()}


def asked(
    body: dict[str, Any], picture: Tensor | None = None, encoding: Encoding = "float32", limit: int = LIMIT
) -> ConvolutionResult:
    return run(ConvolutionParams.model_validate(body), picture, encoding, limit)


def tensor(result: ConvolutionResult, name: str) -> Tensor:
    found = getattr(result, name)
    assert found is not None, name
    return decode(found)


def answer_or_none(question: Question, theirs: Any) -> ConvolutionResult | None:
    """Our answer; None where both we and PyTorch refuse."""
    try:
        expected = followed(question, theirs(question))
        expected = expected if expected.numel() else None  # an empty map, which PyTorch gives, is none
    except (RuntimeError, ValueError):
        expected = None
    try:
        result = asked({**question.body, "record": ALL})
    except Refused as refused:
        assert expected is None, f"PyTorch can do what we refuse: {refused.detail}"
        return None
    assert expected is not None, "PyTorch refuses what we answer"
    return result


def check_maps(question: Question, result: ConvolutionResult, expected: Tensor) -> None:
    """Every tensor of the answer, the shapes and the ranges."""
    ours = tensor(result, "convolved")
    assert close(ours, expected)
    assert torch.equal(tensor(result, "input"), question.x)
    assert torch.equal(tensor(result, "kernels"), question.slid)
    assert result.biases == question.bias.tolist()
    output = followed(question, ours)
    if question.settings["relu"] or question.settings["pooling"]:
        assert torch.equal(tensor(result, "output"), output)
    else:
        assert result.output is None
    shape = result.shape
    assert (shape.input, shape.convolved, shape.output) == (
        list(question.x.shape),
        list(ours.shape),
        list(output.shape),
    )
    for name, (lo, hi) in result.range.items():
        assert (lo, hi) == (float(tensor(result, name).min()), float(tensor(result, name).max()))
    partial = tensor(result, "partial")
    assert len(partial) == question.weight.shape[1]
    assert close(partial.sum(0) + question.bias[0], ours[0])


def check_axes(question: Question, result: ConvolutionResult) -> None:
    """The numbers of each axis agree with one another and with the shapes."""
    for i, axis in enumerate(result.axes):
        assert axis.size == question.x.shape[1 + i] and axis.kernel_size == question.weight.shape[2 + i]
        assert (axis.stride, axis.dilation) == tuple(question.settings[n][i] for n in ("stride", "dilation"))
        assert axis.effective == axis.dilation * (axis.kernel_size - 1) + 1
        assert axis.output == result.shape.convolved[1 + i]
        pooled, pooling = axis.pooled, question.settings["pooling"]
        assert (pooled is None) == (pooling is None)
        if pooled:
            assert pooled.size == axis.output and pooled.output == result.shape.output[1 + i]
            reach = (pooled.output - 1) * pooled.stride + pooled.kernel_size
            assert reach + pooled.remainder == pooled.size + pooled.after
            assert pooling["ceil_mode"] or pooled.after == 0


@examples(250)
@given(questions())
def test_every_convolution_is_pytorchs(question: Question) -> None:
    result = answer_or_none(question, convolved)
    if result is None:
        return
    check_maps(question, result, convolved(question))
    check_axes(question, result)
    for axis in result.axes:
        padded_size = axis.size + axis.before + axis.after
        assert padded_size == (axis.output - 1) * axis.stride + axis.effective + axis.remainder
        assert 0 <= axis.remainder < axis.stride
    if question.settings["padding"] != "same_pytorch":
        sides = sides_of(question)
        assert sides == tuple(side for axis in result.axes for side in (axis.before, axis.after))
        mode = question.settings["padding_mode"]
        assert torch.equal(tensor(result, "padded"), padded(question.x, sides, mode))
    if question.settings["padding"] == "same_tensorflow":
        assert [axis.output for axis in result.axes] == [-(-axis.size // axis.stride) for axis in result.axes]


@examples(200)
@given(questions(transposed=True))
def test_every_transposed_convolution_is_pytorchs(question: Question) -> None:
    result = answer_or_none(question, transposed)
    if result is None:
        return
    check_maps(question, result, transposed(question))
    check_axes(question, result)
    assert result.padded is None
    for axis in result.axes:
        whole = (axis.size - 1) * axis.stride + axis.effective + axis.output_padding
        assert axis.output == whole - axis.before - axis.after and axis.remainder == 0
    if question.settings["padding"] == "same_tensorflow":
        assert [axis.output for axis in result.axes] == [axis.size * axis.stride for axis in result.axes]


@examples(150)
@given(questions() | questions(transposed=True), st.data())
def test_the_terms_of_an_element_add_up_to_it(question: Question, data: st.DataObject) -> None:
    try:
        shape = asked({**question.body, "record": []}).shape.convolved
    except Refused:
        assume(False)
    channel, y, x = (data.draw(st.integers(0, size - 1)) for size in shape)
    at = {"channel": channel, "y": y, "x": x}
    result = asked({**question.body, "record": ["convolved", "partial"], "at": at})
    window = result.window
    assert window is not None and (window.channel, window.y, window.x) == (channel, y, x)
    terms = len(window.channels), len(window.rows), len(window.columns)
    inputs, weights, products = (
        torch.tensor(part, dtype=torch.float64).reshape(terms)
        for part in (window.inputs, window.weights, window.products)
    )
    assert torch.equal(inputs * weights, products)
    assert torch.allclose(products.sum((1, 2)), torch.tensor(window.channel_sums, dtype=torch.float64))
    assert window.bias == float(question.bias[channel])
    assert window.sum == pytest.approx(sum(window.channel_sums) + window.bias)
    tolerance = 1e-5 * max(1.0, float(products.abs().sum()))
    assert window.value == float(tensor(result, "convolved")[channel, y, x])
    assert window.value == pytest.approx(window.sum, abs=tolerance)
    assert window.after_relu == (max(window.value, 0) if question.settings["relu"] else None)
    partial = tensor(result, "partial")
    assert partial[:, y, x].tolist() == pytest.approx(window.channel_sums, abs=tolerance)

    depth = question.weight.shape[1]
    group = channel // (len(question.weight) // question.settings["groups"])
    assert window.channels == list(range(group * depth, group * depth + depth))
    for number, each in enumerate(window.channels):
        for i, (row, cell_row) in enumerate(zip(window.sources.rows, window.cells.rows, strict=True)):
            for j, (column, cell) in enumerate(
                zip(window.sources.columns, window.cells.columns, strict=True)
            ):
                outside = row is None or column is None
                assert window.inputs[number][i][j] == (0 if outside else float(question.x[each, row, column]))
                assert window.weights[number][i][j] == float(question.slid[channel, number, cell_row, cell])
    for axis, under, found in (
        (0, window.rows, window.sources.rows),
        (1, window.columns, window.sources.columns),
    ):
        inside = [i for i in under if 0 <= i < question.x.shape[1 + axis]]
        assert inside == [s for i, s in zip(under, found, strict=True) if i == s]


@examples(80)
@given(questions(largest=7))
def test_coverage_counts_the_outputs_that_see_a_pixel(question: Question) -> None:
    try:
        result = asked({**question.body, "record": ["coverage", "padded"]})
    except Refused:
        assume(False)
    height, width = question.x.shape[1:]
    numbered = torch.arange(1.0, height * width + 1).view(1, height, width)
    sides = tuple(side for axis in result.axes for side in (axis.before, axis.after))
    around = padded(numbered, sides, question.settings["padding_mode"])[0]  # type: ignore[arg-type]
    counts = torch.zeros(height * width + 1)
    rows, columns = result.axes
    for y in range(rows.output):
        for x in range(columns.output):
            seen = {
                int(around[y * rows.stride + i * rows.dilation, x * columns.stride + j * columns.dilation])
                for i in range(rows.kernel_size)
                for j in range(columns.kernel_size)
            }
            counts[list(seen)] += 1
    assert torch.equal(tensor(result, "coverage"), counts[1:].view(1, height, width))


@examples(60)
@given(questions(transposed=True, largest=7))
def test_transposed_coverage_counts_the_inputs_of_an_output(question: Question) -> None:
    settings = {**question.settings, "groups": 1, "flip": False}
    ones = Question(
        torch.ones(1, *question.x.shape[1:]),
        torch.ones(1, 1, *question.weight.shape[2:]),
        torch.zeros(1),
        settings,
    )
    try:
        result = asked({**ones.body, "record": ["coverage"]})
    except Refused:
        assume(False)
    assert close(tensor(result, "coverage"), transposed(ones))


def test_a_3x3_kernel_with_same_padding_uses_a_corner_4_an_edge_6_and_the_middle_9_times() -> None:
    result = asked(
        {
            "input": grid(1, 4, 5),
            "kernels": [SOBEL],
            "padding": "same_pytorch",
            "record": ["coverage"],
        }
    )
    assert tensor(result, "coverage").tolist() == [
        [[4, 6, 6, 6, 4], [6, 9, 9, 9, 6], [6, 9, 9, 9, 6], [4, 6, 6, 6, 4]]
    ]


@examples(60)
@given(questions() | questions(transposed=True))
def test_counts_are_those_of_pytorchs_layers(question: Question) -> None:
    try:
        result = asked({**question.body, "record": []})
    except Refused:
        assume(False)
    theirs = transposed if question.settings.get("mode") == "transposed" else convolved
    counts = result.counts
    parameters = question.weight.numel() + question.bias.numel()
    assert counts.convolution.parameters == parameters
    inputs, outputs = question.x.numel(), prod(result.shape.convolved)
    assert (counts.outputs, counts.bytes) == (outputs, 4 * outputs)
    dense = torch.nn.Linear(inputs, outputs)
    assert counts.dense.parameters == sum(p.numel() for p in dense.parameters())
    assert counts.dense.multiply_adds == dense.weight.numel()
    if question.settings["padding"] != "same_tensorflow":
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            theirs(question)
        assert 2 * counts.convolution.multiply_adds == counter.get_total_flops()
    assert counts.locally_connected.multiply_adds == counts.convolution.multiply_adds
    assert counts.locally_connected.parameters == counts.convolution.multiply_adds + outputs


PICTURE = torch.rand(3, 20, 30, generator=torch.Generator().manual_seed(1))
OF_PICTURE = {"kind": "picture", "image": IMAGE, "size": 30}


def test_a_picture_may_be_cut_and_made_grey() -> None:
    crop = {"top": 4, "left": 3, "height": 16, "width": 27}
    for colour, expected in (
        ("rgb", PICTURE[:, 4:, 3:]),
        ("grey", (PICTURE[:, 4:, 3:] * torch.tensor([0.299, 0.587, 0.114])[:, None, None]).sum(0)[None]),
    ):
        body = {
            "input": {**OF_PICTURE, "colour": colour, "crop": crop},
            "kernels": [SOBEL],
            "record": ["input"],
        }
        assert pictures(ConvolutionParams.model_validate(body)) == Fitted(IMAGE, 30, "input.image")
        assert close(tensor(asked(body, PICTURE), "input"), expected, 1e-6)
    assert pictures(ConvolutionParams.model_validate({"input": grid(1, 5, 5), "kernels": [SOBEL]})) is None


def test_a_preset_answers_grey_in_colour_as_its_plane_answers_grey() -> None:
    plane = torch.rand(1, 9, 9)
    bodies = [
        {"input": {"kind": "grid", "values": x.tolist()}, "kernels": [SOBEL]}
        for x in (plane, plane.expand(3, 9, 9))
    ]
    first, second = (tensor(asked(body), "convolved") for body in bodies)
    assert close(first, second)


@pytest.mark.parametrize(
    ("network", "layer", "channel"),
    [("efficientnet_lite0", "stem.conv", 3), ("tiny_vgg_batch", "conv1.conv", 5), ("lenet", "conv1.conv", 0)],
)
def test_trained_kernels_fit_any_depth(network: str, layer: str, channel: int) -> None:
    weight = load_network(network).network.steps[layer].arguments["weight"][channel]
    for depth in (1, 2, 3):
        body = {
            "input": grid(depth, 8, 8),
            "kernels": [{"kind": "network", "network": network, "layer": layer, "channel": channel}],
            "record": ["kernels"],
        }
        expected = weight if len(weight) == depth else weight.mean(0).expand(depth, -1, -1) / depth
        assert close(tensor(asked(body), "kernels")[0], expected, 1e-6)


def test_transforms_are_applied_in_order_and_the_flip_comes_last() -> None:
    values = [[[1.0, 2, 4], [0, 0, 1]]]
    body = {
        "input": grid(1, 8, 8),
        "kernels": [{"kind": "values", "values": values, "transforms": ["rotate", "normalise"]}],
        "record": ["kernels"],
    }
    turned = torch.tensor(values).rot90(1, (1, 2)) / 8
    assert torch.equal(tensor(asked(body), "kernels")[0], turned)
    assert torch.equal(tensor(asked({**body, "flip": True}), "kernels")[0], turned.flip(1, 2))


def test_the_example_is_answered() -> None:
    for body in EXAMPLES:
        assert asked(body, encoding="list").window is not None


def test_a_run_changes_neither_picture_nor_networks() -> None:
    before = PICTURE.clone()
    stem = load_network("efficientnet_lite0").network.steps["stem.conv"].arguments["weight"]
    stem_before = stem.clone()
    trained = {"kind": "network", "network": "efficientnet_lite0", "layer": "stem.conv", "channel": 0}
    body = {"input": OF_PICTURE, "kernels": [{**trained, "transforms": ["negate", "normalise"]}]}
    asked({**body, "flip": True, "relu": True, "record": ALL}, PICTURE)
    assert torch.equal(PICTURE, before) and torch.equal(stem, stem_before)


def of(size: int = 5, **settings: Any) -> dict[str, Any]:
    return {"input": grid(1, size, size), "kernels": [SOBEL], **settings}


def values(*shape: int) -> dict[str, Any]:
    return {"kind": "values", "values": torch.zeros(*shape).tolist()}


TRAINED = {"kind": "network", "network": "lenet", "layer": "conv1.conv", "channel": 0}
POOL = {"kind": "max", "kernel_size": [2, 2], "stride": [2, 2]}
REFUSED: list[tuple[dict[str, Any], str, str, list[str]]] = [
    (of(kernels=[values(1, 7, 3)]), "kernel-too-large", "kernels", ["7 rows", "only 5"]),
    (of(kernels=[values(1, 1, 6)]), "kernel-too-large", "kernels", ["6 columns", "only 5"]),
    (of(dilation=[3, 1], padding=[1, 0, 0, 0]), "kernel-too-large", "kernels", ["7 rows", "only 6"]),
    (of(padding=[5, 0, 0, 0], padding_mode="reflect"), "padding-too-large", "padding", ["5 rows", "at most 4", "not 5"]),
    (of(padding=[0, 0, 0, 6], padding_mode="circular"), "padding-too-large", "padding", ["5 columns", "not 6"]),
    (of(1, padding="full", padding_mode="reflect"), "padding-too-large", "padding", ["1 row,", "at most 0"]),
    (of(padding="same_pytorch", stride=[1, 2]), "same-with-stride", "padding", ["stride", "2"]),
    (of(groups=2), "groups", "groups", ["2 groups", "1 input channel;"]),
    ({**of(), "input": grid(2, 5, 5), "groups": 2}, "groups", "groups", ["2 groups", "1 kernel;"]),
    (of(kernels=[values(2, 3, 3)]), "kernel-depth", "kernels.0.values", ["Kernel 1", "2 deep", "1 of"]),
    ({**of(), "input": grid(2, 5, 5), "groups": 2, "kernels": [values(1, 3, 3), values(2, 3, 3)]}, "kernel-depth", "kernels.1.values", ["Kernel 2"]),
    (of(kernels=[SOBEL, values(1, 3, 2)]), "kernels-differ", "kernels.1", ["Kernel 2", "3×2", "3×3"]),
    (of(kernels=[{**SOBEL, "size": [3, 1]}]), "preset-too-large", "kernels.0.preset", ["3×1", "1×2"]),
    (of(kernels=[{**TRAINED, "network": "vgg"}]), "no-such-network", "kernels.0.network", ["lenet"]),
    (of(kernels=[{**TRAINED, "layer": "conv9"}]), "no-such-layer", "kernels.0.layer", ["conv9"]),
    (of(kernels=[{**TRAINED, "layer": "conv2.conv"}]), "wrong-kind", "kernels.0.layer", ["conv2.conv"]),
    (of(kernels=[{**TRAINED, "network": "mlp", "layer": "flatten"}]), "wrong-kind", "kernels.0.layer", ["flatten"]),
    (of(kernels=[{**TRAINED, "channel": 6}]), "out-of-range", "kernels.0.channel", ["6 kernels"]),
    (of(kernels=[{"kind": "values", "values": [[[1, 2], [3]]]}]), "ragged", "kernels.0.values", ["2 rows of 2"]),
    (of(input={"kind": "grid", "values": [[[1, 2], [3, 4]], [[1, 2]]]}), "ragged", "input.values", ["2 rows of 2"]),
    (of(pooling={**POOL, "kernel_size": [4, 2]}), "pooling-too-large", "pooling.kernel_size", ["4 rows", "only 3"]),
    (of(pooling={**POOL, "kernel_size": [2, 9], "ceil_mode": True}), "pooling-too-large", "pooling.kernel_size", ["9 columns", "only 3"]),
    (of(at={"channel": 1, "y": 0, "x": 0}), "out-of-range", "at.channel", ["1×3×3"]),
    (of(at={"channel": 0, "y": 3, "x": 0}), "out-of-range", "at.y", ["1×3×3"]),
    (of(at={"channel": 0, "y": 0, "x": 10**30}), "out-of-range", "at.x", ["1×3×3"]),
    (of(output_padding=[1, 0]), "no-effect", "output_padding", ["transposed"]),
    (of(mode="transposed", padding="full"), "not-transposed", "padding", ["full"]),
    (of(mode="transposed", padding=[1, 0, 0, 0]), "not-transposed", "padding", ["1 and 0"]),
    (of(mode="transposed", padding_mode="reflect"), "not-transposed", "padding_mode", ["zeros"]),
    (of(mode="transposed", stride=[2, 2], output_padding=[0, 2]), "output-padding", "output_padding", ["2 columns", "stride, 2"]),
    (of(mode="transposed", padding="same_tensorflow", stride=[2, 2], output_padding=[0, 1]), "no-effect", "output_padding", []),
    (of(mode="transposed", padding=[4, 4, 0, 0]), "padding-too-large", "padding", ["8 rows", "only 7"]),
]  # fmt: skip


@pytest.mark.parametrize(("body", "code", "field", "words"), REFUSED)
def test_what_cannot_be_is_refused_by_name(
    body: dict[str, Any], code: str, field: str, words: list[str]
) -> None:
    with pytest.raises(Refused) as refusal:
        asked(body)
    assert (refusal.value.code, refusal.value.field) == (code, field)
    for word in words:
        assert word in refusal.value.detail, refusal.value.detail


def test_refusals_over_http_are_problems(client: TestClient) -> None:
    assert client.post("/api/labs/convolution", json=EXAMPLES[0]).status_code == 200
    for body, code, field, _ in REFUSED:
        answer = client.post("/api/labs/convolution?tensors=float32", json=body)
        assert answer.status_code == 422 and answer.headers["content-type"] == "application/problem+json"
        assert (answer.json()["code"], answer.json()["field"]) == (code, field)


def of_picture(**settings: Any) -> dict[str, Any]:
    return {"input": {**OF_PICTURE, "size": 512}, "kernels": [SOBEL], **settings}


@pytest.mark.parametrize(
    ("body", "encoding", "limit", "code", "field"),
    [
        (of_picture(mode="transposed", stride=[64, 64]), "uint8", LIMIT, "too-much-work", "input"),
        (of_picture(mode="transposed", kernels=[values(3, 11, 11)] * 8), "uint8", LIMIT, "too-much-work", "input"),
        (of_picture(mode="transposed", stride=[7, 7]), "float32", LIMIT, "answer-too-large", "record"),
        (of_picture(kernels=[SOBEL] * 8), "list", LIMIT, "too-many-numbers", "tensors"),
        (of_picture(), "uint8", 1000, "answer-too-large", "record"),
        ({**of_picture(), "input": {**OF_PICTURE, "crop": {"top": 500, "left": 0, "height": 13, "width": 1}}}, "uint8", LIMIT, "out-of-range", "input.crop.height"),
        ({**of_picture(), "input": {**OF_PICTURE, "crop": {"top": 0, "left": 1, "height": 1, "width": 512}}}, "uint8", LIMIT, "out-of-range", "input.crop.width"),
    ],
)  # fmt: skip
def test_what_is_too_much_is_refused(
    body: dict[str, Any], encoding: Encoding, limit: int, code: str, field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        asked(body, torch.zeros(3, 512, 512), encoding, limit)
    assert (refusal.value.code, refusal.value.field) == (code, field)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"stride": [10**9, 1]}, "stride"),
        ({"stride": [0, 1]}, "stride"),
        ({"dilation": [1, 17]}, "dilation"),
        ({"groups": 0}, "groups"),
        ({"padding": [0, 0, 0, -1]}, "padding"),
        ({"padding": "same"}, "padding"),
        ({"kernels": []}, "kernels"),
        ({"kernels": [SOBEL] * 9}, "kernels"),
        ({"kernels": [{**SOBEL, "size": [12, 3]}]}, "kernels"),
        ({"kernels": [{**SOBEL, "sigma": 0}]}, "kernels"),
        ({"kernels": [{**SOBEL, "bias": float("nan")}]}, "kernels"),
        ({"kernels": [{"kind": "values", "values": [[[float("inf")]]]}]}, "kernels"),
        ({"kernels": [{"kind": "values", "values": [[[]]]}]}, "kernels"),
        ({"input": {"kind": "grid", "values": [[[float("nan")]]]}}, "input"),
        ({"input": {"kind": "grid", "values": [[[1e7]]]}}, "input"),
        ({"input": {"kind": "grid", "values": [[[0.0] * 33]]}}, "input"),
        ({"input": {"kind": "grid", "values": [[[0.0]]] * 4}}, "input"),
        ({"input": {"kind": "grid", "values": []}}, "input"),
        ({"input": {**OF_PICTURE, "size": 513}}, "input"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_what_is_no_request_is_told_by_its_field(changes: dict[str, Any], place: str) -> None:
    with pytest.raises(ValidationError) as fault:
        asked(of(**changes))
    assert {error["loc"][0] for error in fault.value.errors()} == {place}


numbers = st.sampled_from([0.0, -0.0, 1.0, -1.0, 1e6, -1e6, 1e-40, 5e-324, 0.1])
sizes = st.integers(1, 11)
presets = st.fixed_dictionaries(
    {
        "kind": st.just("preset"),
        "preset": st.sampled_from(["identity", "gaussian", "gabor", "random", "scharr_y", "emboss", "laplacian"]),
        "size": st.tuples(sizes, sizes),
        "sigma": st.none() | st.floats(0.01, 1000),
        "angle": st.none() | st.floats(-3600, 3600),
        "wavelength": st.none() | st.floats(0.1, 1000),
        "seed": st.none() | st.integers(0, (1 << 48) - 1),
        "bias": numbers,
        "transforms": st.lists(
            st.sampled_from(["flip", "rotate", "transpose", "normalise", "negate"]), max_size=8
        ),
    }
)  # fmt: skip
by_value = st.fixed_dictionaries(
    {
        "kind": st.just("values"),
        "values": st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 4)).flatmap(
            lambda shape: st.lists(
                st.lists(
                    st.lists(numbers, min_size=shape[2], max_size=shape[2]),
                    min_size=shape[1],
                    max_size=shape[1],
                ),
                min_size=shape[0],
                max_size=shape[0],
            )
        ),
        "transforms": st.lists(st.sampled_from(["normalise", "negate"]), max_size=3),
    }
)
wide = st.integers(1, 64)
anything = st.fixed_dictionaries(
    {
        "input": st.tuples(st.integers(1, 3), st.integers(1, 32), st.integers(1, 32), numbers).map(
            lambda s: {"kind": "grid", "values": [[[s[3]] * s[2]] * s[1]] * s[0]}
        ),
        "kernels": st.lists(presets | by_value, min_size=1, max_size=3)
        | presets.map(lambda kernel: [kernel] * 8),
        "mode": st.sampled_from(["convolution", "transposed"]),
        "stride": st.tuples(wide, wide) | st.just((1, 1)),
        "dilation": st.tuples(st.integers(1, 16), st.integers(1, 16)),
        "groups": st.integers(1, 4),
        "padding": st.sampled_from(["valid", "same_pytorch", "same_tensorflow", "full"])
        | st.tuples(*[st.integers(0, 64)] * 4),
        "padding_mode": st.sampled_from(MODES) | st.just("zeros"),
        "output_padding": st.just((0, 0)) | st.tuples(st.integers(0, 63), st.integers(0, 63)),
        "relu": st.booleans(),
        "pooling": st.none()
        | st.fixed_dictionaries(
            {
                "kind": st.sampled_from(["max", "average"]),
                "kernel_size": st.tuples(wide, wide),
                "stride": st.tuples(wide, wide),
                "ceil_mode": st.booleans(),
            }
        ),
        "at": st.none() | st.fixed_dictionaries({name: st.integers(0, 40) for name in ("channel", "y", "x")}),
        "record": st.lists(st.sampled_from(ALL), max_size=7),
    }
)


@examples(150)
@given(anything, st.sampled_from(["list", "float32", "uint8"]))
def test_whatever_is_asked_is_answered_with_numbers_or_refused(
    body: dict[str, Any], encoding: Encoding
) -> None:
    try:
        result = asked(body, encoding=encoding)
    except Refused as refused:
        assert refused.field and refused.detail and refused.code
        return
    text = as_json(result)
    assert b"null" not in orjson.dumps(orjson.loads(text)["range"]), "JSON writes NaN as null"
    again = ConvolutionResult.model_validate_json(text)
    assert set(again.range) == {name for name in ALL if getattr(again, name)}
    for lo, hi in again.range.values():
        assert lo <= hi and max(abs(lo), abs(hi)) < 1e18


def test_a_whole_picture_of_the_largest_size_is_answered() -> None:
    x = torch.rand(3, 512, 512, generator=torch.Generator().manual_seed(2))
    body = of_picture(
        kernels=[values(3, 11, 11)] * 7 + [{**SOBEL, "size": [11, 11]}], padding="full", dilation=[16, 16]
    )
    result = asked({**body, "padding_mode": "reflect"}, x, "uint8")
    assert result.shape.convolved == [8, 672, 672]
    theirs = F.conv2d(
        F.pad(x[None], (160,) * 4, "reflect"),
        tensor(asked(body | {"record": ["kernels"]}, x), "kernels"),
        dilation=16,
    )[0, 7:]
    found = tensor(result, "convolved")[7:]
    assert float((found - theirs).abs().max()) <= float(theirs.max() - theirs.min()) / 254
