"""The sets of a method: boxes against the elements that move a mean, counts and names."""

from itertools import product

import torch
from hypothesis import given
from hypothesis import strategies as st

from models.layers.normalization import spread, statistics_of
from models.normalization.layer import METHODS, Method
from models.normalization.sets import box, elements, reduced, shared, size
from models.normalization.source import AXES, Layout
from tests.models.nets import examples

LAYOUTS: dict[int, Layout] = {2: "vectors", 3: "tokens", 4: "maps"}
sizes = st.integers(1, 3)
shapes = st.one_of(*[st.tuples(sizes, st.sampled_from([1, 2, 4]), *[sizes] * n) for n in range(3)])


@examples(80)
@given(shapes, st.sampled_from(METHODS), st.sampled_from([1, 2, 4]), st.data())
def test_a_box_holds_the_elements_that_move_the_statistics_of_its_place(
    shape: tuple[int, ...], method: Method, groups: int, data: st.DataObject
) -> None:
    groups = groups if shape[1] % groups == 0 else 1
    place = tuple(data.draw(st.integers(0, length - 1)) for length in shape)
    b, c, y, x = (*place, 0, 0)[:4]
    tensor = torch.randn(shape, generator=torch.Generator().manual_seed(0)).double()

    def statistics(values: torch.Tensor) -> float:
        """The mean that the element at the place has; of rms the mean square."""
        found = statistics_of(values, method, groups)
        seen = found.variance if method == "rms" else found.mean
        return float(spread(seen, values.shape, method, groups).expand(shape)[place])

    before, moving = statistics(tensor), set()
    for other in product(*map(range, shape)):
        changed = tensor.clone()
        changed[other] += 1000
        if statistics(changed) != before:
            moving.add((*other, 0, 0)[:4])
    found = box(method, torch.Size(shape), groups, (b, c, y, x))
    inside = set(product(*(range(*ends) for ends in (found.b, found.c, found.y, found.x))))
    assert inside == moving
    assert size(method, torch.Size(shape), groups) == len(inside)
    assert shared(method, LAYOUTS[len(shape)], torch.Size(shape), groups).sets * len(inside) == tensor.numel()
    assert sorted(elements(tensor, found).tolist()) == sorted(float(tensor[i[: len(shape)]]) for i in inside)


def test_axes_are_named_as_the_layout_names_them() -> None:
    for layout, names in AXES.items():
        assert reduced("batch", layout, 1) == [names[0], *names[2:]]
        assert (
            reduced("group", layout, 4)[0] == f"{names[1]}/4" and reduced("group", layout, 1)[0] == names[1]
        )
        assert reduced("layer", layout, 1) == names[1:] and reduced("rms", layout, 1) == [names[1]]
