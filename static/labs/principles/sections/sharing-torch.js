/** The gradient of a shared weight as a runnable PyTorch program: the layer's sizes, other numbers. */

import { literal } from "../../../core/snippets.js";

/** @typedef {{out_channel: number, in_channel: number, row: number, column: number, filters: number, depth: number}} Place */
/** @typedef {{shape: readonly number[], settings: Record<string, any>}} Node */

/** @param {{node: Node, place: Place}} what */
export function program({ node, place }) {
  const { kernel_size: size, stride, padding, dilation, groups } = node.settings;
  const [, rows = 1, columns = 1] = node.shape;
  const [top = 0, bottom = 0, left = 0, right = 0] = padding;
  const need = (/** @type {number} */ out, /** @type {0 | 1} */ axis, /** @type {number} */ pad) =>
    (out - 1) * stride[axis] + dilation[axis] * (size[axis] - 1) + 1 - pad;
  const input = [place.depth * groups, need(rows, 0, top + bottom), need(columns, 1, left + right)];
  const start = [place.row * dilation[0], place.column * dilation[1]];
  const channel = `${Math.floor(place.out_channel / (place.filters / groups)) * place.depth + place.in_channel}`;
  return `import torch
import torch.nn.functional as F

torch.manual_seed(0)
x = torch.randn(1, ${input.join(", ")}, dtype=torch.float64)
w = torch.randn(${[place.filters, place.depth, ...size].join(", ")}, dtype=torch.float64, requires_grad=True)
padded = F.pad(x, ${literal([left, right, top, bottom])})
y = F.conv2d(padded, w, stride=(${stride.join(", ")}), dilation=(${dilation.join(", ")}), groups=${groups})
y.retain_grad()
y.square().sum().backward()  # any number that y decides

# The weight that is looked at, and the input that it meets at every position.
o, i, row, column = ${place.out_channel}, ${place.in_channel}, ${place.row}, ${place.column}
met = padded[0, ${channel}, ${start[0]} :: ${stride[0]}, ${start[1]} :: ${stride[1]}][: y.shape[2], : y.shape[3]]
terms = y.grad[0, o] * met
print(tuple(terms.shape), float(terms.sum()), float(w.grad[o, i, row, column]))
`;
}
