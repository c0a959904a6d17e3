"""Numbers of masks at which a mean is looked at."""


def checkpoints(draws: int) -> list[int]:
    """1, 2, 3, 4, 5, 6, 8, 10, 13, … up to `draws`, itself included: about ten for each power of ten."""
    steps = {round(10 ** (tenth / 10)) for tenth in range(41)}
    return sorted({step for step in steps if step < draws} | {draws})
