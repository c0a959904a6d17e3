"""The probability that something is dropped."""


def check_probability(p: float) -> None:
    """Raises ValueError, naming the number, unless 0 ≤ p ≤ 1; NaN is neither."""
    if not 0 <= p <= 1:
        raise ValueError(f"a probability to drop is a number from 0 to 1, not {p}")


def keeping_scale(p: float) -> float:
    """1 / (1 - p), what inverted dropout multiplies the kept values by; 0 where nothing can be kept."""
    return 1 / (1 - p) if p < 1 else 0.0
