import { html, nothing } from "lit";
import { heard } from "../../../components/heard.js";
import * as api from "../../../core/api.js";
import { gettext, pick } from "../../../core/i18n.js";
import { decode } from "../../../core/tensor.js";
import { session } from "../session.js";
import { kindName, rightWords } from "../words.js";
import { drawnScene } from "./drawn.js";
import { inMap } from "./maps.js";
import { tallied } from "./rounds.js";
import { frame, Section } from "./section.js";
import { SKETCHES } from "./sketches.js";
import "../../../components/choice-field.js";
import "../../../components/drawing-pad.js";
import "../../../components/heat-map.js";
import "../../../components/prediction-bars.js";
import "./elsewhere.js";

/** @typedef {import("./section.js").Answer} Answer */
/** @typedef {import("../../../components/drawing-pad.js").DrawingPad} DrawingPad */

/** Classes that are listed. */
const LISTED = 5;

/** `<versus-challenge>`: draw something to wear; both networks guess; then move the drawing and see where they go wrong. */
export class VersusChallenge extends Section {
  static properties = { ...Section.properties, failed: { state: true } };

  /** @type {AbortController | null} */ #sending = null;
  /** Drawings from the first stroke on; `drawing`: the picture as it was sent last.
   * @type {(import("./rounds.js").Round & {drawing: string})[]} */ #rounds = [];
  /** The first stroke, by which one drawing is told from the next. @type {unknown} */ #first;
  #begun = false;

  constructor() {
    super();
    /** Why the drawing could not be sent. @type {unknown} */ this.failed = null;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#sending?.abort();
  }

  question() {
    const scene = drawnScene();
    return scene && { scene, record: [/** @type {const} */ ("canvas")] };
  }

  willUpdate() {
    super.willUpdate();
    if (this.near) this.#learn();
  }

  /** What the networks say of the drawing where it was drawn counts. */
  #learn() {
    const { drawing, said, drawnDown, drawnRight, drawnScale } = session.state.values;
    if (!this.#rounds.length && drawing) this.#rounds.push({ said, guess: null, drawing }); // out of a link
    const round = this.#rounds.at(-1);
    if (!round) return;
    round.said = said;
    const moved = drawnDown || drawnRight || drawnScale !== 1;
    if (moved || !this.answer || this.experiment.busy || round.drawing !== drawing) return;
    const of = (/** @type {string} */ kind) =>
      this.answer?.networks.find((network) => network.kind === kind)?.predicted ?? -1;
    round.guess = { mlp: of("mlp"), cnn: of("cnn") };
  }

  updated() {
    if (!this.near || this.#begun) return;
    this.#begun = true;
    if (!session.state.values.drawing) this.#sketch(0);
  }

  /** Draw something ready-made. @param {number} index */
  #sketch(index) {
    const sketch = SKETCHES[index];
    const pad = /** @type {DrawingPad | null} */ (this.querySelector("drawing-pad"));
    if (!sketch || !pad) return;
    this.#round(sketch.said);
    this.#first = sketch.strokes[0];
    pad.put(sketch.strokes);
  }

