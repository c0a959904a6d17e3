import { html, nothing } from "lit";
import { heard } from "../../components/heard.js";
import { gettext } from "../../core/i18n.js";
import { inputSize, kernelSize, problem } from "./about.js";
import { axisOf, FAR, pooledSize } from "./limits.js";
import { session } from "./session.js";
import "../../components/choice-field.js";
import "../../components/pair-field.js";

/** @typedef {import("./fields.js").Pair} Pair */
/** @typedef {import("./fields.js").Pooling} Pooling */
/** @typedef {typeof session.state.values} Values */

/** Pooling: none, or of the largest or the mean value of each window. @param {Values} values */
export function pooling(values) {
  const { pooling: now, linked } = values;
  const [size, kernel] = [inputSize(), kernelSize()];
  const lengths = /** @type {const} */ ([0, 1]).map(
    (axis) => axisOf(values, axis, size[axis], kernel[axis])?.output ?? 1,
  );
  const kind = (/** @type {string} */ value) => {
    const both = /** @type {Pair} */ (lengths.map((length) => Math.max(1, Math.min(2, length))));
    const begin = now ?? { kernel_size: both, stride: both, ceil_mode: false };
    const next =
      value === "none" ? null : { ...begin, kind: /** @type {Pooling["kind"]} */ (value) };
    session.state.set({ pooling: next }, { push: true });
  };
  return html`<choice-field small label=${gettext("Pooling")} .value=${now?.kind ?? "none"} .options=${[
    { value: "none", label: gettext("none") },
    { value: "max", label: gettext("largest") },
    { value: "average", label: gettext("mean") },
  ]} @value-change=${heard(kind)}></choice-field>
  ${now ? details(now, lengths, linked) : nothing}`;
}

/** @param {Pooling} now @param {number[]} lengths of what is pooled @param {boolean} linked */
function details(now, lengths, linked) {
  const set = (/** @type {Partial<Pooling>} */ some) =>
    session.state.set({ pooling: { ...now, ...some } });
  const [height = 1, width = 1] = lengths;
  const most = /** @type {Pair} */ ([Math.min(FAR.stride, height), Math.min(FAR.stride, width)]);
  // Windows beside each other stay so when they grow.
  const beside = now.kernel_size.every((length, axis) => length === now.stride[axis]);
  const resize = heard((/** @type {Pair} */ pair) =>
    set({ kernel_size: pair, ...(beside ? { stride: pair } : {}) }),
  );
  const move = heard((/** @type {Pair} */ pair) => set({ stride: pair }));
  const uneven = [0, 1].some(
    (axis) =>
      pooledSize({ ...now, ceil_mode: true }, /** @type {0 | 1} */ (axis), lengths[axis] ?? 1) !==
      pooledSize({ ...now, ceil_mode: false }, /** @type {0 | 1} */ (axis), lengths[axis] ?? 1),
  );
  return html`<pair-field slider free .labels=${[gettext("Window"), gettext("Window height"), gettext("Window width")]}
      .value=${now.kernel_size} .max=${most} ?linked=${linked} problem=${problem("pooling")}
      @value-input=${resize} @value-change=${resize}></pair-field>
    <pair-field slider free .labels=${[gettext("Its stride"), gettext("Its stride down"), gettext("Its stride across")]}
      .value=${now.stride} .max=${most} ?linked=${linked} @value-input=${move} @value-change=${move}></pair-field>
    <choice-field small label=${gettext("Cut-off window")} .value=${now.ceil_mode ? "ceil" : "floor"} .options=${[
      { value: "floor", label: gettext("is left out") },
      { value: "ceil", label: gettext("counts") },
    ]} @value-change=${heard((/** @type {string} */ value) => session.state.set({ pooling: { ...now, ceil_mode: value === "ceil" } }, { push: true }))}></choice-field>
    ${uneven ? nothing : html`<p class="hint">${gettext("None is cut off here.")}</p>`}`;
}
