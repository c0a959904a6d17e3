import { html, nothing } from "lit";
import * as api from "../../core/api.js";
import { scaleFor } from "../../core/colour.js";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { Latest } from "../../core/latest.js";
import { problemWords } from "../../core/problems.js";
import { decode } from "../../core/tensor.js";
import { MOST_PINNED, SETTINGS } from "./fields.js";
import { suited } from "./kernel-list.js";
import { SessionPart } from "./part.js";
import { session } from "./session.js";
import { settingWords } from "./setting-words.js";
import "../../components/colour-legend.js";
import "../../components/heat-map.js";

/** @typedef {import("../../core/wire.js").ConvolutionRequest} Request */
/** @typedef {import("../../core/tensor.js").Tensor} Tensor */
/** @typedef {{tensor: Tensor | null, error: unknown}} Made */

/** `<setting-compare>`: up to three settings kept beside the present one, on the same input and in the same
 * colours. */
export class SettingCompare extends SessionPart {
  static properties = { made: { state: true } };

  #asked = "";
  #latest = new Latest(
    (/** @type {Request[]} */ bodies, signal) =>
      Promise.all(bodies.map((body) => make(body, signal))),
    {
      done: (made) => {
        this.made = new Map(made);
      },
    },
  );

  constructor() {
    super();
    /** The output of each kept setting, by what was asked. @type {Map<string, Made>} */ this.made =
      new Map();
  }

  willUpdate() {
    const bodies = this.#pinned.flatMap((settings) => request(settings) ?? []);
    const asked = JSON.stringify(bodies);
    if (asked === this.#asked) return;
    this.#asked = asked;
    if (bodies.length) this.#latest.send(bodies);
  }

  /** @returns {any[]} the kept settings */
  get #pinned() {
    return session.state.values.pinned;
  }

  render() {
    const pinned = this.#pinned;
    this.classList.toggle("many", pinned.length > 0);
    const now = session.settings();
    const kept = pinned.some((settings) => same(settings, now));
    const full = pinned.length >= MOST_PINNED;
    return html`<section aria-label=${gettext("Compare")}>
      <header><h2>${gettext("Compare")}</h2>
        <button type="button" ?disabled=${full || kept} @click=${keep}>${gettext("Keep this setting")}</button></header>
      ${
        pinned.length
          ? this.#figures(now)
          : html`<p class="hint">${gettext("Keep up to {n} settings, then change something: they stay here beside it, on the same input and in the same colours.", { n: MOST_PINNED })}</p>`
      }
    </section>`;
  }

  /** @param {Record<string, any>} now */
  #figures(now) {
    const pinned = this.#pinned;
    const { answer } = session;
    const present = answer?.output ?? answer?.convolved ?? null;
    const { k } = session.state.values;
    const made = pinned.map((settings) => this.made.get(keyOf(settings)) ?? NOTHING);
    const tensors = [present, ...made.map(({ tensor }) => tensor)].filter(
      (tensor) => tensor !== null,
    );
    const ranges = tensors.map((tensor) => tensor.range([Math.min(k, tensor.count - 1)]));
    /** @type {[number, number]} */
    const range = [Math.min(...ranges.map(([lo]) => lo)), Math.max(...ranges.map(([, hi]) => hi))];
    const widest = Math.max(1, ...tensors.map(({ width }) => width));
    const figure = (
      /** @type {Tensor | null} */ tensor,
      /** @type {string} */ title,
      /** @type {string} */ words,
      /** @type {unknown} */ acts,
    ) => {
      const map = Math.min(k, (tensor?.count ?? 1) - 1);
      return html`<figure class="kept">
        <figcaption><b>${title}</b>${acts}</figcaption>
        <div class="map" .style=${`--part: ${(tensor?.width ?? widest) / widest}`}>${
          tensor
            ? html`<heat-map mode="still" .tensor=${tensor} .maps=${[map]} .range=${range} label="${title}"></heat-map>`
            : nothing
        }</div>
        <p class="hint">${tensor ? `${format.shape(tensor.shape.slice(-2))} · ${words}` : words}</p>
      </figure>`;
    };
    return html`<div class="kept-row">
        ${figure(present, gettext("now"), settingWords(now, pinned), nothing)}
        ${pinned.map((settings, index) => {
          const { tensor, error } = made[index] ?? NOTHING;
          const title = String.fromCharCode(65 + index);
          const words = error ? problemWords(error) : settingWords(settings, [now, ...pinned]);
          return figure(
            tensor,
            title,
            words,
            html`<span class="acts">
              <button type="button" class="plain" @click=${() => session.state.set(settings, { push: true })}>${gettext("Take up")}</button>
              <button type="button" class="plain" aria-label=${gettext("Let {name} go", { name: title })} @click=${() => drop(index)}>×</button></span>`,
          );
        })}
      </div>
      <colour-legend .scale=${scaleFor(...range)} .range=${range} .scopes=${NO_SCOPES}></colour-legend>
      <p class="hint">${gettext("Output channel {k} of each, all in one scale.", { k: k + 1 })}</p>`;
  }
}

/** @type {[]} */
const NO_SCOPES = [];
/** @type {Made} */
const NOTHING = { tensor: null, error: null };

/** A kept setting on the present input. @param {any} settings */
function request(settings) {
  return session.params(suited(settings, session.channels));
}

/** @param {any} settings */
function keyOf(settings) {
  return JSON.stringify(request(settings));
}

function keep() {
  const { pinned } = session.state.values;
  session.state.set({ pinned: [...pinned, session.settings()] }, { push: true });
}

/** @param {number} index */
function drop(index) {
  const { pinned } = session.state.values;
  session.state.set({ pinned: pinned.filter((_, i) => i !== index) }, { push: true });
}

/** @param {Record<string, any>} a @param {Record<string, any>} b */
function same(a, b) {
  return SETTINGS.every((name) => JSON.stringify(a[name]) === JSON.stringify(b[name]));
}

/** The output of one kept setting, or why there is none. @param {Request} body @param {AbortSignal} signal
 * @returns {Promise<[string, Made]>} */
async function make(body, signal) {
  try {
    const record = /** @type {Request["record"]} */ (["convolved", "output"]);
    const answer = await api.convolution(
      { ...body, ...(record ? { record } : {}) },
      { tensors: "uint8", signal },
    );
    const wire = answer.output ?? answer.convolved;
    return [JSON.stringify(body), { tensor: wire ? decode(wire) : null, error: null }];
  } catch (error) {
    if (signal.aborted) throw error;
    return [JSON.stringify(body), { tensor: null, error }];
  }
}

customElements.define("setting-compare", SettingCompare);
