"""Repeated timings, interleaved so that a drift of the machine's speed touches all alike."""

import time
from collections.abc import Callable, Mapping
from statistics import median, quantiles


def interleaved(tasks: Mapping[str, Callable[[], object]], rounds: int = 30) -> dict[str, list[float]]:
    """Milliseconds of each task in each round, after three rounds that are not counted."""
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for turn in range(rounds + 3):
        for name, task in tasks.items():
            started = time.perf_counter()
            task()
            if turn >= 3:
                times[name].append((time.perf_counter() - started) * 1e3)
    return times


def row(name: str, times: list[float], bare: list[float], note: str = "") -> str:
    """A line with p50, p95 and the median of the ratios to the bare time of the same round."""
    p95 = quantiles(times, n=20)[-1]
    ratio = median(t / b for t, b in zip(times, bare, strict=True))
    return f"  {name:<52} p50 {median(times):7.1f} ms   p95 {p95:7.1f} ms   × {ratio:5.2f}   {note}"
