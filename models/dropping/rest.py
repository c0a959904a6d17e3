"""What the rest of a network makes of one layer's output, for many versions of it at once."""

from dataclasses import dataclass, replace
from math import prod

from torch import Tensor

from models.errors import Refused
from models.network import INPUT, Step, ancestors
from models.normalization.source import Given
from models.recorder import Record, walk
from models.shapes import multiply_adds

MAX_MULTIPLY_ADDS = 20_000_000_000
MAX_NUMBERS = 1_500_000_000
"""Written in all by all layers: together less than 3 seconds of one thread."""
AT_ONCE = 1 << 22
"""Numbers that one layer may hold at a time."""


@dataclass(frozen=True)
class Rest:
    """The steps from `layer` on to `target`, for one member; whatever else they take is computed once.

    `multiply_adds` and `numbers` count the work for one version, `largest` the numbers of the largest layer; `between` are
    the network's own steps after the layer.
    """

    steps: dict[str, Step]
    layer: str
    target: str
    multiply_adds: int
    numbers: int
    largest: int
    between: tuple[Step, ...]

    @classmethod
    def of(cls, given: Given, member: int, target: str) -> "Rest":
        """The rest of the network of `given` after its layer."""
        assert given.loaded is not None and given.inputs is not None
        steps, shapes = given.loaded.network.steps, given.loaded.shapes
        after = behind(steps, given.layer)
        needed = [step for step in ancestors(steps, (target,)) if step.name in after]
        outside = {name for step in needed for name in step.inputs} - after - {given.layer, INPUT}
        held = walk(steps, given.inputs[member : member + 1], Record(frozenset(outside))).activations
        fixed = {name: _constant(steps[name], value) for name, value in held.items()}
        return cls(
            {**steps, **fixed},
            given.layer,
            target,
            sum(multiply_adds(step, shapes[step.name]) for step in needed),
            sum(prod(shapes[step.name]) for step in needed) + prod(shapes[given.layer]),
            max([prod(shapes[step.name]) for step in needed] + [prod(shapes[given.layer])]),
            tuple(needed),
        )

    def affordable(self) -> int:
        """How many versions can be run."""
        return min(
            MAX_MULTIPLY_ADDS // max(self.multiply_adds, 1),
            MAX_NUMBERS // max(self.numbers, 1),
        )

    def check(self, versions: int, field: str) -> None:
        """Refused where so many versions would take too long."""
        if versions > self.affordable():
            raise Refused(
                "too-much-work",
                f"The rest of the network after {self.layer} would have to be run {versions:,} times; "
                f"{self.affordable():,} are allowed. Ask for fewer, or choose a later layer.",
                field,
            )

    @property
    def at_once(self) -> int:
        """Versions that fit into memory together."""
        return max(AT_ONCE // self.largest, 1)

    def run(self, versions: Tensor) -> Tensor:
        """What the target gives for `versions` (N, C, …) of the layer's output."""
        if self.target == self.layer:
            return versions
        record = Record(frozenset((self.target,)))
        steps, x = self.steps, versions
        if self.layer != INPUT:
            steps = {**self.steps, self.layer: _constant(self.steps[self.layer], versions)}
            x = versions.new_zeros(1, 1, 1, 1)
        return walk(steps, x, record).activations[self.target]


def behind(steps: dict[str, Step], layer: str) -> set[str]:
    """The steps that `layer` has an influence on."""
    after = {layer}
    for step in steps.values():
        if after.intersection(step.inputs):
            after.add(step.name)
    return after - {layer}


def _constant(step: Step, value: Tensor) -> Step:
    """A step that gives `value`, whatever else happens."""
    return replace(
        step,
        kind="activation",
        inputs=(),
        function=lambda: value,
        arguments={},
        scaled=(),
        fold=None,
    )
