/** The present settings as a runnable PyTorch program, with the very numbers of the kernels in it. */

/** @typedef {import("../../core/wire.js").ConvolutionRequest} Params */
/** @typedef {{before: number, after: number, output_padding: number}} Axis */
/** @typedef {readonly [number, number]} Pair */
/**
 * @typedef {{
 *   params: Params,
 *   kernels: readonly (readonly (readonly (readonly number[])[])[])[],
 *   biases: readonly number[],
 *   axes: readonly Axis[],
 *   picture?: string,
 * }} Recipe
 * `kernels`: (O, C / groups, kh, kw) as they slide, `biases` and `axes` (height, width): as the server
 * answered; `picture`: where the stored picture is, with the host
 */

/** The program. It ends with `y`, the output (O, H, W), and prints its shape.
 * @param {Recipe} recipe
 */
export function torch(recipe) {
  const { params } = recipe;
  const picture = params.input.kind === "picture";
  const imports = picture ? ["from urllib.request import urlopen", "", "import numpy as np"] : [];
  return [
    ...imports,
    "import torch",
    "import torch.nn.functional as F",
    ...(picture ? ["from PIL import Image"] : []),
    "",
    ...input(recipe),
    "",
    ...weights(recipe),
    ...(params.mode === "transposed" ? transposed(recipe) : convolution(recipe)),
    ...(params.relu ? ["y = F.relu(y)"] : []),
    ...pooling(params.pooling ?? null),
    "y = y[0]",
    "print(tuple(y.shape))",
    "",
  ].join("\n");
}

/** @param {Recipe} recipe */
function input({ params, picture = "" }) {
  const { input } = params;
  if (input.kind === "grid")
    return [`x = torch.tensor(${nested(input.values, "    ")})[None]  # (1, C, H, W)`];
  const { size = 224, colour = "rgb", crop } = input;
  return [
    '# The picture as it is stored; any file will do: Image.open("picture.png")',
    `picture = Image.open(urlopen(${JSON.stringify(picture)})).convert("RGB")`,
    "x = torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None]",
    "longest = max(x.shape[2:])",
    `if longest > ${size}:`,
    `    shape = [max(round(length * ${size} / longest), 1) for length in x.shape[2:]]`,
    '    x = F.interpolate(x, shape, mode="bicubic", antialias=True)',
    "x = x.float() / 255",
    ...(colour === "grey"
      ? ["x = (x * torch.tensor([0.299, 0.587, 0.114]).view(3, 1, 1)).sum(1, keepdim=True)"]
      : []),
    ...(crop
      ? [
          `x = x[:, :, ${crop.top}:${crop.top + crop.height}, ${crop.left}:${crop.left + crop.width}]`,
        ]
      : []),
  ];
}

/** @param {Recipe} recipe */
function weights({ params, kernels, biases }) {
  const written = params.flip ? kernels.map((kernel) => kernel.map(turned)) : kernels;
  const depth = (params.groups ?? 1) > 1 ? "C / groups" : "C";
  return [
    `weight = torch.tensor(${nested(written, "    ")})  # (kernels, ${depth}, height, width)`,
    ...(params.flip ? ["weight = weight.flip(2, 3)  # true convolution turns the kernel"] : []),
    biases.some(Boolean) ? `bias = torch.tensor(${nested(biases, "    ")})` : "bias = None",
    "",
  ];
}

/** @param {Recipe} recipe */
function convolution({ params, axes }) {
  const { stride = [1, 1], dilation = [1, 1], groups = 1, padding_mode: mode = "zeros" } = params;
  const [top, bottom, left, right] = sides(axes);
  const padded = Math.max(top, bottom, left, right) > 0;
  const even = top === bottom && left === right;
  const options = [
    ...(one(stride) ? [] : [`stride=${pair(stride)}`]),
    ...(one(dilation) ? [] : [`dilation=${pair(dilation)}`]),
    ...(groups === 1 ? [] : [`groups=${groups}`]),
  ];
  if (padded && mode === "zeros" && params.padding === "same_pytorch")
    options.push('padding="same"');
  else if (padded && mode === "zeros" && even) options.push(`padding=${pair([top, left])}`);
  else if (padded)
    return [
      `x = F.pad(x, ${row([left, right, top, bottom])}${mode === "zeros" ? "" : `, mode="${mode}"`})  # left, right, top, bottom`,
      `y = F.conv2d(${["x", "weight", "bias", ...options].join(", ")})`,
    ];
  return [`y = F.conv2d(${["x", "weight", "bias", ...options].join(", ")})`];
}

