import { html, nothing } from "lit";
import { heard } from "../../components/heard.js";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { ofChannel, problem, setChannel } from "./about.js";
import { SessionPart } from "./part.js";
import { session } from "./session.js";
import "../../components/choice-field.js";
import "../../components/number-field.js";
import "../../components/scale-field.js";

/** @typedef {typeof session.state.values} Values */
/** @typedef {import("./session.js").Answer} Answer */

/** 0, and two a power of ten from 1e-8 to 10. */
const EPS = [
  0,
  ...Array.from({ length: 19 }, (_, i) =>
    Number(((i % 2 ? 3 : 1) * 10 ** (Math.floor(i / 2) - 8)).toPrecision(1)),
  ),
];

/** `<normalization-controls>`: the settings of the layer. */
export class NormalizationControls extends SessionPart {
  render() {
    const { values } = session.state;
    const { answer } = session;
    return html`<section class="scale" aria-label=${gettext("Normalise, scale, shift")}>
        <header><h2>${gettext("Normalise, scale, shift")}</h2></header>
        ${eps(values, answer)}
        ${affine(values, answer)}
      </section>
      <section class="running" aria-label=${gettext("Train or evaluate")}>
        <header><h2>${gettext("Train or evaluate")}</h2></header>
        ${mode(values)}
        ${running(values, answer)}
      </section>`;
  }
}

/** @param {Values} values @param {Answer | null} answer */
function eps({ eps: now }, answer) {
  const act = heard((/** @type {number} */ value) => session.state.set({ eps: value }));
  return html`<scale-field data-control="eps" label=${gettext("ε")} .values=${EPS} .value=${now ?? answer?.eps ?? 1e-5}
      .write=${(/** @type {number} */ value) => format.number(value, 1)} problem=${problem("eps")}
      @value-input=${act} @value-change=${act}></scale-field>
    ${now === null ? nothing : html`<button type="button" class="link" @click=${() => session.state.set({ eps: null }, { push: true })}>${gettext("ε as trained")}</button>`}`;
}

/** @param {Values} values @param {Answer | null} answer */
function affine({ gamma, beta }, answer) {
  const trained = gamma === null && beta === null;
  const plain = gamma === 1 && beta === 0;
  const options = [
    {
      value: "trained",
      label: answer?.norm ? gettext("as trained") : gettext("1 and 0"),
      hint: "",
    },
    ...(answer?.norm ? [{ value: "plain", label: gettext("1 and 0"), hint: "" }] : []),
    { value: "own", label: gettext("own"), hint: "" },
  ];
  const choose = (/** @type {string} */ value) => {
    if (value === "trained") session.state.set({ gamma: null, beta: null }, { push: true });
    else if (value === "plain") session.state.set({ gamma: 1, beta: 0 }, { push: true });
    else
      session.state.set({ gamma: answer?.gamma ?? 1.5, beta: answer?.beta ?? 0.5 }, { push: true });
  };
  const channel = session.pinned?.c ?? 0;
  return html`<choice-field small label=${gettext("γ and β")} .value=${trained ? "trained" : plain ? "plain" : "own"} .options=${options}
      @value-change=${heard(choose)}></choice-field>
    ${all("gamma", gettext("γ of all channels"), gamma)}
    ${all("beta", gettext("β of all channels"), beta)}
    ${one("gamma", gettext("γ of channel {c}", { c: channel }))}
    ${one("beta", gettext("β of channel {c}", { c: channel }))}`;
}

/** All channels alike; where they are not, the slider stands at the pinned channel's.
 * @param {"gamma" | "beta"} name @param {string} label @param {import("./fields.js").Affine} now
 */
function all(name, label, now) {
  const act = heard((/** @type {number} */ value) => session.state.set({ [name]: value }));
  return html`<number-field slider data-control=${name} label=${label} min="-3" max="3" step="0.05" .value=${typeof now === "number" ? now : ofChannel(name)}
    problem=${problem(name)} @value-input=${act} @value-change=${act}></number-field>`;
}

/** @param {"gamma" | "beta"} name @param {string} label */
function one(name, label) {
  const act = heard((/** @type {number} */ value) => setChannel(name, value));
  return html`<number-field slider data-control="${name}-one" label=${label} min="-3" max="3" step="0.05" .value=${ofChannel(name)}
    @value-input=${act} @value-change=${act}></number-field>`;
}

