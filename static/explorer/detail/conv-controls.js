import { html } from "lit";
import { paddingModes } from "../../components/padding-modes.js";
import { equal } from "../../core/equal.js";
import { gettext } from "../../core/i18n.js";
import { settle } from "./changes.js";
import { fieldRow, heard } from "./field-row.js";
import { mapSize, moving, outputSize, reach, shapes, sides, trained } from "./shapes.js";
import { pairOf } from "./words.js";
import "../../components/choice-field.js";
import "../../components/number-field.js";

/** @typedef {import("./change-controls.js").ChangeControls} Host */
/** @typedef {import("./shapes.js").Moving} Moving */
/** @typedef {import("./shapes.js").Sides} Sides */

/** The greatest stride and dilation offered; where a map is smaller, its size. */
const FAR = 16;
/** The most that the server adds on a side. */
const MOST = 64;

/** How a convolution moves: stride, padding, dilation.
 * @param {Host} host
 * @param {import("../../core/wire.js").NetworkInfo} info
 * @param {import("../../core/wire.js").NetworkNode} node
 */
export function convControls(host, info, node) {
  const was = trained(node);
  const now = moving(node, host.interventions);
  const size = (shapes(info, host.interventions).get(node.inputs[0] ?? "") ?? node.shape).slice(1);
  const set = (/** @type {Partial<Moving>} */ some, /** @type {string} */ moved) =>
    host.set(settle(host.interventions, "conv", node.name, was, some), `conv.${moved}`);
  return html`${stride(host, now, was, size, set)}${padding(host, now, was, size, set)}
    ${paddingMode(host, now, was, size, set)}${dilation(host, now, was, size, set)}
    <p class="hint formula">${formula(now, size)}</p>`;
}

/** @typedef {(some: Partial<Moving>, moved: string) => void} Set */

/** Two numbers, for height and width, which move together while linked.
 * @param {Host} host
 * @param {{name: "stride" | "dilation", words: [string, string, string], value: readonly number[], max: readonly number[], set: (pair: [number, number]) => void}} how
 * `words`: for both, for the height, for the width
 */
function pair(host, { name, words, value, max, set }) {
  const [both, high, wide] = words;
  const [h = 1, w = 1] = value;
  const one = host.linked && h === w;
  const field = (
    /** @type {string} */ label,
    /** @type {number} */ at,
    /** @type {number} */ most,
    /** @type {(n: number) => void} */ act,
  ) =>
    html`<number-field slider label=${label} .value=${at} .min=${1} .max=${Math.max(1, most)} @value-input=${heard(act)} @value-change=${heard(act)}></number-field>`;
  const link = html`<button type="button" class="plain link" aria-pressed=${one} data-link=${name}
    @click=${() => {
      host.linked = !one;
      if (!one && h !== w) set([h, h]);
    }}>${one ? gettext("Set height and width apart") : gettext("Height and width together")}</button>`;
  return one
    ? html`${field(both, h, Math.min(max[0] ?? 1, max[1] ?? 1), (n) => set([n, n]))}${link}`
    : html`${field(high, h, max[0] ?? 1, (n) => set([n, w]))}${field(wide, w, max[1] ?? 1, (n) => set([h, n]))}${link}`;
}

/** @param {Host} host @param {Moving} now @param {Moving} was @param {readonly number[]} size @param {Set} set */
function stride(host, now, was, size, set) {
  return fieldRow({
    name: "stride",
    changed: !equal(now.stride, was.stride),
    trained: pairOf(was.stride),
    back: () => set({ stride: was.stride }, "stride"),
    control: pair(host, {
      name: "stride",
      words: [gettext("Stride"), gettext("Stride down"), gettext("Stride across")],
      value: now.stride,
      max: size.map((length, axis) => Math.max(Math.min(FAR, length), now.stride[axis] ?? 1)),
      set: (value) => set({ stride: value }, "stride"),
    }),
    said: host.said("conv.stride"),
  });
}

/** @param {Host} host @param {Moving} now @param {Moving} was @param {readonly number[]} size @param {Set} set */
function dilation(host, now, was, size, set) {
  const [top, bottom, left, right] = sides(now, size);
  const most = [top + bottom, left + right].map((pads, axis) => {
    const cells = now.kernel_size[axis] ?? 1;
    if (cells === 1) return 1;
    if (now.padding === "same") return Math.min(FAR, size[axis] ?? 1);
    return Math.min(FAR, Math.floor(((size[axis] ?? 1) + pads - 1) / (cells - 1)));
  });
  if (Math.max(...now.kernel_size) === 1) return "";
  return fieldRow({
    name: "dilation",
    changed: !equal(now.dilation, was.dilation),
    trained: pairOf(was.dilation),
    back: () => set({ dilation: was.dilation }, "dilation"),
    control: pair(host, {
      name: "dilation",
      words: [gettext("Dilation"), gettext("Dilation down"), gettext("Dilation across")],
      value: now.dilation,
      max: most.map((limit, axis) => Math.max(limit, now.dilation[axis] ?? 1)),
      set: (value) => set({ dilation: value }, "dilation"),
    }),
    said: host.said("conv.dilation"),
  });
}

