/** The list of kernels as the state keeps it: what they are, how large, and how they change together. */

/** @typedef {import("./fields.js").Kernel} Kernel */
/** @typedef {import("./fields.js").Pair} Pair */
/** @typedef {import("./fields.js").Transform} Transform */
/** @typedef {number[][][]} Planes depth × height × width */
/** @typedef {(index: number) => Planes | null} Shown the numbers of a kernel as the server last gave them,
 * before it is turned for true convolution */

/** The largest kernel along an axis. */
export const LARGEST = 11;
/** The presets that a single row or column can hold. */
export const FLAT = ["identity", "box", "gaussian", "random"];
/** The most transforms that a kernel keeps. */
const MOST_TRANSFORMS = 8;

/** What a preset is made with where nothing else is said. @type {Record<string, Partial<import("./fields.js").Preset>>} */
const BEGIN = {
  gaussian: { sigma: 1 },
  gabor: { angle: 45, wavelength: 4, sigma: 2 },
  random: { seed: 0 },
};

/** A kernel with all that it is made with laid open, so that the controls show what is used.
 * @param {Kernel} kernel
 * @returns {Kernel}
 */
export function completed(kernel) {
  if (kernel.kind !== "preset") return kernel;
  const given = Object.entries(kernel).filter(([, value]) => value !== null);
  return /** @type {Kernel} */ ({ ...BEGIN[kernel.preset], ...Object.fromEntries(given) });
}

/** Whether the transforms exchange height and width. @param {readonly Transform[]} [transforms] */
function swaps(transforms = []) {
  return transforms.filter((each) => each === "rotate" || each === "transpose").length % 2 === 1;
}

/** @param {readonly [number, number]} pair @param {boolean} swap @returns {Pair} */
function ordered([h, w], swap) {
  return swap ? [w, h] : [h, w];
}

/** Height and width of a kernel after its transforms; null for a trained one, whose size only the server knows.
 * @param {Kernel} kernel
 * @returns {Pair | null}
 */
export function sizeOf(kernel) {
  if (kernel.kind === "network") return null;
  const size =
    kernel.kind === "preset"
      ? kernel.size
      : /** @type {const} */ ([kernel.values[0]?.length ?? 0, kernel.values[0]?.[0]?.length ?? 0]);
  return ordered(size, swaps(kernel.transforms));
}

/** The size of all kernels of a list. @param {readonly Kernel[]} kernels @returns {Pair | null} */
export function commonSize(kernels) {
  for (const kernel of kernels) {
    const size = sizeOf(kernel);
    if (size) return size;
  }
  return null;
}

/** A kernel of numbers in place of another one: what belongs to every kernel stays.
 * @param {Kernel} kernel @param {Planes} values
 * @returns {Kernel}
 */
export function asValues({ bias }, values) {
  return { kind: "values", values, ...(bias ? { bias } : {}) };
}

/** All kernels at another size: presets are made anew, numbers are cut or bordered with zeros around their
 * middle.
 * @param {readonly Kernel[]} kernels @param {Pair} size @param {Shown} shown
 * @returns {Kernel[]}
 */
export function resized(kernels, size, shown) {
  return kernels.map((kernel, index) => {
    if (kernel.kind === "preset")
      return { ...kernel, size: ordered(size, swaps(kernel.transforms)) };
    const known = sizeOf(kernel);
    if (known && known[0] === size[0] && known[1] === size[1]) return kernel;
    const values = plain(kernel) ?? shown(index);
    return values
      ? asValues(
          kernel,
          values.map((plane) => fitted(plane, size)),
        )
      : kernel;
  });
}

/** The numbers of a kernel that the state itself holds. @param {Kernel} kernel @returns {Planes | null} */
export function plain(kernel) {
  return kernel.kind === "values" && !kernel.transforms?.length ? kernel.values : null;
}

/** A plane cut, or bordered with zeros, around its middle cell.
 * @param {readonly (readonly number[])[]} plane @param {readonly [number, number]} size
 * @returns {number[][]}
 */
export function fitted(plane, [height, width]) {
  const down = (plane.length >> 1) - (height >> 1);
  const right = ((plane[0]?.length ?? 0) >> 1) - (width >> 1);
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => plane[y + down]?.[x + right] ?? 0),
  );
}