/** @param {Recipe} recipe */
function transposed({ params, axes }) {
  const { stride = [1, 1], dilation = [1, 1], groups = 1 } = params;
  const extra = axes.map((axis) => axis.output_padding);
  const [top, bottom, left, right] = sides(axes);
  const even = top === bottom && left === right;
  const options = [
    ...(one(stride) ? [] : [`stride=${pair(stride)}`]),
    ...(even && top + left > 0 ? [`padding=${pair([top, left])}`] : []),
    ...(extra.some(Boolean) ? [`output_padding=${pair(extra)}`] : []),
    ...(one(dilation) ? [] : [`dilation=${pair(dilation)}`]),
    ...(groups === 1 ? [] : [`groups=${groups}`]),
  ];
  return [
    "# conv_transpose2d wants (C, kernels / groups, height, width)",
    groups === 1
      ? "weight = weight.transpose(0, 1)"
      : `weight = weight.unflatten(0, (${groups}, -1)).transpose(1, 2).flatten(0, 1)`,
    `y = F.conv_transpose2d(${["x", "weight", "bias", ...options].join(", ")})`,
    ...(even
      ? []
      : [`y = F.pad(y, ${row([-left, -right, -top, -bottom])})  # cut: left, right, top, bottom`]),
  ];
}

/** @param {Params["pooling"] | null} pooling */
function pooling(pooling) {
  if (!pooling) return [];
  const { kind, kernel_size, stride, ceil_mode } = pooling;
  const call = kind === "max" ? "max_pool2d" : "avg_pool2d";
  const ceil = ceil_mode ? ", ceil_mode=True" : "";
  return [`y = F.${call}(y, ${pair(kernel_size)}, stride=${pair(stride ?? kernel_size)}${ceil})`];
}

/** @param {readonly Axis[]} axes @returns {[number, number, number, number]} */
function sides([height, width]) {
  return [height?.before ?? 0, height?.after ?? 0, width?.before ?? 0, width?.after ?? 0];
}

/** A slice turned by 180°.
 * @param {readonly (readonly number[])[]} slice
 */
function turned(slice) {
  return slice.map((row) => row.toReversed()).toReversed();
}

/** @param {readonly number[]} both */
const one = ([h, w]) => h === 1 && w === 1;
/** @param {readonly number[]} both */
const pair = ([h, w]) => `(${h}, ${w})`;
/** @param {readonly number[]} all */
const row = (all) => `(${all.join(", ")})`;

/** @typedef {number | readonly unknown[]} Nested */

/** Nested lists as Python, one row of numbers a line.
 * @param {Nested} values
 * @param {string} indent
 * @returns {string}
 */
export function nested(values, indent = "") {
  if (typeof values === "number") return float32(values);
  if (values.every((each) => typeof each === "number")) {
    const numbers = values.map((each) => float32(/** @type {number} */ (each)));
    const line = `[${numbers.join(", ")}]`;
    if (indent.length + line.length <= 96) return line;
    return `[\n${wrapped(numbers, `${indent}    `)}\n${indent}]`;
  }
  const lines = values.map(
    (each) => `${indent}${nested(/** @type {Nested} */ (each), `${indent}    `)},`,
  );
  return `[\n${lines.join("\n")}\n${indent.slice(4)}]`;
}

/** @param {readonly string[]} words @param {string} indent */
function wrapped(words, indent) {
  /** @type {string[]} */ const lines = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 94)
      lines[lines.length - 1] = `${last} ${word},`;
    else lines.push(`${indent}${word},`);
  }
  return lines.join("\n");
}

/** The shortest decimal that gives the same 32-bit float, written so that Python takes it for a float.
 * @param {number} value
 */
export function float32(value) {
  const exact = Math.fround(value);
  for (let digits = 1; digits < 10; digits++) {
    const short = Number(exact.toPrecision(digits));
    if (Math.fround(short) !== exact) continue;
    const text = String(short);
    return /[.e]/.test(text) ? text : `${Object.is(short, -0) ? "-0" : text}.0`;
  }
  return String(exact);
}
