"""What one output is wired to: the entries of its row in the Jacobian that are not zero.

Effective receptive fields: Luo et al. 2016, https://arxiv.org/abs/1701.04128
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from models.claims.claim import NOT_APPLICABLE, Cell, Claim, Finding, both, found, table
from models.networks.weights import load_network
from models.recorder import Record, run
from models.sensitivity import MOST, effective
from models.views.describe import Words

SIDE = 9
NETWORK = "tiny_vgg_batch"
LAYERS = ("conv1.conv", "conv2.conv", "conv3.conv", "conv4.conv", "conv5.conv")
WITH_LAYER_NORM = "tiny_vgg_layer"
PICTURES = 8
"""Random pictures over which a gradient is averaged: one alone has holes where a ReLU was shut."""


@dataclass(frozen=True)
class Wiring:
    """Of one output: the inputs that there are, those that move it, and how many it should be."""

    name: Words
    inputs: int
    wired: int
    theory: int | str
    effective: int | str = NOT_APPLICABLE

    @property
    def row(self) -> list[Cell]:
        return [self.name, self.inputs, self.wired, self.theory, self.effective]


def wired(layer: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """For every element of `layer(x)`, flattened, how many elements of `x` move it."""
    jacobian: Tensor = torch.autograd.functional.jacobian(layer, x, vectorize=True)  # type: ignore[no-untyped-call]
    return (jacobian.reshape(-1, x.numel()) != 0).sum(1)


def single_layers(generator: torch.Generator) -> list[tuple[Wiring, list[int]]]:
    """A 3×3 convolution of 1 to 3 channels, with padding, and a dense layer; with each the count of every output."""

    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator)

    made = []
    for channels in (1, 2, 3):
        weight, x = random(1, channels, 3, 3), random(1, channels, SIDE, SIDE)
        rows = wired(lambda x, weight=weight: F.conv2d(x, weight), x).tolist()  # type: ignore[misc]
        name = both(
            f"3×3 convolution, {channels} channel{'s' * (channels > 1)}", f"3×3 卷积，{channels} 个通道"
        )
        made.append((Wiring(name, x.numel(), max(rows), 9 * channels), rows))
    weight, x = random(1, 1, 3, 3), random(1, 1, SIDE, SIDE)
    rows = wired(lambda x: F.conv2d(x, weight, padding=1), x).tolist()
    made.append(
        (Wiring(both("The same at a padded corner", "同上，补零后的角上"), x.numel(), rows[0], 4), rows)
    )
    second = random(1, 1, 3, 3)
    rows = wired(lambda x: F.conv2d(F.conv2d(x, weight), second), x).tolist()
    made.append((Wiring(both("Two 3×3 convolutions", "两层 3×3 卷积"), x.numel(), max(rows), 25), rows))
    matrix = random(4, x.numel())
    rows = wired(lambda x: F.linear(x.flatten(), matrix), x).tolist()
    made.append((Wiring(both("Dense layer", "全连接层"), x.numel(), max(rows), x.numel()), rows))
    return made


def sensitivity(network_name: str, layer: str, pictures: Tensor) -> Tensor:
    """How strongly each pixel (H, W) moves the middle of a layer of a trained network, on average; channels added up."""
    network = load_network(network_name).network
    x = pictures.clone().requires_grad_()
    y = run(network, x, record=Record(frozenset({layer})), with_gradient=True).activations[layer]
    (gradient,) = torch.autograd.grad(y[:, :, y.shape[2] // 2, y.shape[3] // 2].sum(), x)
    return gradient.abs().mean((0, 1))


def in_networks(generator: torch.Generator) -> list[Wiring]:
    """Ever deeper layers of a trained network, and a shallow one behind a layer normalisation."""
    loaded = load_network(NETWORK)
    pictures = torch.randn(PICTURES, *loaded.network.input_shape, generator=generator)
    made = []
    for layer in LAYERS:
        heat = sensitivity(NETWORK, layer, pictures)
        height, width = loaded.receptive_fields[layer].size
        name = both(
            f"{loaded.spec.title['en']}, convolution {layer[4]}",
            f"{loaded.spec.title['zh']}，第 {layer[4]} 个卷积层",
        )
        made.append(Wiring(name, heat.numel(), int((heat > 0).sum()), height * width, effective(heat)))
    other = load_network(WITH_LAYER_NORM)
    heat = sensitivity(WITH_LAYER_NORM, LAYERS[1], pictures)
    height, width = other.receptive_fields[LAYERS[1]].size
    name = both(f"{other.spec.title['en']}, convolution 2", f"{other.spec.title['zh']}，第 2 个卷积层")
    return [*made, Wiring(name, heat.numel(), int((heat > 0).sum()), height * width, effective(heat))]


def experiment(seed: int) -> Finding:
    """Jacobians of single layers and gradients in a trained network."""
    generator = torch.Generator().manual_seed(seed)
    single, deep = single_layers(generator), in_networks(generator)
    channels = single[:3]
    rows = [count for _, counts in channels for count in counts]
    right = sum(count == wiring.theory for wiring, counts in channels for count in counts)
    last, dense = deep[len(LAYERS) - 1], single[-1][0]
    everything = [wiring for wiring, _ in single[:-1]] + deep
    return found(
        always=all(wiring.wired == 9 for wiring in everything),
        within=right == len(rows) and dense.wired == dense.inputs,
        summary=both(
            f"An output of a 3×3 convolution is wired to {channels[0][0].wired} inputs where there is one channel and to "
            f"{channels[2][0].wired} where there are three, one of a dense layer to all {dense.wired}; at the fifth convolution "
            f"of a trained network it is {last.wired} pixels, {MOST:.0%} of the influence lying in {last.effective}.",
            f"3×3 卷积的一个输出，单通道时只连着 {channels[0][0].wired} 个输入，三通道时连着 {channels[2][0].wired} 个；"
            f"全连接层的一个输出连着全部 {dense.wired} 个。到训练好的网络的第五个卷积层，一个输出能看到 {last.wired} 个像素，"
            f"其中 {last.effective} 个占了 {MOST:.0%} 的影响。",
        ),
        condition=both(
            "For one layer, and for each channel of its input: nine places, nine times as many inputs as there are channels. "
            "With depth the field grows.",
            "只看一层、只数一个输入通道时成立：位置是 9 个，连接的输入则是 9 × 通道数。层数加深，感受野随之变大。",
        ),
        table=table(
            [
                both("Output of", "哪一层的输出"),
                both("Inputs or pixels", "输入（像素）总数"),
                both("Wired to", "实际连接"),
                both("In theory", "理论值"),
                both(f"Pixels with {MOST:.0%} of the gradient", f"占 {MOST:.0%} 梯度的像素"),
            ],
            [wiring.row for wiring in (*(wiring for wiring, _ in single), *deep)],
        ),
        cases=sum(len(counts) for _, counts in single) + len(deep) * PICTURES,
    )


LOCAL_RECEPTIVE_FIELD = Claim(
    "local-receptive-field",
    ("convolution", "principles"),
    both("What one output sees", "一个输出看到什么"),
    both(
        "A kernel sees only a small part of the input: a 3×3 kernel is wired to 9 pixels, not to all of them.",
        "卷积核只看输入的一小块：3×3 的核只连着 9 个像素，而不是全部像素。",
    ),
    both(
        "Nine places, but in every channel. Layers on top of each other see further and further, though most of their influence "
        "comes from the middle of what they could see. And a normalisation over whole maps lets every pixel have its say at once.",
        "位置是九个，但每个通道都有九个。层层叠加，看到的范围越来越大，不过影响大多来自视野的中央。"
        "而对整张特征图做归一化，会让每个像素一下子都能插上话。",
    ),
    experiment,
)
