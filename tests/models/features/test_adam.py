"""Our Adam against PyTorch's."""

import pytest
import torch

from models.features.adam import Adam
from models.features.maximise import MaximiseParams, maximise
from models.networks.weights import load_network


def test_it_gives_pytorchs_numbers_to_the_last_bit() -> None:
    generator = torch.Generator().manual_seed(0)
    ours = torch.randn((4, 7), generator=generator, requires_grad=True)
    theirs = ours.detach().clone().requires_grad_()
    adam, reference = Adam(ours, 0.05), torch.optim.Adam([theirs], 0.05)
    for _ in range(30):
        gradient = torch.randn((4, 7), generator=generator) * torch.rand((), generator=generator) * 100
        adam.step(gradient)
        theirs.grad = gradient.clone()
        reference.step()
        assert torch.equal(ours, theirs)


def test_to_make_an_image_takes_no_optimiser_of_pytorch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("torch.optim.Optimizer.__init__")
    params = MaximiseParams(layer="conv1.act", steps=8)
    assert len(list(maximise(load_network("lenet"), params))) == 11
