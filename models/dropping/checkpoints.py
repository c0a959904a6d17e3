"""Numbers of masks at which a mean is looked at."""

from collections.abc import Iterator, Sequence


def checkpoints(draws: int) -> list[int]:
    """1, 2, 3, 4, 5, 6, 8, 10, 13, … up to `draws`, itself included: about ten for each power of ten."""
    steps = {round(10 ** (tenth / 10)) for tenth in range(41)}
    return sorted({step for step in steps if step < draws} | {draws})


def parts(points: Sequence[int], seen: int, count: int) -> Iterator[tuple[int, int, bool]]:
    """The next `count` masks after `seen`, cut at the points: begin, end, and whether the end is a point."""
    ends = [point - seen for point in points if seen < point <= seen + count]
    begin = 0
    for end in [*ends, *([] if ends and ends[-1] == count else [count])]:
        yield begin, end, end in ends
        begin = end
