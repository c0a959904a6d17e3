"""Batches of many sizes, more and more padding, and one convolution in the place of two layers."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.errors import Refused
from models.networks.weights import load_network
from models.normalization.population import population
from models.normalization.spread import SIZES, Sums, slope
from models.tensors import decode
from tests.models.nets import examples
from tests.models.normalization.asking import asked, of_network, tensor_of

SOURCE = of_network("conv3.conv", 3, 8)
TOKENS = {**of_network("conv6.conv", 0, 2, 3), "kind": "tokens", "keep": "content"}


@examples(100)
@given(
    st.integers(1, 30),
    st.integers(1, 9),
    st.integers(1, 40),
    st.sampled_from([0, 1e3, -1e5]),
    st.integers(0, 99),
)
def test_sums_give_every_batch_its_own_statistics(
    images: int, count: int, size: int, offset: float, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    values = torch.randn(images, count, generator=generator).double() + offset
    batches = torch.randint(images, (7, size), generator=generator)
    means, variances = Sums.of(values).statistics(batches)
    for batch, mean, variance in zip(batches, means, variances, strict=True):
        theirs, its = torch.var_mean(values[batch], correction=0)
        assert float(mean) == pytest.approx(float(its), rel=1e-12)
        assert float(variance) == pytest.approx(float(theirs), rel=1e-6, abs=1e-12)


def test_larger_batches_scatter_less_as_one_over_the_root() -> None:
    found = asked({"source": SOURCE, "spread": {"channel": 5, "draws": 400}}).spread
    assert found is not None and found.sizes == SIZES and found.n_per_image == 14 * 14
    images = population(tensor_of(SOURCE), "spread")[:, 5].double()
    variance, mean = torch.var_mean(images, correction=0)
    assert found.population.mean == pytest.approx(float(mean)) and found.images == len(images)
    assert found.population.variance == pytest.approx(float(variance))
    theory = float(images.mean((1, 2)).std())
    for size, std in zip(SIZES, found.std_of_mean, strict=True):
        assert std == pytest.approx(theory / size**0.5, rel=0.2)
    assert found.slope == pytest.approx(-0.5, abs=0.06)
    for quartiles in (found.mean, found.variance):
        for row in zip(quartiles.lo, quartiles.q1, quartiles.median, quartiles.q3, quartiles.hi, strict=True):
            assert list(row) == sorted(row)
    assert asked({"source": SOURCE, "spread": {"channel": 5, "draws": 400}}).spread == found
    assert asked({"source": SOURCE, "spread": {"channel": 5, "draws": 400, "seed": 1}}).spread != found


def test_vectors_have_one_number_an_image() -> None:
    source = of_network("flatten", 0, 1)
    found = asked({"source": source, "spread": {}, "training": {"size": 4, "steps": 3}})
    assert found.spread is not None and found.spread.n_per_image == 1
    assert found.spread.variance.hi[0] == 0 < found.spread.variance.lo[-1]
    assert found.training is not None and found.training.n == 4 and found.training.trained is None


def test_a_line_has_its_slope_and_a_constant_channel_none() -> None:
    x = torch.tensor([1.0, 2.0, 4.0]).double()
    assert slope(x, 3 * x**-0.5) == pytest.approx(-0.5)
    assert slope(x, torch.tensor([1.0, 0.0, 1.0])) is None


def test_padding_shifts_the_batchs_statistics_and_no_tokens_own() -> None:
    body = {"source": TOKENS, "padding_sweep": {"most": 20}, "gamma": 2.0}
    found = asked(body).padding_sweep
    assert found is not None and found.pads == list(range(21))
    tensor = tensor_of(TOKENS)
    assert tensor.lengths is not None
    real = torch.cat([x[:, :length] for x, length in zip(tensor.x, tensor.lengths.tolist(), strict=True)], 1)
    real = real.double()
    variance, mean = torch.var_mean(real, dim=1, correction=0)
    std = (variance + 1e-5).sqrt()
    plain = (real - mean[:, None]) / std[:, None]
    for pad, share in zip(found.pads, found.share, strict=True):
        total = 3 * (tensor.x.shape[2] + pad)
        assert share == pytest.approx(1 - real.shape[1] / total)
        # Zeros in the share p: the mean is (1 - p) of the true one, the mean square as well.
        padded_mean = (1 - share) * mean
        padded_std = ((1 - share) * (variance + mean**2) - padded_mean**2 + 1e-5).sqrt()
        shift = (real - padded_mean[:, None]) / padded_std[:, None] - plain
        assert found.batch.shift_rms[pad] == pytest.approx(2 * float(shift.square().mean().sqrt()), rel=1e-3)
        moved = ((padded_mean - mean) / std).square().mean().sqrt()
        assert found.batch.mean_shift[pad] == pytest.approx(float(moved), rel=1e-3)
        assert found.batch.std_ratio[pad] == pytest.approx(float((padded_std / std).mean()), rel=1e-3)
    assert found.layer_channels.shift_rms == [0] * 21 and found.exact_layer
    assert found.batch.shift_rms == sorted(found.batch.shift_rms)


def test_padding_that_was_asked_for_already_counts_once() -> None:
    padded, plain = (
        asked({"source": {**TOKENS, "padding": padding}, "padding_sweep": {"most": 3}}).padding_sweep
        for padding in (9, 0)
    )
    assert padded == plain


def test_folding_is_the_same_function() -> None:
    found = asked({"source": SOURCE, "folding": {"channel": 2}}).folding
    assert found is not None and found.agrees and 0 < found.difference <= found.tolerance == 1e-5
    module = load_network("tiny_vgg_batch").network.module
    conv, norm = (module.get_submodule(name) for name in (found.conv, found.norm))
    assert (found.conv, found.norm) == ("conv3.conv", "conv3.norm")
    scale = norm.get_parameter("weight") / (norm.get_buffer("running_var") + 1e-5).sqrt()
    shift = norm.get_parameter("bias") - norm.get_buffer("running_mean") * scale
    assert found.scale == pytest.approx(scale.tolist(), rel=1e-5)
    assert found.shift == pytest.approx(shift.tolist(), rel=1e-4, abs=1e-5)
    assert found.bias_after == found.shift[2]
    weight = conv.get_parameter("weight")[2]
    assert torch.equal(decode(found.kernel_before), weight)
    assert torch.allclose(decode(found.kernel_after), weight * scale[2], atol=1e-6)


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"source": SOURCE, "spread": {"channel": 48}}, "out-of-range", "spread.channel"),
        ({"source": {"kind": "grid", "values": [[[[1, 2]]]]}, "spread": {}}, "no-held-out", "spread"),
        (
            {"source": of_network("stem.conv", 0, network="efficientnet_lite0"), "spread": {}},
            "no-held-out",
            "spread",
        ),
        ({"source": SOURCE, "padding_sweep": {}}, "wrong-kind", "padding_sweep"),
        (
            {
                "source": {
                    **of_network("stem.conv", *range(8), network="efficientnet_lite0"),
                    "kind": "tokens",
                },
                "padding_sweep": {},
            },
            "too-much-work",
            "padding_sweep.most",
        ),
        ({"source": SOURCE, "folding": {"channel": 48}}, "out-of-range", "folding.channel"),
        ({"source": of_network("conv1.norm", 0), "folding": {}}, "wrong-kind", "folding"),
        (
            {"source": of_network("conv1.conv", 0, network="tiny_vgg_layer"), "folding": {}},
            "wrong-kind",
            "folding",
        ),
        ({"source": TOKENS, "padding_sweep": {}, "eps": 0, "mode": "eval"}, "eps", "eps"),
        ({"source": SOURCE, "mates": {}, "eps": 0, "method": "layer"}, "eps", "eps"),
        ({"source": SOURCE, "training": {}, "eps": 0, "mode": "eval"}, "eps", "eps"),
    ],
)
def test_what_cannot_be_tried_is_named(body: dict, code: str, field: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(Refused) as refused:
        asked(body)
    assert (refused.value.code, refused.value.field) == (code, field)
