import { html, nothing } from "lit";
import { heard } from "../../components/heard.js";
import { paddingModes } from "../../components/padding-modes.js";
import { gettext } from "../../core/i18n.js";
import { inputSize, kernelSize, problem } from "./about.js";
import { axisOf, FAR, fits, furthest, mostPadding } from "./limits.js";
import { session } from "./session.js";
import "../../components/choice-field.js";
import "../../components/number-field.js";

/** @typedef {import("./fields.js").Padding} Padding */
/** @typedef {[number, number, number, number]} Sides top, bottom, left, right */
/** @typedef {typeof session.state.values} Values */

/** Where padding goes: by a rule or each side on its own. @param {Values} values */
export function padding(values) {
  const { mode, padding: rule } = values;
  const back = mode === "transposed";
  const [size, kernel] = [inputSize(), kernelSize()];
  const sides = sidesOf(values);
  const words = back
    ? { valid: gettext("nothing is cut off"), same_tensorflow: gettext("same (TensorFlow)") }
    : {
        valid: gettext("none (valid)"),
        same_pytorch: gettext("same (PyTorch)"),
        same_tensorflow: gettext("same (TensorFlow)"),
        full: gettext("full"),
      };
  const options = Object.entries(words).map(([value, label]) => {
    const disabled =
      value !== rule &&
      !fits(
        { ...values, padding: /** @type {Padding} */ (value), output_padding: [0, 0] },
        size,
        kernel,
      );
    return { value, label, disabled, hint: disabled ? why(value) : "" };
  });
  options.push({
    value: "sides",
    label: gettext("each side on its own"),
    disabled: false,
    hint: "",
  });
  const choose = (/** @type {string} */ value) => {
    const next = value === "sides" ? (back ? even(sides) : sides) : /** @type {Padding} */ (value);
    const settled =
      value === "same_tensorflow"
        ? { output_padding: /** @type {[number, number]} */ ([0, 0]) }
        : {};
    session.state.set({ padding: next, ...(back ? settled : {}) }, { push: true });
  };
  const said = problem("padding");
  return html`<choice-field list data-control="padding" label=${back ? gettext("Cut off") : gettext("Padding")}
      .value=${Array.isArray(rule) ? "sides" : rule} .options=${options} @value-change=${heard(choose)}></choice-field>
    ${Array.isArray(rule) ? sideFields(values, rule) : rule === "valid" ? nothing : html`<p class="hint">${spread(sides)}</p>`}
    ${said ? html`<p class="problem" role="alert">${said}</p>` : nothing}`;
}

/** The pixels added (transposed: cut off) at each side. @param {Values} values @returns {Sides} */
export function sidesOf(values) {
  const [size, kernel] = [inputSize(), kernelSize()];
  const [rows, columns] = /** @type {const} */ ([0, 1]).map((axis) =>
    axisOf(values, axis, size[axis], kernel[axis]),
  );
  return [rows?.before ?? 0, rows?.after ?? 0, columns?.before ?? 0, columns?.after ?? 0];
}

/** @param {Sides} sides */
function spread([top, bottom, left, right]) {
  return gettext("{top} above, {bottom} below, {left} left, {right} right", {
    top,
    bottom,
    left,
    right,
  });
}

/** What a transposed convolution can have: the same at both ends. @param {Sides} sides @returns {Sides} */
function even([top, , left]) {
  return [top, top, left, left];
}

/** Why a rule is out of reach. @param {string} rule */
function why(rule) {
  if (rule === "valid") return gettext("Without padding the kernel does not fit.");
  if (rule === "same_pytorch") return gettext("PyTorch’s “same” takes stride 1 only.");
  return gettext("The padding is larger than the map allows.");
}

/** @param {Values} values @param {Sides} now */
function sideFields(values, now) {
  const back = values.mode === "transposed";
  /** @type {[string, number[]][]} the sides that each number sets */
  const fields = back
    ? [
        [gettext("Above and below"), [0, 1]],
        [gettext("Left and right"), [2, 3]],
      ]
    : [
        [gettext("Above"), [0]],
        [gettext("Below"), [1]],
        [gettext("Left"), [2]],
        [gettext("Right"), [3]],
      ];
  const [size, kernel] = [inputSize(), kernelSize()];
  return html`<div class="sides">${fields.map(([label, sides]) => {
    const [first = 0] = sides;
    const at = (/** @type {number} */ value) =>
      /** @type {Sides} */ (now.map((old, side) => (sides.includes(side) ? value : old)));
    const test = (/** @type {number} */ value) =>
      fits({ ...values, padding: at(value) }, size, kernel);
    const value = now[first] ?? 0;
    const act = heard((/** @type {number} */ next) => session.state.set({ padding: at(next) }));
    return html`<number-field free label=${label} .value=${value} .min=${furthest(value, 0, test)}
      .max=${furthest(value, FAR.padding, test)} @value-input=${act} @value-change=${act}></number-field>`;
  })}</div>`;
}

/** What stands in the padding. @param {Values} values */
export function paddingMode(values) {
  const size = inputSize();
  const sides = sidesOf(values);
  if (!sides.some(Boolean) && values.padding_mode === "zeros") return nothing;
  const options = paddingModes(
    (mode) =>
      mode === values.padding_mode ||
      sides.every((pad, side) => pad <= mostPadding(mode, size[side < 2 ? 0 : 1])),
  );
  const said = problem("padding_mode");
  return html`<choice-field list data-control="padding_mode" label=${gettext("Padded with")} .value=${values.padding_mode} .options=${options}
    @value-change=${heard((/** @type {Values["padding_mode"]} */ value) => session.state.set({ padding_mode: value }, { push: true }))}></choice-field>
    ${said ? html`<p class="problem" role="alert">${said}</p>` : nothing}`;
}
