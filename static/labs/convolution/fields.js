import { flag, json, number, text } from "../../core/state.js";
import { completed } from "./kernel-list.js";

/** @typedef {[number, number]} Pair height, width */
/** @typedef {"valid" | "same_pytorch" | "same_tensorflow" | "full" | [number, number, number, number]} Padding */
/** @typedef {"flip" | "rotate" | "transpose" | "normalise" | "negate"} Transform */
/** @typedef {{transforms?: Transform[], bias?: number}} Any */
/** @typedef {Any & {kind: "values", values: number[][][]}} Values depth × height × width */
/** @typedef {Any & {kind: "preset", preset: string, size: Pair, sigma?: number | null, angle?: number | null,
 *   wavelength?: number | null, seed?: number | null}} Preset */
/** @typedef {Any & {kind: "network", network: string, layer: string, channel: number}} Trained */
/** @typedef {Values | Preset | Trained} Kernel */
/** @typedef {{kind: "max" | "average", kernel_size: Pair, stride: Pair, ceil_mode: boolean}} Pooling */
/** @typedef {{top: number, left: number, height: number, width: number}} Crop pixels of the fitted picture */

/** @type {readonly Exclude<Padding, any[]>[]} */
const RULES = ["valid", "same_pytorch", "same_tensorflow", "full"];
export const MOST_KERNELS = 8;
/** Most settings beside the present one. */
export const MOST_PINNED = 3;

/** Cells along a side of a grid whose every number can be read. */
export const [FEWEST_CELLS, MOST_CELLS] = [4, 16];

/** A ring, in whole numbers: what the lab opens with. */
/** @type {number[][]} */
const GRID = [
  [0, 0, 0, 0, 0, 0, 0, 0],
  [0, 0, 1, 5, 5, 1, 0, 0],
  [0, 1, 7, 9, 9, 7, 1, 0],
  [0, 5, 9, 3, 3, 9, 5, 0],
  [0, 5, 9, 3, 3, 9, 5, 0],
  [0, 1, 7, 9, 9, 7, 1, 0],
  [0, 0, 1, 5, 5, 1, 0, 0],
  [0, 0, 0, 0, 0, 0, 0, 0],
];

/** All that a link to the convolution lab can say. */
export const fields = {
  view: text(/** @type {"cells" | "picture"} */ ("cells"), ["cells", "picture"]),
  /** Where the cells come from. */
  source: text(/** @type {"grid" | "crop"} */ ("grid"), ["grid", "crop"]),
  /** channels × height × width */
  grid: json(/** @type {number[][][]} */ ([GRID]), isPlanes),
  crop: json(/** @type {Crop} */ ({ top: 60, left: 76, height: 10, width: 10 }), isCrop),
  /** A sample's name, or the id of any stored picture. */
  img: text(/** @type {string} */ ("chelsea")),
  colour: text(/** @type {"grey" | "rgb"} */ ("grey"), ["grey", "rgb"]),
  /** Pixels on the picture's longer side. */
  size: number(224, { min: 16, max: 512 }),
  mode: text(/** @type {"convolution" | "transposed"} */ ("convolution"), [
    "convolution",
    "transposed",
  ]),
  kernels: kernels(),
  flip: flag(false),
  stride: json(/** @type {Pair} */ ([1, 1]), isPair),
  dilation: json(/** @type {Pair} */ ([1, 1]), isPair),
  padding: paddingField(),
  padding_mode: text(/** @type {"zeros" | "reflect" | "replicate" | "circular"} */ ("zeros"), [
    "zeros",
    "reflect",
    "replicate",
    "circular",
  ]),
  groups: number(1, { min: 1, max: 3 }),
  output_padding: json(/** @type {Pair} */ ([0, 0]), isPair),
  relu: flag(false),
  pooling: json(/** @type {Pooling | null} */ (null), isPooling),
  /** Whether height and width are set together. */
  linked: flag(true),
  /** The chosen kernel. */
  k: number(0, { min: 0, max: MOST_KERNELS - 1 }),
  /** The pinned element of the output. */
  pin: json(/** @type {{y: number, x: number} | null} */ ({ y: 1, x: 3 }), isPlace),
  coverage: flag(false),
  /** Settings to compare with: what `settings()` gave. */
  pinned: json(/** @type {Record<string, any>[]} */ ([]), arePinned),
};

/** The fields that say how the convolution is done, apart from what it is done to. */
export const SETTINGS = /** @type {const} */ ([
  "mode",
  "kernels",
  "flip",
  "stride",
  "dilation",
  "padding",
  "padding_mode",
  "groups",
  "output_padding",
  "relu",
  "pooling",
]);

/** A rule by its name, or pixels for each side. @returns {import("../../core/state.js").Field<Padding>} */
function paddingField() {
  const rule = text(/** @type {Exclude<Padding, any[]>} */ ("valid"), RULES);
  const sides = json(/** @type {Exclude<Padding, string>} */ ([0, 0, 0, 0]), isSides);
  return {
    value: "valid",
    read: (word) => rule.read(word) ?? sides.read(word),
    write: (value) => (Array.isArray(value) ? sides.write(value) : rule.write(value)),
  };
}

/** @param {unknown} value @returns {value is number} */
function whole(value) {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** @param {any} read */
function isPair(read) {
  return Array.isArray(read) && read.length === 2 && read.every(whole);
}

/** @param {any} read */
function isSides(read) {
  return Array.isArray(read) && read.length === 4 && read.every(whole);
}

/** channels × height × width, none of them nothing or more than the lab takes. @param {any} read */
function isPlanes(read) {
  const rows = Array.isArray(read) && read.length < 4 ? read.flat() : [];
  if (!rows.length || !rows.every(Array.isArray)) return false;
  const [height, width] = [read[0].length, rows[0]?.length ?? 0];
  return (
    height <= 32 &&
    width > 0 &&
    width <= 32 &&
    read.every((/** @type {unknown[]} */ plane) => plane.length === height) &&
    rows.every((/** @type {unknown[]} */ row) => row.length === width && row.every(Number.isFinite))
  );
}

/** @param {any} read */
function isCrop(read) {
  return [read?.top, read?.left, read?.height, read?.width].every(whole) && Boolean(read);
}

/** The kernels, each with all that it is made with. */
function kernels() {
  const field = json(
    /** @type {Kernel[]} */ ([{ kind: "preset", preset: "sobel_x", size: [3, 3] }]),
    areKernels,
  );
  return { ...field, read: (/** @type {string} */ word) => field.read(word)?.map(completed) };
}

/** @param {any} read */
function areKernels(read) {
  return (
    Array.isArray(read) && read.length > 0 && read.length <= MOST_KERNELS && read.every(isKernel)
  );
}

/** What is drawn before the server has judged it must have its parts. @param {any} read */
function isKernel(read) {
  if (read?.kind === "preset") return typeof read.preset === "string" && isPair(read.size);
  if (read?.kind === "values") return isPlanes(read.values);
  return (
    read?.kind === "network" &&
    typeof read.network === "string" &&
    typeof read.layer === "string" &&
    whole(read.channel)
  );
}

/** @param {any} read */
function isPooling(read) {
  return (
    read === null ||
    (["max", "average"].includes(read?.kind) && isPair(read.kernel_size) && isPair(read.stride))
  );
}

/** @param {any} read */
function isPlace(read) {
  return read === null || (whole(read?.y) && whole(read?.x));
}

/** @param {any} read */
function arePinned(read) {
  return (
    Array.isArray(read) &&
    read.length <= MOST_PINNED &&
    read.every((each) => areKernels(each?.kernels))
  );
}