/** @param {Values} values */
function mode({ mode: now }) {
  return html`<choice-field small data-control="mode" label=${gettext("Mode")} .value=${now} .options=${[
    { value: "train", label: gettext("train") },
    { value: "eval", label: gettext("eval") },
  ]} @value-change=${heard((/** @type {"train" | "eval"} */ value) => session.state.set({ mode: value }, { push: true }))}></choice-field>`;
}

/** What only BatchNorm has. @param {Values} values @param {Answer | null} answer */
function running({ method, mode: now, tracked, momentum, running: from }, answer) {
  if (method !== "batch")
    return html`<p class="hint">${gettext("This method takes its statistics from the sample itself, in training and evaluation alike: the mode changes nothing.")}</p>`;
  const cumulative = momentum === null;
  const act = heard((/** @type {number} */ value) => session.state.set({ momentum: value }));
  const trained = answer?.norm?.tracked ?? false;
  const words =
    now === "train"
      ? gettext(
          "Normalises with this batch’s own mean and variance, and lets the running ones follow.",
        )
      : tracked
        ? gettext("Normalises with the running mean and variance: the batch no longer matters.")
        : gettext("Without running statistics even eval has to take the batch’s own.");
  return html`<p class="hint">${words}</p>
    <choice-field small label="track_running_stats" .value=${tracked ? "yes" : "no"} .options=${[
      { value: "yes", label: gettext("yes") },
      { value: "no", label: gettext("no") },
    ]} @value-change=${heard((/** @type {string} */ value) => session.state.set({ tracked: value === "yes" }, { push: true }))}></choice-field>
    ${
      tracked
        ? html`<choice-field small data-control="running" label=${gettext("Running statistics")} .value=${from || (trained ? "trained" : "fresh")} .options=${[
            {
              value: "trained",
              label: gettext("trained"),
              disabled: !trained,
              hint: trained ? "" : gettext("No trained BatchNorm takes this tensor."),
            },
            {
              value: "fresh",
              label: gettext("fresh"),
              hint: gettext("Mean 0, variance 1: before the first batch."),
            },
            {
              value: "fed",
              label: gettext("fed below"),
              hint: gettext(
                "As the batches fed under “Training and evaluation” below have left them.",
              ),
            },
          ]} @value-change=${heard((/** @type {"trained" | "fresh" | "fed"} */ value) => session.state.set({ running: value }, { push: true }))}></choice-field>
          ${said("running", "training")}
          <choice-field small label=${gettext("Running average")} .value=${cumulative ? "cumulative" : "momentum"} .options=${[
            { value: "momentum", label: gettext("momentum") },
            {
              value: "cumulative",
              label: gettext("all alike"),
              hint: gettext("momentum=None: every batch weighs the same."),
            },
          ]} @value-change=${heard((/** @type {string} */ value) => session.state.set({ momentum: value === "momentum" ? 0.1 : null }, { push: true }))}></choice-field>
          ${cumulative ? nothing : html`<number-field slider data-control="momentum" label=${gettext("Momentum")} min="0" max="1" step="0.01" .value=${momentum} problem=${problem("momentum")} @value-input=${act} @value-change=${act}></number-field>`}
          ${answer ? stored(answer) : nothing}`
        : nothing
    }`;
}

/** What this batch does to the running statistics of the pinned channel. @param {Answer} answer */
function stored({ running, mode: now }) {
  if (!running) return nothing;
  const c = session.pinned?.c ?? 0;
  const number = (/** @type {number | undefined} */ value) => format.number(value, 4);
  const row = (
    /** @type {string} */ symbol,
    /** @type {string} */ tone,
    /** @type {"mean" | "variance"} */ part,
  ) =>
    html`<tr><th scope="row"><b class="tone-${tone}">${symbol}</b></th><td>${number(running.before[part][c])}</td><td>${now === "train" ? number(running.after[part][c]) : "–"}</td></tr>`;
  return html`<table class="stored"><caption>${gettext("Running statistics of channel {c}", { c })}</caption>
    <thead><tr><td></td><th scope="col">${gettext("before this batch")}</th><th scope="col">${gettext("after it")}</th></tr></thead>
    <tbody>${row("μ", "mean", "mean")}${row("σ²", "deviation", "variance")}</tbody></table>`;
}

/** What the server says against a setting, for controls that cannot say it themselves. @param {...string} names */
function said(...names) {
  const words = problem(...names);
  return words ? html`<p class="problem" role="alert">${words}</p>` : nothing;
}

customElements.define("normalization-controls", NormalizationControls);
