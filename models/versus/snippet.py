"""The two orders of shifting and convolving as a program that needs nothing but PyTorch."""

import base64
import zlib
from textwrap import wrap

import torch
from torch import Tensor

from models.versus.commuting import Commuting

LINE = 88
MODES = {
    "zeros": "",
    "circular": ', mode="circular"',
    "reflect": ', mode="reflect"',
    "replicate": ', mode="replicate"',
}
POOLS = {"max": "max_pool2d", "avg": "avg_pool2d"}


def program(both: Commuting, canvas: Tensor, counted: Tensor) -> str:
    """Python for the canvas (1, H, W); `counted` (h, w) are the elements inside the border, a rectangle."""
    height, width = canvas.shape[1:]
    packed = base64.b64encode(zlib.compress(canvas.contiguous().numpy().tobytes(), 9)).decode()
    pixels = "\n".join(f'    "{part}"' for part in wrap(packed, LINE))
    rows = ",\n".join(f"    {row}" for row in both.weight[0, 0].tolist())
    return f"""import base64
import zlib

import torch
import torch.nn.functional as F

pixels = zlib.decompress(base64.b64decode(
{pixels}
))
x = torch.frombuffer(bytearray(pixels), dtype=torch.float32).reshape(1, 1, {height}, {width})
weight = torch.tensor([[[
{rows},
]]])


def f(x):
{_f(both)}


def shift(x, dy, dx):
    return {_shift(both)}


moved_then = f(shift(x, {both.dy}, {both.dx}))
then_moved = shift(f(x), {both.output_shift[0]}, {both.output_shift[1]}){_rounded(both)}
difference = moved_then - then_moved
print("everywhere:", difference.abs().max().item())
{_inside(counted)}"""


def _f(both: Commuting) -> str:
    top, bottom, left, right = both.sides
    lines = [f"x = F.pad(x, {(left, right, top, bottom)}{MODES[both.mode]})"] if any(both.sides) else []
    lines.append(
        "x = F.conv2d(x, weight)" if both.stride == 1 else f"x = F.conv2d(x, weight, stride={both.stride})"
    )
    if both.relu:
        lines.append("x = F.relu(x)")
    if both.pooling != "none":
        lines.append(f"x = F.{POOLS[both.pooling]}(x, 2)")
    lines.append("return x")
    return "\n".join(f"    {line}" for line in lines)


def _shift(both: Commuting) -> str:
    if both.circular:
        return "x.roll((dy, dx), (2, 3))  # what leaves on one side comes in on the other"
    return "F.pad(x, (dx, -dx, dy, -dy))  # what is left free is 0"


def _rounded(both: Commuting) -> str:
    return "" if both.whole else f"  # {both.dy} / {both.steps} and {both.dx} / {both.steps}, rounded"


def _inside(counted: Tensor) -> str:
    if not counted.any():
        return ""
    rows, columns = (torch.nonzero(counted.any(axis))[:, 0] for axis in (1, 0))
    cut = f"{rows[0]}:{rows[-1] + 1}, {columns[0]}:{columns[-1] + 1}"
    return f'print("inside the border:", difference[..., {cut}].abs().max().item())\n'
