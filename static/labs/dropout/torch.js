/** The present settings as a runnable PyTorch program: the same seed draws the same mask. */

import { literal } from "../../core/snippets.js";

/** @typedef {import("../../core/wire.js").DropoutRequest} Params */
/** @typedef {import("../../core/wire.js").DropoutAnswer} Wire */
/** @typedef {Pick<Wire, "layout" | "shape" | "keep">} Answer */
/** @typedef {Pick<import("../../core/wire.js").NetworkNode, "kind" | "inputs" | "settings">} Node */
/** @typedef {{params: Params, answer: Answer, node?: Node | null, host: string}} Recipe
 * `node`: the layer that the tensor comes from; `host`: where questions are answered */

/** The server's own where none is asked for. */
const BLOCK_SIZE = 7;
/** Channels that one answer of the lab, and one about weights, may hold. */
const [CHANNELS, KERNELS] = [16, 256];

/** The program. It ends with `y`, the output in the shape of the tensor, and prints its shape; in training `mask` is the
 * mask as it was drawn.
 * @param {Recipe} recipe
 */
export function torch(recipe) {
  const { params } = recipe;
  const served = params.source.kind !== "grid";
  const functions = params.variant === "block" || params.variant === "connect";
  return [
    ...(served ? ["import json", "from urllib.request import Request, urlopen", ""] : []),
    "import torch",
    ...(functions ? ["import torch.nn.functional as F"] : []),
    "",
    ...(served ? asking(recipe) : []),
    ...input(recipe),
    "",
    ...(params.variant === "connect" ? connected(recipe) : dropped(recipe)),
    "print(tuple(y.shape))",
    "",
  ].join("\n");
}

/** A function that asks the server. @param {Recipe} recipe */
function asking({ host }) {
  return [
    "def ask(path, body):",
    `    url = ${literal(host)} + path + "?tensors=list"`,
    '    request = Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})',
    "    with urlopen(request) as response:",
    "        return json.load(response)",
    "",
    "",
  ];
}

/** Where x comes from: what is dropped from or, of DropConnect, what the layer is given. @param {Recipe} recipe */
function input({ params, answer, node }) {
  const { source } = params;
  if (source.kind === "grid")
    return [`x = torch.tensor(${literal(source.values)}).float()  # (B, C, H, W)`];
  const connect = params.variant === "connect";
  const layer = connect ? (node?.inputs[0] ?? "input") : source.layer;
  const axes = answer.layout === "maps" ? "(B, C, H, W)" : "(B, C)";
  return [
    connect
      ? `# What the layer is given for these pictures: an answer holds ${CHANNELS} channels at most`
      : `# What the layer gives for these pictures: an answer holds ${CHANNELS} channels at most`,
    `body = {"source": ${literal({ ...source, layer }, "")}, "record": ["input"]}`,
    'count = ask("/api/labs/dropout", {**body, "record": []})["shape"][1]',
    "parts = []",
    `for first in range(0, count, ${CHANNELS}):`,
    `    body["channels"] = [*range(first, min(first + ${CHANNELS}, count))]`,
    '    parts.append(torch.tensor(ask("/api/labs/dropout", body)["input"]["data"]))',
    `x = torch.cat(parts, 1)${connect ? "" : `  # ${axes}`}`,
  ];
}

/** Masks on values. @param {Recipe} recipe */
function dropped({ params, answer }) {
  const { p = 0.5, variant = "element", mode, scaling, seed = 0 } = params;
  const classic = scaling === "classic";
  const share = `p = ${p}`;
  if (mode === "eval") return classic ? [share, "y = x * (1 - p)"] : ["y = x"];
  const start = [share, `generator = torch.Generator().manual_seed(${seed})`];
  if (variant === "block") return [...start, ...squares(params, answer)];
  const shape = answer.keep?.decisions ?? answer.shape;
  const mask = `mask = torch.empty(${shape.join(", ")}).bernoulli_(1 - p, generator=generator)`;
  if (variant === "alpha")
    return p === 1
      ? [...start, mask, "y = x * 0"]
      : [
          ...start,
          mask,
          "lowest = -1.7580993408473766  # of SELU",
          "a = ((1 - p) * (1 + p * lowest**2)) ** -0.5",
          "b = -a * p * lowest",
          "y = a * (x * mask + lowest * (1 - mask)) + b",
        ];
  return [...start, mask, `y = x * mask${scaled(p, classic)}`];
}

