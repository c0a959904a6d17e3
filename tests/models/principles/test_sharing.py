"""The gradient of a shared weight, place by place, against weights that are not shared; and what each layer costs."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given as drawn
from hypothesis import strategies as st
from torch import Tensor, nn

from models.layers.unshared import parameters
from models.principles.counts import CountsParams, count, modules
from models.principles.sharing import SharingParams, share
from models.tensors import decode
from tests.models.nets import examples
from tests.models.principles.asking import alike, given, loaded


def unshared(conv: nn.Conv2d, x: Tensor) -> tuple[Tensor, Tensor]:
    """What the convolution makes of `x`, with a copy of its weights for each place: (y, copies (places, O, I, k, k))."""
    windows = F.unfold(x, conv.kernel_size, conv.dilation, conv.padding, conv.stride)  # type: ignore[arg-type]
    places, groups = windows.shape[2], conv.groups
    copies = conv.weight.detach().expand(places, *conv.weight.shape).clone().requires_grad_()
    parts = windows.view(groups, -1, places)
    kernels = copies.view(places, groups, -1, parts.shape[1])
    y = torch.einsum("pgof,gfp->gop", kernels, parts).reshape(1, -1, places)
    assert conv.bias is not None
    return y + conv.bias[:, None], copies


@examples(60)
@drawn(
    st.tuples(*[st.integers(1, 3)] * 6),
    st.tuples(*[st.integers(0, 2)] * 2),
    st.sampled_from([1, 2, 4]),
    st.data(),
)
def test_each_place_adds_the_gradient_of_its_own_copy(
    sizes: tuple[int, ...], padding: tuple[int, int], groups: int, data: st.DataObject
) -> None:
    kernel, stride, dilation = ((sizes[2 * i], sizes[2 * i + 1]) for i in range(3))
    before = nn.Conv2d(2, 4, 1)
    conv = nn.Conv2d(4, 8, kernel, stride, padding, dilation, groups)
    module = nn.Sequential(before, conv, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 3))
    seed = data.draw(st.integers(0, 9))
    network = alike(module, (2, 9, 8), seed)
    place = tuple(data.draw(st.integers(0, size - 1)) for size in conv.weight.shape)
    target = data.draw(st.integers(0, 2))
    names = ("out_channel", "in_channel", "row", "column")
    params = SharingParams(layer="1", target=target, **dict(zip(names, place, strict=True)))
    asked = given(network, seed)
    found = share(asked, params, "float32")
    module.double()
    y, copies = unshared(conv, before(asked.x.double()))
    logits = module[5](y.relu().mean(2))
    (expected,) = torch.autograd.grad(logits[0, target], copies)
    terms = decode(found.terms)
    assert found.positions == terms.numel() == len(expected) and [*terms.shape] == [*network.shapes["1"][1:]]
    assert torch.allclose(terms.flatten().double(), expected[:, *place], atol=1e-6, rtol=1e-4)
    assert found.difference <= 1e-5 * max(1.0, abs(found.gradient))
    assert abs(found.sum - float(expected[:, *place].sum())) <= 1e-5 * max(1.0, abs(found.gradient))
    running = decode(found.running)
    assert torch.allclose(running.double(), expected[:, *place].cumsum(0), atol=1e-5, rtol=1e-4)
    assert float(running[-1]) == pytest.approx(found.sum, rel=1e-6, abs=1e-9)
    assert found.used == int((terms != 0).sum())
    assert abs(found.logit - float(logits.detach()[0, target])) < 1e-4


@pytest.mark.parametrize(
    ("name", "layer", "in_channel"),
    [
        ("tiny_vgg_batch", "conv3.conv", 20),
        ("mini_resnet", "block3.conv1", 2),
        ("mini_vit", "embed.patch", 0),
        ("efficientnet_lite0", "block4.depth_conv", 0),
    ],
)
def test_in_trained_networks_the_sum_is_autograds(name: str, layer: str, in_channel: int) -> None:
    asked = given(loaded(name), 2)
    params = SharingParams(layer=layer, out_channel=11, in_channel=in_channel, row=1, column=2)
    found = share(asked, params, "uint8")
    assert found.used > 0 and found.difference <= 1e-4 * abs(found.gradient) + 1e-7
    assert found.weight == float(asked.steps[layer].arguments["weight"][11, in_channel, 1, 2])
    assert not asked.steps[layer].arguments["weight"].requires_grad


def products(module: nn.Module, x: Tensor) -> int:
    """How many products go into what a Module makes of `x`: with ones everywhere it makes their number."""
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.fill_(0 if "bias" in name else 1)
        return int(module(torch.ones_like(x)).double().sum())


@examples(40)
@drawn(st.tuples(*[st.integers(4, 8)] * 2), st.tuples(*[st.integers(1, 3)] * 5))
def test_layers_are_counted_as_they_are(size: tuple[int, int], few: tuple[int, ...]) -> None:
    channels, kernel, stride, filters, units = few
    params = CountsParams(
        height=size[0], width=size[1], in_channels=channels, kernel_size=kernel, stride=stride, padding=0,
        filters=filters, units=units,
    )  # fmt: skip
    found = count(params)
    made = modules(params, tuple(found.output))
    x = torch.randn(1, channels, *size)
    for layer in found.layers:
        module = made[layer.kind]()
        assert layer.checked and layer.parameters == sum(p.numel() for p in module.parameters())
        assert [*module(x).shape[1:]] == layer.output
        assert layer.multiply_adds == products(module, x)


def test_the_notes_example_is_the_default() -> None:
    found = {layer.kind: layer.parameters for layer in count(CountsParams()).layers}
    assert found == {"dense": 100_696_064, "dense_units": 393_344, "local": 917_504, "conv": 896}


def test_padding_counts_and_a_wrong_count_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    padded, wide = (
        {layer.kind: layer.multiply_adds for layer in count(CountsParams(**sizes)).layers}
        for sizes in ({"padding": 1}, {"padding": 0, "height": 34, "width": 34})
    )
    assert padded["conv"] == wide["conv"] and padded["local"] == wide["local"]
    monkeypatch.setattr("models.principles.counts.parameters", lambda build: parameters(build) + 1)
    assert not any(layer.checked for layer in count(CountsParams()).layers)