/** Kernels of another depth that answer alike where all channels are alike: one slice shares itself out,
 * several add up to one.
 * @param {readonly Kernel[]} kernels @param {number} depth
 * @returns {Kernel[]}
 */
export function withDepth(kernels, depth) {
  return kernels.map((kernel) => {
    if (kernel.kind !== "values" || kernel.values.length === depth) return kernel;
    const { values } = kernel;
    const sum = (values[0] ?? []).map((row, y) =>
      row.map((_, x) => values.reduce((all, plane) => all + (plane[y]?.[x] ?? 0), 0)),
    );
    const slice = sum.map((row) => row.map((value) => value / depth));
    return { ...kernel, values: Array.from({ length: depth }, () => slice.map((row) => [...row])) };
  });
}

/** A kernel with one transform more; those that undo each other are dropped.
 * @param {Kernel} kernel @param {Transform} next
 * @returns {Kernel}
 */
export function transformed(kernel, next) {
  const list = shortened([...(kernel.transforms ?? []), next]);
  return list.length > MOST_TRANSFORMS ? kernel : withTransforms(kernel, list);
}

/** @param {Kernel} kernel @param {Transform[]} list @returns {Kernel} */
export function withTransforms({ transforms: _, ...kernel }, list) {
  return list.length ? { ...kernel, transforms: list } : kernel;
}

/** @param {Transform[]} list @returns {Transform[]} */
function shortened(list) {
  const [fourth, third, second, last] = [list.at(-4), list.at(-3), list.at(-2), list.at(-1)];
  if (last === "rotate") {
    const quarters = [fourth, third, second, last].every((each) => each === "rotate");
    return quarters ? list.slice(0, -4) : list;
  }
  if (last !== second) return list;
  return list.slice(0, last === "normalise" ? -1 : -2);
}

/** Whether a transform changes the size that all kernels share, and so has to be done to all.
 * @param {Transform} transform @param {Pair | null} size
 */
export function turnsSize(transform, size) {
  return (transform === "rotate" || transform === "transpose") && size?.[0] !== size?.[1];
}

/** A kernel more: a copy of the chosen one; in groups, one in each, so that they stay alike.
 * @param {readonly Kernel[]} kernels @param {number} index of the chosen one @param {number} groups
 * @returns {{kernels: Kernel[], k: number}} `k`: the index of the copy
 */
export function added(kernels, index, groups) {
  const each = kernels.length / groups;
  const place = index % each;
  const grown = kernels.flatMap((kernel, i) =>
    i % each === place ? [kernel, structuredClone(kernel)] : [kernel],
  );
  return { kernels: grown, k: Math.floor(index / each) * (each + 1) + place + 1 };
}

/** A kernel less; in groups, one less in each.
 * @param {readonly Kernel[]} kernels @param {number} index @param {number} groups
 * @returns {{kernels: Kernel[], k: number}}
 */
export function removed(kernels, index, groups) {
  const each = kernels.length / groups;
  const place = index % each;
  const group = Math.floor(index / each);
  return {
    kernels: kernels.filter((_, i) => i % each !== place),
    k: group * (each - 1) + Math.min(place, each - 2),
  };
}

/** As many kernels as groups need: a multiple of them. Copies are added until it is one.
 * @param {readonly Kernel[]} kernels @param {number} groups
 * @returns {Kernel[]}
 */
export function filled(kernels, groups) {
  const length = Math.ceil(kernels.length / groups) * groups;
  return Array.from({ length }, (_, i) =>
    structuredClone(/** @type {Kernel} */ (kernels[i] ?? kernels[i % kernels.length])),
  );
}

/** Settings that fit an input of so many channels: groups that divide them, kernels as deep as they ask.
 * @template {{kernels: Kernel[], groups: number}} S
 * @param {S} settings @param {number} channels
 * @returns {S} the same object where nothing had to change
 */
export function suited(settings, channels) {
  const groups =
    channels % settings.groups || settings.kernels.length % settings.groups ? 1 : settings.groups;
  const depth = channels / groups;
  const deep = settings.kernels.every(
    (kernel) => kernel.kind !== "values" || kernel.values.length === depth,
  );
  if (deep && groups === settings.groups) return settings;
  return { ...settings, groups, kernels: withDepth(settings.kernels, depth) };
}
