"""A network as a list of named steps: what the walk walks over.

The graph is traced once with torch.fx. Each step is a pure function with its arguments laid open, so that a
run can replace one of them without touching the Module, whose tensors the steps share.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, fx, nn

from models.folding import Fold, with_folds
from models.layers.activation import activate
from models.layers.alpha_dropout import AlphaDropout
from models.layers.arithmetic import Add
from models.layers.attention import (
    AttentionMix,
    AttentionWeights,
    PositionEmbedding,
    add_positions,
    attention_mix,
    attention_weights,
)
from models.layers.convolution import SameConv2d, conv2d
from models.layers.drop_block import DropBlock
from models.layers.dropout import BLOCK_SIZE, StochasticDepth, Variant, dropout
from models.layers.gru import LastRow, RowGRU, last_row, row_gru
from models.layers.normalization import ChannelNorm, LayerNorm2d, normalize
from models.layers.permutation import Permute, permute
from models.layers.pooling import pool2d

Kind = Literal[
    "input", "conv", "norm", "activation", "pool", "linear", "dropout", "add", "flatten",
    "position", "attention", "mix", "recurrent", "last", "permute",
]  # fmt: skip
"""position: a position embedding; attention: attention weights; mix: the values averaged with them;
recurrent: a state that goes from row to row; last: what is in the last row; permute: the pixels in another order."""
INPUT = "input"


@dataclass(frozen=True)
class Masking:
    """A dropout that a change puts where the network has no layer for it; `seed` None is the run's."""

    p: float
    seed: int | None
    variant: Variant = "element"
    block_size: int = BLOCK_SIZE


@dataclass(frozen=True)
class Step:
    """One operation: `function(*inputs, **arguments)`, then the channels in `scaled` times their factor.

    `masked` is a dropout after all that; `connect` one on the weights before it.
    """

    name: str
    kind: Kind
    operation: str
    inputs: tuple[str, ...]
    function: Callable[..., Tensor]
    arguments: Mapping[str, Any] = field(default_factory=dict)
    scaled: tuple[tuple[frozenset[int], float], ...] = ()
    masked: Masking | None = None
    connect: Masking | None = None
    fold: Fold | None = None

    def having(self, **changes: Any) -> "Step":
        """The same step with some arguments replaced."""
        return replace(self, arguments={**self.arguments, **changes}, fold=None)


@dataclass(frozen=True)
class Network:
    """The steps of a Module in the order of their computing; `input_shape` is (C, H, W)."""

    module: nn.Module
    input_shape: tuple[int, int, int]
    steps: dict[str, Step]

    @property
    def output(self) -> str:
        """The name of the last step: the logits."""
        return next(reversed(self.steps))

    @property
    def blocks(self) -> dict[str, tuple[str, ...]]:
        """The steps of each top-level part of the Module, in order."""
        blocks: dict[str, tuple[str, ...]] = {}
        for name in self.steps:
            block = name.partition(".")[0]
            blocks[block] = (*blocks.get(block, ()), name)
        return blocks


