"""10,000 masks of a layer of 128 units, their mean followed, beside the drawing of as many decisions alone."""

from collections.abc import Callable

import torch

from models.dropping.expectation import ExpectationParams, expect
from models.dropping.layer import DropoutSettings
from models.normalization.source import Given
from tests.benchmarks.timing import interleaved, row

DRAWS = 10_000
UNITS = 128
BARE = "bare: torch.bernoulli, 10,000 × 128"


def main() -> None:
    torch.set_num_threads(1)
    x = torch.randn(1, UNITS, generator=torch.Generator().manual_seed(0))
    given = Given(x, "vectors", x)
    channels = torch.arange(UNITS)
    params = ExpectationParams(draws=DRAWS)
    keep = torch.full((DRAWS, UNITS), 0.5)
    generator = torch.Generator().manual_seed(0)

    def bare() -> None:
        torch.bernoulli(keep, generator=generator)

    def in_place() -> None:
        torch.empty(DRAWS, UNITS).bernoulli_(0.5, generator=generator)

    def followed() -> None:
        with torch.inference_mode():
            expect(given, 0, DropoutSettings(p=0.5), params, channels, "float32")

    tasks: dict[str, Callable[[], object]] = {
        BARE: bare,
        "bare: bernoulli_ in place": in_place,
        "the mean and its error, followed": followed,
    }
    times = interleaved(tasks, 50)
    print("\n10,000 masks of 128 units; ratio to bare; at most × 1.5 is allowed")
    for name in tasks:
        print(row(name, times[name], times[BARE]))


if __name__ == "__main__":
    main()