/** @param {Host} host @param {Moving} now @param {Moving} was @param {readonly number[]} size @param {Set} set */
function padding(host, now, was, size, set) {
  const pads = sides(now, size);
  const kind = typeof now.padding === "string" ? now.padding : "sides";
  const fits = (/** @type {Moving["padding"]} */ value) =>
    Math.min(...mapSize({ ...now, padding: value }, size)) >= 1;
  const choose = (/** @type {string} */ value) =>
    set({ padding: value === "sides" ? pads : /** @type {"valid" | "same"} */ (value) }, "padding");
  const words = { valid: gettext("None"), same: gettext("Same") };
  return fieldRow({
    name: "padding",
    changed: !equal(now.padding, was.padding),
    trained: typeof was.padding === "string" ? words[was.padding] : was.padding.join(", "),
    back: () => set({ padding: was.padding }, "padding"),
    control: html`<choice-field small label=${gettext("Padding")} .value=${kind} .options=${[
      {
        value: "valid",
        label: gettext("None"),
        disabled: !fits("valid"),
        hint: gettext("Valid: the kernel stays inside."),
      },
      {
        value: "same",
        label: gettext("Same"),
        hint: gettext("As many outputs as inputs, divided by the stride."),
      },
      { value: "sides", label: gettext("By side") },
    ]} @value-change=${heard(choose)}></choice-field>
      ${kind === "sides" ? sideFields(now, pads, size, (value) => set({ padding: value }, "padding")) : ""}`,
    below:
      kind === "sides"
        ? undefined
        : gettext("{top} above, {bottom} below, {left} left, {right} right", {
            top: pads[0],
            bottom: pads[1],
            left: pads[2],
            right: pads[3],
          }),
    said: host.said("conv.padding"),
  });
}

/** @param {Moving} now @param {Sides} pads @param {readonly number[]} size @param {(pads: Sides) => void} set */
function sideFields(now, pads, size, set) {
  const names = [gettext("Above"), gettext("Below"), gettext("Left"), gettext("Right")];
  return html`<div class="sides">${names.map((label, side) => {
    const axis = side < 2 ? 0 : 1;
    const length = size[axis] ?? 1;
    const other = pads[side ^ 1] ?? 0;
    const needed = reach(now.kernel_size[axis] ?? 1, now.dilation[axis] ?? 1) - length - other;
    const act = heard((/** @type {number} */ value) =>
      set(/** @type {any} */ (pads.with(side, value))),
    );
    return html`<number-field label=${label} .value=${pads[side] ?? 0} .min=${Math.max(0, needed)}
      .max=${farthest(now.padding_mode, length)} @value-input=${act} @value-change=${act}></number-field>`;
  })}</div>`;
}

/** How far a padding can reach beyond a side of `length`. @param {string} mode @param {number} length */
function farthest(mode, length) {
  const limits = { reflect: length - 1, circular: length };
  return Math.min(MOST, limits[/** @type {keyof typeof limits} */ (mode)] ?? MOST);
}

/** @param {Host} host @param {Moving} now @param {Moving} was @param {readonly number[]} size @param {Set} set */
function paddingMode(host, now, was, size, set) {
  const pads = sides(now, size);
  const options = paddingModes((mode) =>
    pads.every((pad, side) => pad <= farthest(mode, size[side < 2 ? 0 : 1] ?? 1)),
  );
  return fieldRow({
    name: "padding_mode",
    changed: now.padding_mode !== was.padding_mode,
    trained: options.find(({ value }) => value === was.padding_mode)?.label ?? was.padding_mode,
    back: () => set({ padding_mode: was.padding_mode }, "padding_mode"),
    control: html`<choice-field list label=${gettext("Padded with")} .value=${now.padding_mode} .options=${options}
      @value-change=${heard((/** @type {string} */ value) => set({ padding_mode: value }, "padding_mode"))}></choice-field>`,
    said: host.said("conv.padding_mode"),
  });
}

/** The output's size with its numbers: ⌊(224 + 1 − 3) / 2⌋ + 1 = 112.
 * @param {Moving} now
 * @param {readonly number[]} size
 */
function formula(now, size) {
  const pads = sides(now, size);
  const lines = [0, 1].map((axis) => {
    const [n = 1, k = 1, s = 1, d = 1] = [size, now.kernel_size, now.stride, now.dilation].map(
      (all) => all[axis],
    );
    const p = (pads[2 * axis] ?? 0) + (pads[2 * axis + 1] ?? 0);
    return `⌊(${n} + ${p} − ${reach(k, d)}) / ${s}⌋ + 1 = ${outputSize(n, k, s, p, d)}`;
  });
  const square = lines[0] === lines[1];
  return html`<span>${gettext("⌊(size + padding − kernel’s reach) / stride⌋ + 1")}</span>
    ${square ? html`<b>${lines[0]}</b>` : html`<b>${gettext("rows: {sum}", { sum: lines[0] ?? "" })}</b><b>${gettext("columns: {sum}", { sum: lines[1] ?? "" })}</b>`}`;
}