class _Tracer(fx.Tracer):
    """Stops at PyTorch's layers and at ours."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return type(m).__module__.startswith("models.layers.") or super().is_leaf_module(
            m, module_qualified_name
        )


def trace(module: nn.Module, input_shape: tuple[int, int, int]) -> Network:
    """Lay a Module open. Every operation in it must be a Module of its own, called once."""
    module.eval().requires_grad_(False)
    steps: dict[str, Step] = {}
    named: dict[fx.Node, str] = {}
    for node in _Tracer().trace(module).nodes:
        if node.op == "placeholder":
            named[node] = INPUT
        elif node.op == "call_module":
            name = str(node.target)
            assert name not in steps, f"{name} is called twice"
            inputs = tuple(named[argument] for argument in node.args if isinstance(argument, fx.Node))
            steps[name] = _step(name, module.get_submodule(name), inputs)
            named[node] = name
        else:
            assert node.op == "output", f"{node.name} is not a Module of its own"
    return Network(module, input_shape, with_folds(steps))


def pair(value: int | tuple[int, ...]) -> tuple[int, int]:
    """A setting for height and width, however PyTorch was given it."""
    return (value, value) if isinstance(value, int) else (value[0], value[1])


ACTIVATIONS: dict[type[nn.Module], str] = {
    nn.ReLU: "relu",
    nn.ReLU6: "relu6",
    nn.GELU: "gelu",
    nn.Identity: "identity",
}


def _step(name: str, module: nn.Module, inputs: tuple[str, ...]) -> Step:
    """What one leaf Module computes in evaluation mode."""
    kind: Kind
    function: Callable[..., Tensor]
    arguments: dict[str, Any] = {}
    match module:
        case nn.Conv2d():
            kind, function = "conv", conv2d
            padding: str | tuple[int, int, int, int]
            if isinstance(module, SameConv2d):
                padding = "same"
            elif isinstance(module.padding, str):
                padding = module.padding
            else:
                height, width = pair(module.padding)
                padding = (height, height, width, width)
            arguments = {
                "weight": module.weight,
                "bias": module.bias,
                "stride": pair(module.stride),
                "padding": padding,
                "padding_mode": module.padding_mode,
                "dilation": pair(module.dilation),
                "groups": module.groups,
            }
        case nn.BatchNorm2d():
            assert module.affine, "only normalisation with gamma and beta is known"
            kind, function = "norm", normalize
            arguments = {
                "method": "batch",
                "gamma": module.weight,
                "beta": module.bias,
                "running_mean": module.running_mean,
                "running_var": module.running_var,
                "eps": module.eps,
                "statistics": "batch" if module.running_mean is None else "running",
                "groups": 1,
            }
        case nn.GroupNorm():
            assert module.affine, "only normalisation with gamma and beta is known"
            kind, function = "norm", normalize
            arguments = {
                "method": "layer" if isinstance(module, LayerNorm2d) else "group",
                "gamma": module.weight,
                "beta": module.bias,
                "eps": module.eps,
                "groups": module.num_groups,
            }
        case nn.InstanceNorm2d():
            assert module.affine and module.running_mean is None, (
                "only normalisation with gamma and beta is known"
            )
            kind, function = "norm", normalize
            arguments = {
                "method": "instance",
                "gamma": module.weight,
                "beta": module.bias,
                "eps": module.eps,
                "groups": 1,
            }
        case ChannelNorm():
            kind, function = "norm", normalize
            arguments = {
                "method": "layer_channels",
                "gamma": module.weight,
                "beta": module.bias,
                "eps": module.eps,
                "groups": 1,
            }
        case nn.Linear():
            kind, function = "linear", F.linear
            arguments = {"weight": module.weight, "bias": module.bias}
        case nn.MaxPool2d() | nn.AvgPool2d():
            assert not module.ceil_mode and getattr(module, "dilation", 1) == 1, (
                "only whole windows are known"
            )
            if isinstance(module, nn.AvgPool2d):
                plain = module.count_include_pad and module.divisor_override is None
                assert plain, "only the mean with its padding is known"
            kind, function = "pool", pool2d
            arguments = {
                "method": "max" if isinstance(module, nn.MaxPool2d) else "avg",
                "kernel_size": pair(module.kernel_size),
                "stride": pair(module.stride),
                "padding": pair(module.padding),
            }
        case nn.AdaptiveAvgPool2d() | nn.AdaptiveMaxPool2d():
            assert module.output_size == 1, "only the pooling of whole maps is known"
            assert not getattr(module, "return_indices", False), "only the largest value is known"
            kind, function = "pool", pool2d
            arguments = {
                "method": "max" if isinstance(module, nn.AdaptiveMaxPool2d) else "avg",
                "kernel_size": None,
                "stride": (1, 1),
                "padding": (0, 0),
            }
        case (
            nn.Dropout()
            | nn.Dropout2d()
            | StochasticDepth()
            | AlphaDropout()
            | nn.AlphaDropout()
            | DropBlock()
        ):
            kind, function = "dropout", dropout
            arguments = {"variant": _variant(module), "p": module.p, "on": False, "seed": None}
            if isinstance(module, DropBlock):
                arguments["block_size"] = module.block_size
        case nn.Flatten():
            assert (module.start_dim, module.end_dim) == (1, -1), "only flattening of all axes is known"
            kind, function = "flatten", torch.flatten
            arguments = {"start_dim": 1}
        case Add():
            kind, function = "add", torch.add
        case PositionEmbedding():
            kind, function = "position", add_positions
            arguments = {"weight": module.weight}
        case AttentionWeights():
            kind, function = "attention", attention_weights
            arguments = {"num_heads": module.num_heads, "head_dim": module.head_dim}
        case AttentionMix():
            kind, function = "mix", attention_mix
        case RowGRU():
            kind, function = "recurrent", row_gru
            arguments = {
                "weight_ih": module.weight_ih_l0,
                "weight_hh": module.weight_hh_l0,
                "bias_ih": module.bias_ih_l0,
                "bias_hh": module.bias_hh_l0,
                "rule": "none",
                "p": 0.0,
                "seed": None,
            }
        case LastRow():
            kind, function = "last", last_row
        case Permute():
            kind, function = "permute", permute
            arguments = {"order": module.order}
        case _ if type(module) in ACTIVATIONS:
            kind, function = "activation", activate
            arguments = {"function": ACTIVATIONS[type(module)]}
        case _:
            raise TypeError(f"{name}: {type(module).__name__} is not known to the walk")
    return Step(name, kind, type(module).__name__, inputs, function, arguments)


def _variant(module: nn.Module) -> Variant:
    match module:
        case StochasticDepth():
            return module.variant
        case nn.Dropout2d():
            return "channel"
        case DropBlock():
            return "block"
        case AlphaDropout() | nn.AlphaDropout():
            return "alpha"
        case _:
            return "element"


def ancestors(steps: dict[str, Step], wanted: Iterable[str]) -> list[Step]:
    """The steps that the wanted ones need, themselves included, in the order of their computing."""
    needed = set(wanted)
    chosen: list[Step] = []
    for name in reversed(steps):
        if name in needed:
            chosen.append(steps[name])
            needed.update(steps[name].inputs)
    return chosen[::-1]
