"""Every network that ConvScope knows: how to build it, what it takes in, where its weights are."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from torch import nn

from models.networks.efficientnet_lite0 import EfficientNetLite0
from models.networks.lenet import LeNet
from models.networks.mini_resnet import MiniResNet
from models.networks.mini_vit import MiniViT
from models.networks.mlp import MLP
from models.networks.permuted import PermutedMLP, PermutedTinyVGG
from models.networks.row_gru import Reader
from models.networks.smileys import SmileyCNN, SmileyMLP
from models.networks.tiny_vgg import TinyVGG

DATA = Path(__file__).resolve().parent.parent / "data"
Words = dict[str, str]
"""One text in each language: {"en": …, "zh": …}."""


@dataclass(frozen=True)
class Dataset:
    """What a family of networks was trained on, and how a picture becomes their input."""

    name: str
    shape: tuple[int, int, int]
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @cache  # noqa: B019 (datasets live as long as the process)
    def classes(self) -> tuple[Words, ...]:
        """The classes' names in the order of the logits."""
        return tuple(json.loads((DATA / f"{self.name}_classes.json").read_text(encoding="utf-8")))


IMAGENET = Dataset("imagenet", (3, 224, 224), (0.498, 0.498, 0.498), (0.502, 0.502, 0.502))
FASHION_MNIST = Dataset("fashion_mnist", (1, 28, 28), (0.2860,), (0.3530,))
SMILEYS = Dataset("smileys", (1, 32, 32), (0.0,), (1.0,))


@dataclass(frozen=True)
class Spec:
    """One network: `build` makes it untrained; its weights are `source`'s."""

    name: str
    build: Callable[[], nn.Module]
    dataset: Dataset
    title: Words
    summary: Words
    source: Literal["card", "package"] = "card"


