/** The faces of the stage and both networks as a runnable PyTorch program: the weights are fetched, the rest is PyTorch. */

import { literal } from "../../core/snippets.js";

/** @typedef {import("../../core/wire.js").MlpVsCnnRequest} Request */
/** @typedef {Pick<import("../../core/wire.js").NetworkInfo, "name" | "nodes">} Info */
/** @typedef {Info["nodes"][number]} Node */

/** The program. For each network it prints the logits and the probabilities.
 * @param {{request: Request, networks: readonly Info[], host: string}} recipe `host`: where questions are answered
 */
export function torch({ request, networks, host }) {
  const { scene } = request;
  return [
    "import json",
    "from urllib.request import Request, urlopen",
    "",
    "import torch",
    "import torch.nn.functional as F",
    "",
    "",
    "def ask(path, body):",
    `    url = ${literal(host)} + path + "?tensors=list"`,
    '    request = Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})',
    "    with urlopen(request) as response:",
    "        return json.load(response)",
    "",
    "",
    "def weights(network, layer, count):",
    '    body = {"layer": layer, "channels": [*range(count)]}',
    '    answer = ask(f"/api/networks/{network}/weights", body)',
    '    return torch.tensor(answer["weight"]["data"]), torch.tensor(answer["bias"])',
    "",
    "",
    `body = {"scene": ${literal(scene, "")}, "record": ["canvas"]}`,
    'canvas = torch.tensor(ask("/api/labs/mlp-vs-cnn", body)["canvas"]["data"])[None]  # (1, 1, H, W)',
    ...networks.flatMap(forward),
    "",
  ].join("\n");
}

/** What one network does with the canvas. @param {Info} network */
function forward({ name, nodes }) {
  return [
    "",
    "x = canvas",
    ...nodes.flatMap((node) => step(name, node)),
    `print(${literal(name)}, x[0].tolist(), F.softmax(x, 1)[0].tolist())`,
  ];
}

/** @param {string} network @param {Node} node @returns {string[]} */
function step(network, { name, kind, shape, settings }) {
  const learned = `w, b = weights(${literal(network)}, ${literal(name)}, ${shape[0]})`;
  const of = `  # ${name}: ${shape.join(" × ")}`;
  switch (kind) {
    case "conv": {
      const { padding = [] } = /** @type {{padding?: number[]}} */ (settings ?? {});
      const [top = 0, bottom = 0, left = 0, right = 0] = padding;
      const pad = `(${left}, ${right}, ${top}, ${bottom})`;
      return [learned, `x = F.conv2d(F.pad(x, ${pad}), w, b)${of}`];
    }
    case "linear":
      return [learned, `x = F.linear(x.flatten(1), w.flatten(1), b)${of}`];
    case "activation":
      return [`x = F.relu(x)${of}`];
    case "pool":
      return shape.at(-1) === 1
        ? [`x = F.adaptive_max_pool2d(x, 1)${of}`]
        : [`x = F.max_pool2d(x, 2)${of}`];
    case "flatten":
      return [`x = x.flatten(1)${of}`];
    default:
      return [];
  }
}