  /** Another drawing begins. @param {number | null} said */
  #round(said) {
    this.#rounds.push({ said, guess: null, drawing: "" });
    session.state.set({ said, drawnDown: 0, drawnRight: 0, drawnScale: 1 });
  }

  /** @param {CustomEvent<{picture: Blob}>} event */
  async #onDrawing(event) {
    event.stopPropagation();
    const { strokes } = /** @type {DrawingPad} */ (event.target);
    if (strokes[0] !== this.#first) this.#round(null);
    this.#first = strokes[0];
    this.#sending?.abort();
    const sending = new AbortController();
    this.#sending = sending;
    this.failed = null;
    try {
      const { id } = await api.upload(event.detail.picture, sending.signal);
      if (this.#sending !== sending) return;
      const round = this.#rounds.at(-1);
      if (round) round.drawing = id;
      session.state.set({ drawing: id });
    } catch (error) {
      if (!sending.signal.aborted) this.failed = error;
    }
  }

  render() {
    const { values } = session.state;
    const answer = values.drawing ? this.answer : null;
    const classes = this.answer?.classes ?? [];
    return frame({
      id: "challenge",
      title: gettext("A small challenge: draw it yourself"),
      words: html`<p>${gettext("Draw something to wear: a shirt, trousers, a shoe, a bag. Both networks guess after every stroke. Say what it was meant to be, and then move your drawing: which of them still knows it?")}</p>`,
      settings: html`<status-notice .error=${this.failed}></status-notice>${this.notice()}`,
      figure: html`<div class="guessing">${this.#pad(classes)}${this.#guesses(answer)}${this.#seen(answer)}</div>${this.#tally()}<versus-elsewhere></versus-elsewhere>`,
      see: html`<p>${gettext("Draw with a pointer or a finger, or with the arrow keys and Space.")}</p>
        <p>${gettext("Both have learned from photographs of clothes, filled and in the middle. Line drawings are new to both; a drawing at the edge is new to the MLP’s weights, one by one.")}</p>`,
      take: this.take("challenge", gettext("Take away your drawing"), () => this.#arrays()),
    });
  }

  /** @param {Answer["classes"]} classes */
  #pad(classes) {
    const { said } = session.state.values;
    const say = heard((/** @type {string} */ value) =>
      session.state.set({ said: value === "" ? null : Number(value) }),
    );
    return html`<div class="drawing"><p class="row sketches"><span class="soft">${gettext("Ready-made:")}</span> ${SKETCHES.map(
      ({ said }, i) =>
        html`<button type="button" class="plain" @click=${() => this.#sketch(i)}>${sketchName(said)}</button>`,
    )}</p><drawing-pad @drawing-change=${this.#onDrawing}></drawing-pad>
      <choice-field list label=${gettext("It is")} .value=${said === null ? "" : String(said)} .options=${[
        { value: "", label: gettext("(say what it is)") },
        ...classes.map((name, index) => ({ value: String(index), label: pick(name) })),
      ]} @value-change=${say}></choice-field></div>`;
  }

  /** What the networks are given. @param {Answer | null} answer */
  #seen(answer) {
    const canvas = this.once("canvas", [answer], () =>
      answer?.canvas ? inMap(decode(answer.canvas)) : null,
    );
    const label = gettext("what they see");
    return html`<figure class="seen"><figcaption>${label}</figcaption><heat-map mode="still" mask label=${label} .tensor=${canvas} .range=${[0, 1]}></heat-map></figure>`;
  }

  /** @param {Answer | null} answer */
  #guesses(answer) {
    const { said } = session.state.values;
    return /** @type {const} */ (["mlp", "cnn"]).map((kind) => {
      const network = answer?.networks.find((each) => each.kind === kind);
      const all = (network?.probabilities ?? []).map((probability, index) => ({
        index,
        name: answer?.classes[index] ?? { en: "", zh: "" },
        probability,
      }));
      const sorted = all.toSorted((a, b) => b.probability - a.probability);
      const right = network && said !== null ? network.predicted === said : null;
      return html`<div class="outcome"><h3>${kindName(kind)}${right === null ? nothing : html` <span class=${right ? "right" : "wrong"}>${rightWords(right)}</span>`}</h3>
        <prediction-bars label=${gettext("Guesses of the {name}", { name: kindName(kind) })} .predictions=${sorted} .rows=${LISTED}></prediction-bars></div>`;
    });
  }

  #tally() {
    const { drawings, mlp, cnn, both, neither } = tallied(this.#rounds);
    return html`<p class="tally" role="status">${gettext("Drawings named so far: {n}. MLP right: {mlp}, CNN right: {cnn}, both: {both}, neither: {neither}.", { n: drawings, mlp, cnn, both, neither })}</p>`;
  }

  /** @returns {import("../../../components/take-away.js").Arrays} */
  #arrays() {
    return this.answer?.canvas ? { canvas: decode(this.answer.canvas) } : {};
  }
}

/** @param {number} said */
function sketchName(said) {
  const names = {
    0: gettext("T-shirt"),
    1: gettext("trousers"),
    8: gettext("bag"),
    9: gettext("boot"),
  };
  return names[/** @type {keyof typeof names} */ (said)];
}

customElements.define("versus-challenge", VersusChallenge);
