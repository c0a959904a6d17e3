/** The stage's unit as a runnable PyTorch program: layers of the same sizes, a row of the Jacobian of each unit. */

/** @typedef {import("../../core/wire.js").NetworkNode} Node */
/** @typedef {readonly {name: string, kind: string, settings: Record<string, any>}[]} Chain */

/** The layers from the input to this one that a unit sees through, one after the other; null where they are no chain.
 * @param {readonly Node[]} nodes @param {string} layer
 * @returns {Chain | null}
 */
export function chainTo(nodes, layer) {
  /** @type {Node[]} */ const found = [];
  for (let name = layer; ; ) {
    const node = nodes.find((each) => each.name === name);
    if (!node) return found.length ? found : null;
    if (node.kind === "input") return found;
    const [before] = node.inputs;
    if (node.inputs.length !== 1 || !before) return null;
    if (node.kind === "conv" || node.kind === "pool") found.unshift(node);
    name = before;
  }
}

/** The program. @param {{chain: Chain, shape: readonly number[], spot: {y: number, x: number}}} what `spot`: shares */
export function torch({ chain, shape, spot }) {
  const [channels = 1, height = 1, width = 1] = shape;
  return `import torch
from torch import nn

# Layers of the network's sizes. Which inputs a unit is wired to is decided by them, not by the weights.
network = nn.Sequential(
${chain.map((node) => `    ${written(node)},  # ${node.name}\n`).join("")})
dense = nn.Sequential(nn.Flatten(), nn.Linear(${channels * height * width}, 1))


def row(layer, x, choose):
    """The row of the Jacobian of one unit, in the shape of the picture."""
    x = x.clone().requires_grad_()
    (found,) = torch.autograd.grad(choose(layer(x)), x)
    return found[0]


x = torch.rand(1, ${channels}, ${height}, ${width})
_, _, rows, columns = network(x).shape
y, x_ = int(${spot.y} * rows), int(${spot.x} * columns)
conv_row = row(network, x, lambda out: out[0, 0, min(y, rows - 1), min(x_, columns - 1)])
dense_row = row(dense, x, lambda out: out[0, 0])
print("convolution:", int((conv_row != 0).sum()), "of", conv_row.numel())
print("dense:", int((dense_row != 0).sum()), "of", dense_row.numel())
`;
}

/** A layer as PyTorch builds it; pooling as an average, whose gradient reaches all that its window covers.
 * @param {Chain[number]} node
 */
function written({ kind, settings }) {
  const { kernel_size: size, stride, padding, dilation, groups } = settings;
  const pair = (/** @type {readonly number[]} */ values) => `(${values.join(", ")})`;
  const [top, bottom, left, right] = padding;
  if (settings.whole_map) return "nn.AdaptiveAvgPool2d(1)";
  if (kind === "pool") return `nn.AvgPool2d(${pair(size)}, ${pair(stride)}, ${pair([top, left])})`;
  const even = top === bottom && left === right;
  const before = even ? "" : `nn.ZeroPad2d(${pair([left, right, top, bottom])}), `;
  const sides = even ? [top, left] : [0, 0];
  return `${before}nn.Conv2d(${settings.in_channels}, ${settings.out_channels}, ${pair(size)}, ${pair(stride)}, ${pair(sides)}, ${pair(dilation)}, ${groups})`;
}
