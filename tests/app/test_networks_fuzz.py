"""No question about a network, however odd, is answered by a fault of ours."""

from typing import Any

from fastapi.testclient import TestClient
from hypothesis import event, given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from models.networks.weights import load_network
from models.views.accuracy import AccuracyResult
from models.views.explain import ExplainResult
from models.views.run import RunResult
from models.views.unit import UnitResult
from tests.models.nets import examples
from tests.models.photos import sample_id

BAG = sample_id("bag")
NETWORKS = ("mini_resnet", "mini_vit", "lenet", "mlp", "tiny_vgg_batch")
small = st.integers(0, 40)
pairs = st.tuples(st.integers(1, 30), st.integers(1, 30))
large = st.sampled_from([0.0, 1e-30, 1.0, -3.0, 1e6, -1e6])
SETTINGS: dict[str, dict[str, SearchStrategy[Any]]] = {
    "conv": {
        "stride": pairs,
        "padding": st.one_of(st.sampled_from(["valid", "same"]), st.tuples(*[st.integers(0, 30)] * 4)),
        "padding_mode": st.sampled_from(["zeros", "reflect", "replicate", "circular"]),
        "dilation": pairs,
    },
    "kernel": {
        "out": small,
        "in": st.integers(0, 3),
        "values": st.integers(1, 5).flatmap(
            lambda n: st.lists(st.lists(large, min_size=n, max_size=n), min_size=n, max_size=n)
        ),
    },
    "kernel_preset": {
        "out": small,
        "in": st.one_of(st.none(), st.integers(0, 3)),
        "preset": st.sampled_from(["identity", "sobel_x", "emboss", "laplacian"]),
    },
    "channels": {
        "channels": st.lists(small, min_size=1, max_size=5),
        "scale": st.sampled_from([0.0, -1.0, 1000.0]),
    },
    "normalization": {
        "statistics": st.sampled_from([None, "batch", "running"]),
        "method": st.sampled_from(
            [None, "batch", "layer", "instance", "group", "layer_channels", "rms", "none"]
        ),
        "groups": st.sampled_from([None, 1, 2, 8, 5]),
    },
    "dropout": {
        "p": st.sampled_from([0.0, 0.5, 0.999999999999, 1.0]),
        "variant": st.sampled_from([None, "element", "channel", "row", "batch", "block", "alpha"]),
        "seed": st.one_of(st.none(), small),
        "block_size": st.sampled_from([1, 2, 31]),
        "on": st.booleans(),
    },
    "drop_after": {
        "p": st.sampled_from([0.0, 0.5, 0.999999999999, 1.0]),
        "variant": st.sampled_from(["element", "channel", "row", "batch", "block", "alpha"]),
        "seed": st.one_of(st.none(), small),
        "block_size": st.sampled_from([1, 3, 31]),
    },
    "drop_connect": {"p": st.sampled_from([0.0, 0.5, 0.999999999999, 1.0]), "seed": st.none() | small},
    "activation": {"function": st.sampled_from(["relu", "gelu", "identity", "leaky_relu"])},
    "pooling": {"method": st.sampled_from(["max", "avg"])},
}
KINDS = {
    "conv": "conv",
    "kernel": "conv",
    "kernel_preset": "conv",
    "normalization": "norm",
    "dropout": "dropout",
    "drop_connect": "conv",
    "activation": "activation",
    "pooling": "pool",
}
OPTIONAL = {"conv", "normalization", "dropout", "drop_after", "drop_connect"}


@st.composite
def changes(draw: DrawFn, name: str) -> list[dict[str, Any]]:
    """Up to six interventions, mostly on layers that they fit."""
    steps = load_network(name).network.steps
    made = []
    for _ in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(list(SETTINGS)))
        fitting = [step.name for step in steps.values() if step.kind == KINDS.get(kind, step.kind)]
        layer = draw(st.sampled_from(fitting or list(steps)))
        settings = {
            key: draw(value)
            for key, value in SETTINGS[kind].items()
            if kind not in OPTIONAL or draw(st.booleans())
        }
        made.append({"kind": kind, "layer": layer, **settings})
    return made


@examples(120)
@given(st.sampled_from(NETWORKS), st.data())
def test_every_question_is_answered_or_refused(client: TestClient, name: str, data: st.DataObject) -> None:
    steps = load_network(name).network.steps
    layers = data.draw(st.lists(st.sampled_from([*steps, "input"]), max_size=5))
    interventions = data.draw(changes(name))
    dropping = {
        change["layer"] for change in interventions if change["kind"] in ("drop_after", "drop_connect")
    }
    body = {
        "images": [BAG] * data.draw(st.integers(1, 3)),
        "interventions": interventions,
        "record": [
            {
                "layer": layer,
                "normalization": layer in steps and steps[layer].kind == "norm",
                "dropout": layer in dropping or (layer in steps and steps[layer].kind == "dropout"),
                "channels": data.draw(st.sampled_from([None, {"strongest": 3}, {"indices": [1, 1, 0]}])),
            }
            for layer in layers
        ],
        "difference": data.draw(st.booleans()),
        "seed": data.draw(small),
    }
    encoding = data.draw(st.sampled_from(["list", "float32", "uint8"]))
    check(client.post(f"/api/networks/{name}/run?tensors={encoding}", json=body), RunResult)
    measure = {"interventions": body["interventions"], "items": 50, "seed": body["seed"]}
    check(client.post(f"/api/networks/{name}/accuracy", json=measure), AccuracyResult)
    if not layers:
        return
    place = {key: data.draw(st.integers(0, 12)) for key in ("channel", "y", "x")}
    common = {"image": BAG, "interventions": body["interventions"], "layer": layers[0]}
    check(client.post(f"/api/networks/{name}/unit", json={**common, **place}), UnitResult)
    method = data.draw(st.sampled_from(["grad_cam", "input_gradient", "effective_receptive_field"]))
    check(
        client.post(f"/api/networks/{name}/explain", json={**common, **place, "method": method}),
        ExplainResult,
    )


def check(response: Any, result: Any) -> None:
    """Either a whole answer, in which every number is one, or a refusal in its form."""
    event(f"{result.__name__}: {response.status_code}")
    if response.status_code == 200:
        result.model_validate(response.json())
        assert b"null" not in response.content.replace(b":null", b""), "a list holds what is no number"
    else:
        assert response.status_code == 422, response.text
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["field"]
