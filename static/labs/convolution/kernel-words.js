/** What kernels are called. */

import { gettext } from "../../core/i18n.js";

/** @typedef {import("./fields.js").Kernel} Kernel */
/** @typedef {import("./fields.js").Transform} Transform */

/** @returns {Record<string, string>} */
export const presetNames = () => ({
  identity: gettext("Identity"),
  box: gettext("Box blur"),
  gaussian: gettext("Gaussian blur"),
  sharpen: gettext("Sharpen"),
  sobel_x: gettext("Sobel, across"),
  sobel_y: gettext("Sobel, down"),
  scharr_x: gettext("Scharr, across"),
  scharr_y: gettext("Scharr, down"),
  laplacian: gettext("Laplacian"),
  emboss: gettext("Emboss"),
  gabor: gettext("Gabor"),
  random: gettext("Random"),
});

/** @returns {Record<Transform, string>} */
export const transformNames = () => ({
  normalise: gettext("normalised"),
  flip: gettext("turned by 180°"),
  rotate: gettext("turned by 90°"),
  transpose: gettext("transposed"),
  negate: gettext("negated"),
});

/** @param {Kernel} kernel */
export function kernelName(kernel) {
  if (kernel.kind === "values") return gettext("own numbers");
  if (kernel.kind === "preset") return presetNames()[kernel.preset] ?? kernel.preset;
  const { network, layer, channel } = kernel;
  return gettext("{network}, {layer}, kernel {channel}", { network, layer, channel });
}

/** What each slice of a kernel is multiplied with. @param {number} channel @param {number} channels */
export function inputChannelName(channel, channels) {
  if (channels === 3)
    return [gettext("red"), gettext("green"), gettext("blue")][channel] ?? String(channel);
  return gettext("channel {n}", { n: channel });
}

/** Multiplied with which size, by which stride …: 3×3. @param {readonly number[]} pair */
export function times([h = 1, w = 1]) {
  return `${h}×${w}`;
}
