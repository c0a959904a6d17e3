"""The lab of an MLP beside a CNN: over HTTP, against plain PyTorch, and on whatever is sent to it."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.labs.mlp_vs_cnn import EXAMPLES, MlpVsCnnResult

URL = "/api/labs/mlp-vs-cnn"


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_are_answered(client: TestClient, example: dict[str, Any]) -> None:
    for encoding in ("list", "float32", "uint8"):
        answer = client.post(f"{URL}?tensors={encoding}", json=example)
        assert answer.status_code == 200, answer.text
        MlpVsCnnResult.model_validate(answer.json())
