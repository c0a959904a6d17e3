"""Monte-Carlo dropout, neighbours and stochastic depth, each against a computation of its own."""

import math
from typing import Any

import pytest
import torch

from models.errors import Refused
from models.layers.dropout import dropout_mask
from models.masking import layer_seed
from models.networks.weights import load_network
from models.recorder import Record, run
from tests.models.dropping.asking import asked, grid, of_network, seeded, tensor, tensor_of
from tests.models.nets import close, parsed


def ask(name: str, source: dict[str, Any], params: dict[str, Any], **settings: Any) -> Any:
    found = getattr(asked({"source": source, "record": [], name: params, **settings}), name)
    assert found is not None
    return found


def entropy(probabilities: torch.Tensor) -> float:
    return -sum(p * math.log(p) for p in probabilities.tolist() if p > 0)


def test_monte_carlo_is_the_network_run_mask_by_mask() -> None:
    source = of_network("hidden1.act", 17, network="mlp")
    found = ask("monte_carlo", source, {"draws": 80, "seed": 3}, p=0.6)
    module = load_network("mlp").network.module
    x = tensor_of(source).x
    masks = dropout_mask((80, x.shape[1]), 0.6, "element", seeded(3))
    rows = []
    with torch.inference_mode():
        for mask in masks:
            hidden = module.get_submodule("hidden2.act")(
                module.get_submodule("hidden2.linear")(x * mask / 0.4)
            )
            rows.append(module.get_submodule("head")(hidden)[0].double().softmax(0))
        whole = module(tensor_of(source).inputs)[0].double().softmax(0)
    table = torch.stack(rows)
    mean = table.mean(0)
    assert [each.index for each in found.classes] == mean.sort(descending=True).indices[:5].tolist()
    assert close(
        tensor(found, "probabilities"), table[:, [each.index for each in found.classes]].float(), 1e-5
    )
    for each in found.classes:
        column = table[:, each.index]
        assert each.eval == pytest.approx(float(whole[each.index]), abs=1e-6)
        assert each.mean == pytest.approx(float(column.mean()), abs=1e-6)
        assert each.std == pytest.approx(float(column.std()), abs=1e-6)
        quantiles = torch.quantile(column, torch.tensor([0.025, 0.25, 0.5, 0.75, 0.975], dtype=torch.float64))
        assert [each.lo, each.q1, each.median, each.q3, each.hi] == pytest.approx(
            quantiles.tolist(), abs=1e-6
        )
        assert each.first == float((table.argmax(1) == each.index).double().mean())
    e = found.entropy
    assert e.eval == pytest.approx(entropy(whole), abs=1e-5)
    assert e.mean_of_entropies == pytest.approx(sum(map(entropy, rows)) / 80, abs=1e-5)
    assert e.predictive == pytest.approx(entropy(mean), abs=1e-5)
    assert e.mutual_information == pytest.approx(e.predictive - e.mean_of_entropies, abs=1e-9)
    assert e.mutual_information > 0.001


def test_without_dropping_all_masks_agree() -> None:
    found = ask("monte_carlo", of_network("conv4.act", 5), {"draws": 20}, p=0)
    assert found.entropy.mutual_information < 1e-9
    for each in found.classes:
        assert each.std < 1e-7 and each.mean == pytest.approx(each.eval, abs=1e-6)


@pytest.mark.parametrize("variant", ["element", "channel", "block", "row", "batch", "alpha", "connect"])
def test_every_variant_can_be_used_with_the_network(variant: str) -> None:
    layer = "conv4.conv" if variant == "connect" else "conv4.act"
    found = ask("monte_carlo", of_network(layer, 5), {"draws": 30}, p=0.5, variant=variant, block_size=3)
    assert found.entropy.mutual_information > 1e-6 and found.draws == 30
    assert 0 <= found.entropy.mean_of_entropies <= found.entropy.predictive + 1e-9 <= math.log(10) + 1e-6
    rows = tensor(found, "probabilities")
    assert rows.shape == (30, 5) and len({tuple(row.tolist()) for row in rows}) > 1


def pearson(a: list[float], b: list[float]) -> float:
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    top = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True))
    return top / math.sqrt(sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b))


