/** The present settings as a runnable PyTorch program, with the very numbers of the layer in it. */

import { literal } from "../../core/snippets.js";

/** @typedef {import("../../core/wire.js").NormalizationRequest} Params */
/** @typedef {import("../../core/wire.js").NormalizationAnswer} Wire */
/** @typedef {Pick<Wire, "layout" | "shape" | "gamma" | "beta" | "eps" | "groups" | "mode" | "running">} Answer */
/** @typedef {{params: Params, answer: Answer, url: string}} Recipe
 * `url`: where the lab's questions are answered, with the host, arrays as lists */

/** The program. It ends with `y`, the output in the shape of the input, and prints its shape.
 * @param {Recipe} recipe
 */
export function torch(recipe) {
  const { params } = recipe;
  const served = params.source.kind !== "grid";
  return [
    ...(served ? ["import json", "from urllib.request import Request, urlopen", ""] : []),
    "import torch",
    "from torch import nn",
    "",
    ...input(recipe),
    "",
    ...layer(recipe),
    "with torch.no_grad():",
    ...applied(recipe).map((line) => `    ${line}`),
    "print(tuple(y.shape))",
    "",
  ].join("\n");
}

/** Where x comes from. @param {Recipe} recipe */
function input({ params, answer, url }) {
  const { source } = params;
  if (source.kind === "grid")
    return [`x = torch.tensor(${literal(source.values)}).float()  # (B, C, H, W)`];
  const axes = { maps: "(B, C, H, W)", tokens: "(B, D, L)", vectors: "(B, C)" }[answer.layout];
  return [
    "# What the layer gives for these pictures: the answer holds 16 channels at most",
    `url = ${literal(url)}`,
    `body = {"source": ${literal(source, "")}, "record": ["input"]}`,
    "parts = []",
    `for first in range(0, ${answer.shape[1]}, 16):`,
    `    body["channels"] = [*range(first, min(first + 16, ${answer.shape[1]}))]`,
    '    request = Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})',
    "    with urlopen(request) as response:",
    '        parts.append(torch.tensor(json.load(response)["input"]["data"]))',
    `x = torch.cat(parts, 1)  # ${axes}`,
  ];
}

/** The layer with its numbers. @param {Recipe} recipe */
function layer({ params, answer }) {
  const { shape, gamma, beta, eps, groups, mode, running } = answer;
  const [, channels = 1] = shape;
  const d = shape.length === 4 ? "2d" : "1d";
  const vectors = shape.length === 2;
  const method = params.method ?? "batch";
  const lines = [
    `gamma = torch.tensor(${written(gamma)})`,
    `beta = torch.tensor(${written(beta)})`,
  ];
  const copied = ["with torch.no_grad():", "    layer.weight.copy_(gamma)"];
  switch (method) {
    case "batch": {
      const { momentum = 0.1 } = params;
      const tracked = running
        ? `momentum=${literal(momentum)}`
        : `momentum=${literal(momentum)}, track_running_stats=False`;
      lines.push(
        `layer = nn.BatchNorm${d}(${channels}, eps=${eps}, ${tracked})`,
        ...copied,
        "    layer.bias.copy_(beta)",
      );
      if (running)
        lines.push(
          `    layer.running_mean.copy_(torch.tensor(${written(running.before.mean, "    ")}))`,
          `    layer.running_var.copy_(torch.tensor(${written(running.before.variance, "    ")}))`,
          `    layer.num_batches_tracked.fill_(${running.batches})`,
        );
      lines.push(`layer.${mode}()`);
      return lines;
    }
    case "layer": {
      const rest = shape.slice(1);
      const ones = rest
        .slice(1)
        .map(() => ", 1")
        .join("");
      const fit = rest.length > 1 ? `.view(-1${ones})` : "";
      return [
        ...lines,
        `layer = nn.LayerNorm(${literal(rest)}, eps=${eps})`,
        "with torch.no_grad():",
        `    layer.weight.copy_(gamma${fit})  # one number a channel, as convolutional networks have them`,
        `    layer.bias.copy_(beta${fit})`,
      ];
    }
    case "instance":
      // PyTorch's InstanceNorm takes no vectors; GroupNorm with a group for each channel is the same.
      return [
        ...lines,
        vectors
          ? `layer = nn.GroupNorm(${channels}, ${channels}, eps=${eps})`
          : `layer = nn.InstanceNorm${d}(${channels}, eps=${eps}, affine=True)`,
        ...copied,
        "    layer.bias.copy_(beta)",
      ];
    case "group":
      return [
        ...lines,
        `layer = nn.GroupNorm(${groups}, ${channels}, eps=${eps})`,
        ...copied,
        "    layer.bias.copy_(beta)",
      ];
    case "layer_channels":
      return [
        ...lines,
        `layer = nn.LayerNorm(${channels}, eps=${eps})`,
        ...copied,
        "    layer.bias.copy_(beta)",
      ];
    case "rms":
      return [...lines, `layer = nn.RMSNorm(${channels}, eps=${eps})`, ...copied];
  }
}

/** @param {Recipe} recipe */
function applied({ params, answer }) {
  const last = answer.shape.length > 2;
  const moved = "layer(x.movedim(1, -1))"; // the channels come last
  switch (params.method) {
    case "layer_channels":
      return [last ? `y = ${moved}.movedim(-1, 1)` : "y = layer(x)"];
    case "rms":
      return [last ? `y = (${moved} + beta).movedim(-1, 1)` : "y = layer(x) + beta"];
    default:
      return ["y = layer(x)"];
  }
}

/** One number where all are the same. @param {readonly number[]} values @param {string} [indent] */
function written(values, indent = "") {
  const [first = 0] = values;
  const float = (/** @type {number} */ value) =>
    Number.isInteger(value) ? `${value}.0` : String(value);
  if (values.every((value) => value === first)) return `[${float(first)}] * ${values.length}`;
  /** @type {string[]} */ const lines = [];
  for (const word of values.map(float)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 94)
      lines[lines.length - 1] = `${last} ${word},`;
    else lines.push(`${indent}    ${word},`);
  }
  return `[\n${lines.join("\n")}\n${indent}]`;
}