SPECS = {
    spec.name: spec
    for spec in (
        Spec(
            "efficientnet_lite0",
            EfficientNetLite0,
            IMAGENET,
            {"en": "EfficientNet-Lite0", "zh": "EfficientNet-Lite0"},
            {
                "en": "49 convolutions that tell 1,000 kinds of things apart: a real network at work on ImageNet.",
                "zh": "由 49 个卷积层组成，能分辨 1000 种事物：一个真正在 ImageNet 上训练出来的网络。",
            },
            source="package",
        ),
        Spec(
            "tiny_vgg_batch",
            lambda: TinyVGG("batch"),
            FASHION_MNIST,
            {"en": "Tiny VGG, BatchNorm", "zh": "Tiny VGG（批归一化）"},
            {
                "en": "Six 3×3 convolutions, each followed by batch normalisation.",
                "zh": "六个 3×3 卷积层，每层之后都接批归一化。",
            },
        ),
        Spec(
            "tiny_vgg_layer",
            lambda: TinyVGG("layer"),
            FASHION_MNIST,
            {"en": "Tiny VGG, LayerNorm", "zh": "Tiny VGG（层归一化）"},
            {
                "en": "The same six convolutions with layer normalisation over each sample's maps.",
                "zh": "同样的六个卷积层，改为对每个样本的全部特征图做层归一化。",
            },
        ),
        Spec(
            "tiny_vgg_group",
            lambda: TinyVGG("group"),
            FASHION_MNIST,
            {"en": "Tiny VGG, GroupNorm", "zh": "Tiny VGG（组归一化）"},
            {
                "en": "The same six convolutions, each sample's maps normalised in eight groups.",
                "zh": "同样的六个卷积层，把每个样本的特征图分成八组，各组分别归一化。",
            },
        ),
        Spec(
            "tiny_vgg_instance",
            lambda: TinyVGG("instance"),
            FASHION_MNIST,
            {"en": "Tiny VGG, InstanceNorm", "zh": "Tiny VGG（实例归一化）"},
            {
                "en": "The same six convolutions, each map of each sample normalised by itself.",
                "zh": "同样的六个卷积层，每个样本的每张特征图各自归一化。",
            },
        ),
        Spec(
            "tiny_vgg_none",
            lambda: TinyVGG("none"),
            FASHION_MNIST,
            {"en": "Tiny VGG, no normalisation", "zh": "Tiny VGG（无归一化）"},
            {
                "en": "The same six convolutions with nothing between convolution and ReLU.",
                "zh": "同样的六个卷积层，卷积与 ReLU 之间不加任何归一化。",
            },
        ),
        Spec(
            "mini_resnet",
            MiniResNet,
            FASHION_MNIST,
            {"en": "Mini ResNet", "zh": "Mini ResNet"},
            {
                "en": "Six residual blocks with batch normalisation, trained with stochastic depth.",
                "zh": "六个带批归一化的残差块，训练时使用随机深度。",
            },
        ),
        Spec(
            "mini_vit",
            MiniViT,
            FASHION_MNIST,
            {"en": "Mini ViT", "zh": "Mini ViT"},
            {
                "en": "A Transformer: 49 patches as tokens, three blocks of attention, LayerNorm and dropout.",
                "zh": "一个视觉 Transformer：图片切成 49 个图块作为词元，依次经过三个由注意力、层归一化和 Dropout 组成的模块。",
            },
        ),
        Spec(
            "lenet",
            LeNet,
            FASHION_MNIST,
            {"en": "LeNet-5", "zh": "LeNet-5"},
            {
                "en": "The classic of 1998: two convolutions, two poolings, three dense layers.",
                "zh": "1998 年的经典：两个卷积层、两个池化层、三个全连接层。",
            },
        ),
        Spec(
            "mlp",
            MLP,
            FASHION_MNIST,
            {"en": "MLP", "zh": "多层感知机（MLP）"},
            {
                "en": "No convolution at all: the picture is flattened into 784 numbers.",
                "zh": "完全没有卷积：图片先被展平成 784 个数。",
            },
        ),
        Spec(
            "row_gru",
            Reader,
            FASHION_MNIST,
            {"en": "Row GRU", "zh": "逐行 GRU"},
            {
                "en": "A recurrent network: it reads the picture row by row and remembers in 112 numbers what it has seen.",
                "zh": "循环神经网络：自上而下逐行读图，把读到的内容记在 112 个数里。",
            },
        ),
        Spec(
            "mlp_permuted",
            PermutedMLP,
            FASHION_MNIST,
            {"en": "MLP, permuted world", "zh": "多层感知机（MLP），像素打乱"},
            {
                "en": "The MLP again, trained on pictures whose pixels were all shuffled by one fixed permutation.",
                "zh": "同一个多层感知机，但训练图片的像素都按同一个固定的随机顺序打乱。",
            },
        ),
        Spec(
            "tiny_vgg_permuted",
            PermutedTinyVGG,
            FASHION_MNIST,
            {"en": "Tiny VGG, permuted world", "zh": "Tiny VGG，像素打乱"},
            {
                "en": "Tiny VGG with BatchNorm again, trained on pictures shuffled by the same permutation.",
                "zh": "同一个带批归一化的 Tiny VGG，但训练图片都按同一个固定的随机顺序打乱像素。",
            },
        ),
        Spec(
            "smiley_mlp",
            SmileyMLP,
            SMILEYS,
            {"en": "Smiley MLP", "zh": "笑脸 MLP"},
            {
                "en": "Tells smileys from sad faces; it has only ever seen them in the left half of the picture.",
                "zh": "分辨笑脸与哭脸；训练时只见过位于画面左半边的脸。",
            },
        ),
        Spec(
            "smiley_cnn",
            SmileyCNN,
            SMILEYS,
            {"en": "Smiley CNN", "zh": "笑脸 CNN"},
            {
                "en": "Two convolutions and the largest value of each map, trained on the same faces in the left half.",
                "zh": "两个卷积层，再取每张特征图的最大值；训练用的是同样那些只在左半边的脸。",
            },
        ),
    )
}
