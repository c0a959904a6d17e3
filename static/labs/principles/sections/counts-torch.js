/** The counted layers as a runnable PyTorch program: nothing is computed, only counted. */

/** @param {{height: number, width: number, in_channels: number, kernel_size: number, stride: number, padding: number, filters: number, units: number}} params */
export function program(params) {
  const {
    height,
    width,
    in_channels: depth,
    kernel_size: kernel,
    stride,
    padding,
    filters,
    units,
  } = params;
  return `import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

height, width, channels = ${height}, ${width}, ${depth}
kernel, stride, padding, filters, units = ${kernel}, ${stride}, ${padding}, ${filters}, ${units}


class LocallyConnected(nn.Module):
    """The windows of a convolution, with weights of their own at every place."""

    def __init__(self, places):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(places, filters, channels * kernel**2))
        self.bias = nn.Parameter(torch.empty(filters, places))

    def forward(self, x):
        windows = nn.functional.unfold(x, kernel, padding=padding, stride=stride)
        return torch.einsum("bfp,pof->bop", windows, self.weight) + self.bias


with torch.device("meta"):  # shapes without numbers
    x = torch.empty(1, channels, height, width)
    convolution = nn.Conv2d(channels, filters, kernel, stride, padding)
    places = convolution(x)[0, 0].numel()
    layers = {
        "convolution": convolution,
        "locally connected": LocallyConnected(places),
        "dense": nn.Sequential(nn.Flatten(), nn.Linear(x.numel(), filters * places)),
        f"dense to {units}": nn.Sequential(nn.Flatten(), nn.Linear(x.numel(), units)),
    }
    for name, layer in layers.items():
        with FlopCounterMode(display=False) as counter:
            layer(x)
        parameters = sum(weight.numel() for weight in layer.parameters())
        print(f"{name}: {parameters:,} weights, {counter.get_total_flops() // 2:,} multiply-adds")
`;
}
