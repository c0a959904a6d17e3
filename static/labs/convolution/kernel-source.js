import { html, nothing } from "lit";
import { heard } from "../../components/heard.js";
import { gettext } from "../../core/i18n.js";
import { kernelSize, numbersOf } from "./about.js";
import { asValues, completed, resized } from "./kernel-list.js";
import { presetNames } from "./kernel-words.js";
import { session } from "./session.js";
import "./trained-kernels.js";

/** @typedef {import("./fields.js").Preset} Preset */
/** @typedef {import("./fields.js").Kernel} Kernel */
/** @typedef {import("./kernels.js").KernelSet} Host */
/** @typedef {"sigma" | "angle" | "wavelength" | "seed"} Parameter */

/** A Gabor kernel needs room for a wave. */
const WAVE = 7;

/** Where the numbers of the chosen kernel come from, and what that can be told.
 * @param {Host} host
 */
export function sourceFields(host) {
  const { kernel } = host;
  const names = presetNames();
  const now = host.picking ? "network" : kernel.kind === "preset" ? kernel.preset : kernel.kind;
  const options = [
    ...Object.entries(names).map(([value, label]) => ({ value, label })),
    { value: "network", label: gettext("from a trained network") },
    {
      value: "values",
      label: gettext("own numbers"),
      disabled: !numbersOf(session.state.values.k),
    },
  ];
  const choose = (/** @type {string} */ value) => {
    host.picking = value === "network";
    if (value === "values") return own(host);
    if (value !== "network") preset(host, value);
  };
  return html`<choice-field list label=${gettext("Its numbers")} .value=${now} .options=${options}
      @value-change=${heard(choose)}></choice-field>
    ${now === "network" ? trained(host) : kernel.kind === "preset" ? parameters(host, kernel) : nothing}`;
}

/** What all kernels have, to be kept when the numbers are others. @param {Kernel} kernel */
function kept({ bias }) {
  return bias ? { bias } : {};
}

/** @param {Host} host */
function own(host) {
  const planes = numbersOf(session.state.values.k);
  if (planes) host.put(asValues(host.kernel, planes), { push: true });
}

/** @param {Host} host @param {string} name */
function preset(host, name) {
  const { kernels, k } = session.state.values;
  const [height, width] = kernelSize();
  const wave = name === "gabor" && kernels.length === 1 && Math.max(height, width) < WAVE;
  /** @type {[number, number]} */ const size = wave ? [WAVE, WAVE] : [height, width];
  /** @type {Kernel} */
  const kernel = completed({ kind: "preset", preset: name, size, ...kept(host.kernel) });
  session.state.set({ kernels: kernels.with(k, kernel) }, { push: true });
}

/** @param {Host} host @param {Preset} kernel */
function parameters(host, kernel) {
  const field = (
    /** @type {Parameter} */ name,
    /** @type {string} */ label,
    /** @type {{min: number, max: number, step: number, unit?: string}} */ {
      min,
      max,
      step,
      unit = "",
    },
  ) => {
    const act = heard((/** @type {number} */ value) => host.put({ ...kernel, [name]: value }));
    return html`<number-field slider label=${label} .value=${kernel[name] ?? min} .min=${min} .max=${max} .step=${step}
      unit=${unit} @value-input=${act} @value-change=${act}></number-field>`;
  };
  const sigma = () => field("sigma", gettext("Width σ"), { min: 0.2, max: 5, step: 0.1 });
  switch (kernel.preset) {
    case "gaussian":
      return sigma();
    case "gabor":
      return html`${field("angle", gettext("Angle"), { min: 0, max: 180, step: 5, unit: "°" })}
        ${field("wavelength", gettext("Wavelength"), { min: 2, max: 12, step: 0.5 })}${sigma()}`;
    case "random":
      return html`<div class="seed">${field("seed", gettext("Seed"), { min: 0, max: 99, step: 1 })}
        <button type="button" @click=${() => host.put({ ...kernel, seed: ((kernel.seed ?? 0) + 1) % 100 }, { push: true })}>${gettext("Draw again")}</button></div>`;
    default:
      return nothing;
  }
}

/** @param {Host} host */
function trained(host) {
  const { kernel } = host;
  const chosen = kernel.kind === "network" ? kernel : null;
  return html`<trained-kernels .chosen=${chosen} @kernel-pick=${(
    /** @type {CustomEvent<{network: string, layer: string, channel: number, size: [number, number]}>} */ event,
  ) => {
    event.stopPropagation();
    const { size, ...from } = event.detail;
    const { kernels, k } = session.state.values;
    /** @type {Kernel} */ const next = { kind: "network", ...from, ...kept(kernel) };
    host.picking = false;
    // All kernels of a layer have one size, and a trained one cannot give way.
    const others = resized(
      kernels.with(k, { kind: "preset", preset: "identity", size }),
      size,
      numbersOf,
    );
    session.state.set({ kernels: others.with(k, next) }, { push: true });
  }}></trained-kernels>`;
}