/** DropBlock: a seed where a square begins, all that it covers dropped. @param {Params} params @param {Answer} answer */
function squares({ p = 0.5, block_size: size = BLOCK_SIZE }, { shape }) {
  const [samples = 1, channels = 1, rows = 1, columns = 1] = shape;
  const [height, width] = [Math.min(size, rows), Math.min(size, columns)];
  const places = [rows - height + 1, columns - width + 1];
  const gamma =
    p === 1
      ? "gamma = 1.0"
      : `gamma = min(p * ${rows} * ${columns} / (${height} * ${width} * ${places[0]} * ${places[1]}), 1.0)`;
  return [
    gamma,
    `begins = torch.empty(${[samples, channels, ...places].join(", ")}).bernoulli_(gamma, generator=generator)`,
    `begins = F.pad(begins, (${width - 1}, ${width - 1}, ${height - 1}, ${height - 1}))`,
    `mask = 1 - F.max_pool2d(begins, (${height}, ${width}), stride=1)`,
    "y = x * mask * (mask.numel() / mask.sum().clamp(min=1))",
  ];
}

/** DropConnect: a mask on the layer's weights. @param {Recipe} recipe */
function connected({ params, answer, node }) {
  const { source, p = 0.5, seed = 0, mode, scaling } = params;
  if (source.kind === "grid") return [];
  const [, kernels = 1] = answer.shape;
  const { kind = "linear", settings = {} } = node ?? {};
  const conv = kind === "conv";
  const classic = scaling === "classic";
  const drop =
    mode === "eval"
      ? classic
        ? [`p = ${p}`, "weight = weight * (1 - p)"]
        : []
      : [
          `p = ${p}`,
          `generator = torch.Generator().manual_seed(${seed})`,
          "mask = torch.empty(*weight.shape).bernoulli_(1 - p, generator=generator)",
          `weight = weight * mask${scaled(p, classic)}`,
        ];
  return [
    "weights, biases = [], []",
    `for first in range(0, ${kernels}, ${KERNELS}):`,
    `    chosen = [*range(first, min(first + ${KERNELS}, ${kernels}))]`,
    `    body = {"layer": ${literal(source.layer)}, "channels": chosen}`,
    `    answer = ask(${literal(`/api/networks/${source.network}/weights`)}, body)`,
    '    weights.append(torch.tensor(answer["original"]["data"]))',
    '    biases += answer["bias"] or []',
    `weight = torch.cat(weights)${conv ? "" : ".flatten(1)"}`,
    "bias = torch.tensor(biases) if biases else None",
    ...drop,
    ...(conv ? convolved(settings) : ["y = F.linear(x, weight, bias)"]),
  ];
}

/** @param {Record<string, any>} settings */
function convolved({ padding = [0, 0, 0, 0], padding_mode: mode, stride, dilation, groups }) {
  const [top, bottom, left, right] = padding;
  const how = mode && mode !== "zeros" ? `, mode=${literal(mode)}` : "";
  const bare = padding.every((/** @type {number} */ side) => side === 0);
  const options = `stride=${tuple(stride)}, dilation=${tuple(dilation)}, groups=${groups}`;
  return [
    ...(bare ? [] : [`x = F.pad(x, (${left}, ${right}, ${top}, ${bottom})${how})`]),
    `y = F.conv2d(x, weight, bias, ${options})`,
  ];
}

/** @param {readonly number[]} values */
function tuple(values) {
  return `(${values.join(", ")})`;
}

/** What the kept are divided by. @param {number} p @param {boolean} classic */
function scaled(p, classic) {
  if (classic) return "";
  return p === 1 ? " * 0" : " / (1 - p)";
}
