"""The claims over HTTP: what they say, and the experiment that decides each."""

from functools import cache
from typing import Annotated

from fastapi import APIRouter, Body, Path, Request
from starlette.responses import Response

from app.engine import Document, Engine
from app.errors import problem
from models.claims.claim import ClaimList, ClaimParams, Measurement
from models.claims.registry import CLAIMS

router = APIRouter(prefix="/api/claims", tags=["claims"])

Id = Annotated[
    str,
    Path(max_length=64, examples=["output-size"], description="A claim, as GET /api/claims lists it."),
]


@cache
def listing() -> Document:
    """The list of claims, written once."""
    return Document.of(lambda: ClaimList(claims=[claim.info for claim in CLAIMS.values()]))


@router.get("", summary="List the claims", response_model=ClaimList)
async def get_claims(request: Request) -> Response:
    """What lecture notes say about convolutional networks, and where it stops being true, in the order of reading."""
    return listing().response(request)


@router.post("/{id}", summary="Measure a claim", response_model=Measurement)
async def post_claim(
    request: Request, id: Id, params: Annotated[ClaimParams, Body(examples=[{"seed": 0}])]
) -> Response:
    """Run the experiment that decides a claim: the verdict, computed from its cases, and the evidence in a table.

    The same seed gives the same answer, but for the time it took.
    """
    claim = CLAIMS.get(id)
    if claim is None:
        detail = f"There is no claim of this name; there are {', '.join(CLAIMS)}."
        raise problem("no-such-claim", 404, detail, "id")
    engine: Engine = request.app.state.engine
    return await engine.answer(request, lambda: claim.measure(params.seed))
