"""What a claim is, and what measuring it gives."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import torch
from pydantic import BaseModel, ConfigDict, Field

from models.views.describe import Words

Verdict = Literal["holds", "holds_with_conditions", "does_not_hold"]
Cell = str | bool | int | float | Words
Seed = Annotated[int, Field(ge=0, lt=1 << 48)]


class ClaimParams(BaseModel):
    model_config = ConfigDict(extra="forbid")
    seed: Seed = Field(
        0, description="Of everything random in the experiment: the same seed, the same cases."
    )


class ClaimInfo(BaseModel):
    id: str
    labs: list[str] = Field(description="The labs that the claim belongs to.")
    title: Words
    statement: Words = Field(description="What is claimed.")
    limits: Words = Field(description="Where it stops being true.")


class ClaimList(BaseModel):
    claims: list[ClaimInfo]


class Table(BaseModel):
    """The evidence, short enough to be read. A cell that does not apply holds a dash."""

    columns: list[Words]
    rows: list[list[Cell]]


class Measurement(BaseModel):
    id: str
    verdict: Verdict = Field(description="Computed from the cases of this run.")
    summary: Words = Field(description="The measured numbers in a sentence.")
    condition: Words | None = Field(description="When the claim holds; only where it holds with conditions.")
    table: Table
    cases: int = Field(description="How many cases were tried.")
    seed: int
    torch: str = Field(description="The version of PyTorch.")
    threads: int
    milliseconds: float = Field(description="What the experiment took.")


@dataclass(frozen=True)
class Finding:
    """What an experiment found, without the circumstances of its run."""

    verdict: Verdict
    summary: Words
    condition: Words | None
    table: Table
    cases: int


@dataclass(frozen=True)
class Claim:
    """One claim of the notes in our own words, and `experiment(seed)`, which decides it."""

    id: str
    labs: tuple[str, ...]
    title: Words
    statement: Words
    limits: Words
    experiment: Callable[[int], Finding]

    @property
    def info(self) -> ClaimInfo:
        """The claim as it is listed."""
        return ClaimInfo(
            id=self.id,
            labs=[*self.labs],
            title=self.title,
            statement=self.statement,
            limits=self.limits,
        )

    def measure(self, seed: int) -> Measurement:
        """Run the experiment. All but the time depends on `seed` alone."""
        begun = time.perf_counter()
        finding = self.experiment(seed)
        return Measurement(
            id=self.id,
            verdict=finding.verdict,
            summary=finding.summary,
            condition=finding.condition,
            table=finding.table,
            cases=finding.cases,
            seed=seed,
            torch=str(torch.__version__),
            threads=torch.get_num_threads(),
            milliseconds=(time.perf_counter() - begun) * 1000,
        )


def verdict(always: bool, within: bool) -> Verdict:
    """What follows from a run: the claim was true in `always` every case, or only `within` its condition."""
    if always:
        return "holds"
    return "holds_with_conditions" if within else "does_not_hold"


def found(
    always: bool, within: bool, summary: Words, condition: Words | None, table: Table, cases: int
) -> Finding:
    """The finding with the verdict that follows; `condition` is said where the claim holds with conditions."""
    reached = verdict(always, within)
    return Finding(reached, summary, condition if reached == "holds_with_conditions" else None, table, cases)


def both(en: str, zh: str) -> Words:
    """One text in both languages."""
    return Words(en=en, zh=zh)


NOT_APPLICABLE = "—"


def table(columns: Sequence[Words], rows: Sequence[Sequence[Cell]]) -> Table:
    """A table; every row has a cell for every column."""
    assert all(len(row) == len(columns) for row in rows), "a row of another length"
    return Table(columns=[*columns], rows=[[*row] for row in rows])
