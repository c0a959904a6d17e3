"""Summaries of channels against numpy."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from models import statistics
from models.statistics import BINS, summarize
from tests.models.nets import examples


@examples(60)
@given(
    st.integers(1, 3),
    st.integers(1, 4),
    st.integers(1, 9),
    st.integers(0, 9999),
    st.sampled_from([1e-12, 1e-3, 1.0, 1e6]),
    st.floats(-100, 100, width=32),
    st.booleans(),
)
def test_summaries_are_numpys(
    batch: int, channels: int, size: int, seed: int, scale: float, offset: float, channels_last: bool
) -> None:
    x = torch.randn(batch, channels, size, size + 1, generator=torch.Generator().manual_seed(seed))
    x = (x + offset) * scale
    summary = summarize(x.contiguous(memory_format=torch.channels_last) if channels_last else x)
    for channel in range(channels):
        values = x[:, channel].flatten().numpy()
        exact = values.astype(np.float64)
        assert float(summary.lo[channel]) == values.min()
        assert float(summary.hi[channel]) == values.max()
        tolerance = 1e-5 * float(np.abs(exact).max())
        assert float(summary.mean[channel]) == pytest.approx(exact.mean(), abs=tolerance)
        assert float(summary.std[channel]) == pytest.approx(exact.std(), abs=tolerance)
        edges, counts = summary.edges[channel].numpy(), summary.counts[channel].numpy()
        assert counts.sum() == values.size
        assert (edges[0], edges[-1]) == (values.min(), pytest.approx(values.max(), abs=tolerance))
        # A value within rounding of an edge may fall to either side of it.
        slack = 4e-7 * float(np.abs(exact).max())
        for at, edge in enumerate(edges[1:-1], start=1):
            below = counts[:at].sum()
            assert (exact < edge - slack).sum() <= below <= (exact <= edge + slack).sum()


def test_histogram_is_numpys_where_no_value_lies_near_an_edge() -> None:
    levels = np.random.default_rng(0).integers(0, BINS, 5000)
    levels[:2] = 0, BINS - 1
    values = (levels + 0.5).astype(np.float32)
    values[0], values[1] = 0, BINS
    counts, edges = np.histogram(values, BINS)
    summary = summarize(torch.from_numpy(values).view(1, 1, 50, 100))
    assert summary.counts[0].tolist() == counts.tolist()
    assert summary.edges[0].numpy() == pytest.approx(edges)


@pytest.mark.parametrize("value", [0.0, -3.5, 1e-40, 3e37])
def test_a_constant_channel_lies_in_the_first_bin(value: float) -> None:
    summary = summarize(torch.full((2, 1, 3, 3), value))
    assert summary.counts.tolist() == [[18] + [0] * (BINS - 1)]
    assert float(summary.std) == 0
    assert float(summary.lo) == float(summary.hi) == pytest.approx(value)
    assert summary.edges.shape == (1, BINS + 1)


def test_vectors_are_summarised_over_the_batch() -> None:
    summary = summarize(torch.tensor([[1.0, 5.0], [3.0, 5.0]]))
    assert summary.mean.tolist() == [2, 5] and summary.std.tolist() == [1, 0]


def test_many_values_are_counted_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    x = torch.randn(2, 7, 5, 5, generator=torch.Generator().manual_seed(0))
    whole = summarize(x)
    for at_once in (1, 100, 120):
        monkeypatch.setattr(statistics, "AT_ONCE", at_once)
        assert torch.equal(summarize(x).counts, whole.counts)
