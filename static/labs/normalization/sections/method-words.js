import { gettext } from "../../../core/i18n.js";

/** What a method is called. @param {string} method @param {number} [groups] */
export function methodName(method, groups) {
  const names = /** @type {Record<string, string>} */ ({
    batch: "BatchNorm",
    layer: gettext("LayerNorm (C, H, W)"),
    layer_channels: gettext("LayerNorm (C)"),
    instance: "InstanceNorm",
    group: groups ? gettext("GroupNorm, {n} groups", { n: groups }) : "GroupNorm",
    rms: "RMSNorm",
  });
  return names[method] ?? method;
}
