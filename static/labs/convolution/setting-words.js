/** A setting in a few words: what tells it from others. */

import { gettext } from "../../core/i18n.js";
import { SETTINGS } from "./fields.js";
import { sizeOf } from "./kernel-list.js";
import { kernelName, times } from "./kernel-words.js";

/** @typedef {Record<string, any>} Settings */
/** @typedef {import("./fields.js").Kernel} Kernel */

/** What of a setting is not the same in all the others; its kernel where there is nothing to tell.
 * @param {Settings} settings @param {readonly Settings[]} others
 */
export function settingWords(settings, others) {
  const parts = SETTINGS.filter((name) =>
    others.some((other) => JSON.stringify(other[name]) !== JSON.stringify(settings[name])),
  ).map((name) => part(name, settings[name]));
  return (parts.length ? parts : [kernels(settings.kernels)]).join(gettext(", "));
}

/** @param {typeof SETTINGS[number]} name @param {any} value @returns {string} */
function part(name, value) {
  switch (name) {
    case "mode":
      return value === "transposed" ? gettext("transposed") : gettext("convolution");
    case "kernels":
      return kernels(value);
    case "flip":
      return value ? gettext("turned") : gettext("not turned");
    case "stride":
      return gettext("stride {n}", { n: one(value) });
    case "dilation":
      return gettext("dilation {n}", { n: one(value) });
    case "padding":
      return padding(value);
    case "padding_mode":
      return {
        zeros: gettext("zeros"),
        reflect: gettext("mirrored"),
        replicate: gettext("edge repeated"),
        circular: gettext("wrapped around"),
      }[/** @type {"zeros"} */ (value)];
    case "groups":
      return gettext("groups {n}", { n: value });
    case "output_padding":
      return gettext("output padding {n}", { n: one(value) });
    case "relu":
      return value ? "ReLU" : gettext("no ReLU");
    case "pooling":
      return pooling(value);
  }
}

/** @param {readonly Kernel[]} list */
function kernels(list) {
  const [first] = list;
  if (!first) return "";
  const size = sizeOf(first);
  const named = size ? `${times(size)} ${kernelName(first)}` : kernelName(first);
  return list.length > 1
    ? gettext("{kernel} and {n} more", { kernel: named, n: list.length - 1 })
    : named;
}

/** @param {[number, number]} pair */
function one(pair) {
  return pair[0] === pair[1] ? String(pair[0]) : times(pair);
}

/** @param {import("./fields.js").Padding} rule */
function padding(rule) {
  if (Array.isArray(rule)) return gettext("padding {sides}", { sides: rule.join(", ") });
  return {
    valid: gettext("no padding"),
    same_pytorch: gettext("same (PyTorch)"),
    same_tensorflow: gettext("same (TensorFlow)"),
    full: gettext("full padding"),
  }[rule];
}

/** @param {import("./fields.js").Pooling | null} value */
function pooling(value) {
  if (!value) return gettext("no pooling");
  const size = one(value.kernel_size);
  return value.kind === "max"
    ? gettext("largest of {size}", { size })
    : gettext("mean of {size}", { size });
}