def test_neighbours_are_correlated_as_sums_over_all_pairs_say() -> None:
    body = grid(2, 3, 6, 5, seed=11)
    values = torch.tensor(body["values"])
    values[:, :, 1:] += 0.8 * values[:, :, :-1]
    values[:, 2] = 4.0
    source = {"kind": "grid", "values": values.tolist()}
    found = ask("neighbours", source, {"most": 3})
    assert found.channels == 2 and found.distances == [1, 2, 3] and found.r2_channels[2] is None
    for distance, told in zip(found.distances, found.correlation, strict=True):
        by_channel = []
        for channel in (0, 1):
            pairs = []
            for b in range(2):
                for y in range(6):
                    for x in range(5):
                        here = float(values[b, channel, y, x])
                        if y + distance < 6:
                            pairs.append((here, float(values[b, channel, y + distance, x])))
                        if x + distance < 5:
                            pairs.append((here, float(values[b, channel, y, x + distance])))
            first, second = (list(each) for each in zip(*pairs, strict=True))
            by_channel.append(pearson(first, second))
        assert told == pytest.approx(sum(by_channel) / 2, abs=1e-6)
    for channel in (0, 1):
        rows, centre = [], []
        for b in range(2):
            for y in range(1, 5):
                for x in range(1, 4):
                    near = [(y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)]
                    rows.append([float(values[b, channel, j, i]) for j, i in near] + [1.0])
                    centre.append(float(values[b, channel, y, x]))
        a, c = torch.tensor(rows).double(), torch.tensor(centre).double()
        left = c - a @ torch.linalg.lstsq(a, c[:, None]).solution[:, 0]
        r2 = 1 - float(left.square().sum() / (c - c.mean()).square().sum())
        assert found.r2_channels[channel] == pytest.approx(r2, abs=1e-6)
    assert found.r2 == pytest.approx(sum(found.r2_channels[:2]) / 2)
    between = pearson(values[:, 0].flatten().tolist(), values[:, 1].flatten().tolist())
    assert found.between_channels == pytest.approx(abs(between), abs=1e-6)


def test_independent_pixels_tell_nothing_of_each_other_and_trained_maps_do() -> None:
    noise = ask("neighbours", grid(8, 8, 8, 8, seed=1), {"most": 2})
    assert max(map(abs, noise.correlation)) < 0.05 and noise.r2 < 0.05
    maps = ask("neighbours", of_network("conv2.act", 0, 1, 2), {"most": 6})
    assert maps.correlation == sorted(maps.correlation, reverse=True)
    assert maps.correlation[0] > 0.4 and maps.r2 > 0.5 > maps.between_channels


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (of_network("flatten"), "no-maps"),
        (grid(1, 1, 4, 8), "no-maps"),
        ({"kind": "grid", "values": [[[[1.0] * 8] * 8]]}, "one-value"),
        (of_network("stem.conv", *range(11), network="efficientnet_lite0"), "too-much-work"),
    ],
)
def test_maps_without_neighbours_are_named(source: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        ask("neighbours", source, {"most": 4})
    assert refused.value.code == code and str(refused.value.field).startswith("neighbours")


@pytest.mark.parametrize("variant", [None, "row", "batch"])
def test_branches_are_skipped_as_in_a_run_with_the_seed(variant: str | None) -> None:
    loaded = load_network("mini_resnet")
    source = of_network("head", network="mini_resnet")
    params = {"network": "mini_resnet", "seed": 12, "members": 6, "p": 0.8, "variant": variant}
    found = ask("depth", source, params)
    names = [f"block{number}.drop" for number in range(1, 7)]
    assert [branch.name for branch in found.branches] == names and found.total == 6
    assert [branch.p for branch in found.branches] == pytest.approx(
        [0.8 * depth / 6 for depth in range(1, 7)]
    )
    assert found.expected == pytest.approx(sum(1 - branch.p for branch in found.branches))
    changes = parsed(
        *[
            {"kind": "dropout", "layer": branch.name, "p": branch.p, "variant": found.variant}
            for branch in found.branches
        ]
    )
    inputs = tensor_of(of_network("input", *range(6), network="mini_resnet")).x
    recording = run(loaded.network, inputs, changes, Record(dropouts=frozenset(names)), seed=12)
    for branch in found.branches:
        mask = recording.dropouts[branch.name].mask
        assert mask is not None and branch.kept == mask.flatten().expand(6).tolist()
        assert branch.seed == layer_seed(12, branch.name)
        assert found.variant == "row" or len(set(branch.kept)) == 1
    assert found.drawn == [sum(branch.kept[sample] for branch in found.branches) for sample in range(6)]


def test_as_trained_the_survival_falls_linearly_with_depth() -> None:
    found = ask("depth", of_network("head"), {"network": "mini_resnet"})
    steps = [load_network("mini_resnet").network.steps[branch.name] for branch in found.branches]
    assert [branch.p for branch in found.branches] == [step.arguments["p"] for step in steps]
    falls = [b.survival - a.survival for a, b in zip(found.branches, found.branches[1:], strict=False)]
    assert falls == pytest.approx([falls[0]] * 5) and falls[0] < 0 and found.variant == "batch"
    drawn = [
        ask(
            "depth", of_network("head"), {"network": "mini_resnet", "seed": seed, "p": 1, "members": 1}
        ).drawn[0]
        for seed in range(300)
    ]
    assert sum(drawn) / 300 == pytest.approx(2.5, abs=0.35)


@pytest.mark.parametrize(
    ("params", "code", "field"),
    [
        ({"network": "nothing"}, "no-such-network", "depth.network"),
        ({"network": "lenet"}, "wrong-kind", "depth.network"),
        ({"network": "mini_resnet", "variant": "element"}, "wrong-kind", "depth.variant"),
    ],
)
def test_networks_without_branches_are_named(params: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        ask("depth", of_network("head"), params)
    assert (refused.value.code, refused.value.field) == (code, field)
