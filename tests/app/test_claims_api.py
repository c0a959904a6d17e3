"""The claims over HTTP."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.claims.claim import ClaimList, Measurement
from models.claims.registry import CLAIMS

CHEAP = "weight-sharing"
pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")


def test_claims_are_listed_in_the_order_of_reading(client: TestClient) -> None:
    response = client.get("/api/claims")
    assert response.status_code == 200
    listed = ClaimList.model_validate(response.json()).claims
    assert [each.id for each in listed] == list(CLAIMS)
    assert listed == [claim.info for claim in CLAIMS.values()]
    etag = response.headers["etag"]
    again = client.get("/api/claims", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", CLAIMS)
def test_every_claim_can_be_measured_and_the_same_seed_gives_the_same_answer(
    client: TestClient, name: str
) -> None:
    response = client.post(f"/api/claims/{name}", json={"seed": 4})
    assert response.status_code == 200, response.text
    answer = Measurement.model_validate(response.json())
    expected = CLAIMS[name].measure(4)
    timeless = {"milliseconds", "threads"}
    assert answer.model_dump(exclude=timeless) == expected.model_dump(exclude=timeless)


def test_the_seed_is_0_when_left_out(client: TestClient) -> None:
    assert client.post(f"/api/claims/{CHEAP}", json={}).json()["seed"] == 0


def test_an_unknown_claim_is_refused_with_the_names_of_those_there_are(client: TestClient) -> None:
    response = client.post("/api/claims/earth-is-flat", json={"seed": 0})
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert (body["code"], body["field"]) == ("no-such-claim", "id")
    assert CHEAP in body["detail"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"seed": -1}, "seed"),
        ({"seed": 2**48}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"seed": "many"}, "seed"),
        ({"seed": 0, "verdict": "holds"}, "verdict"),
        ([], None),
    ],
)
def test_what_is_no_seed_is_refused(client: TestClient, body: Any, field: str | None) -> None:
    response = client.post(f"/api/claims/{CHEAP}", json=body)
    assert response.status_code == 422
    assert response.json()["code"] == "invalid"
    assert response.json().get("field") == field
