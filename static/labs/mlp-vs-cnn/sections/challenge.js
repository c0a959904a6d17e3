import { html, nothing } from "lit";
import { heard } from "../../../components/heard.js";
import * as api from "../../../core/api.js";
import { scaleFor } from "../../../core/colour.js";
import { Experiment } from "../../../core/experiment.js";
import * as format from "../../../core/format.js";
import { gettext, pick } from "../../../core/i18n.js";
import { imageId } from "../../../core/members.js";
import { decode } from "../../../core/tensor.js";
import { session } from "../session.js";
import { awayWords, kindName } from "../words.js";
import { inMap } from "./maps.js";
import { tallied } from "./rounds.js";
import { frame, Section } from "./section.js";
import { SKETCHES } from "./sketches.js";
import "../../../components/choice-field.js";
import "../../../components/colour-legend.js";
import "../../../components/drawing-pad.js";
import "../../../components/heat-map.js";
import "../../../components/number-field.js";
import "../../../components/prediction-bars.js";

/** @typedef {import("./section.js").Answer} Answer */
/** @typedef {import("./section.js").Request} Request */
/** @typedef {import("../../../components/heat-map.js").Cell} Cell */
/** @typedef {import("../../../components/drawing-pad.js").DrawingPad} DrawingPad */

/** Classes that are listed. */
const LISTED = 5;
/** Px from one place of the maps to the next. */
const STEP = 2;

/** `<versus-challenge>`: draw something to wear; both networks guess; then move the drawing and see where they go wrong. */
export class VersusChallenge extends Section {
  static properties = { ...Section.properties, touch: { state: true }, failed: { state: true } };

  /** P(class) at all places. @type {Experiment<Request, Answer>} */
  #maps = new Experiment((body, signal) => api.mlpVsCnn(body, { tensors: "float32", signal }));
  /** @type {AbortController | null} */ #sending = null;
  /** Drawings from the first stroke on. @type {import("./rounds.js").Round[]} */ #rounds = [];
  #held = false;
  #begun = false;

  constructor() {
    super();
    /** The place of the maps that is pointed at, by row and column. @type {{y: number, x: number} | null} */
    this.touch = null;
    /** Why the drawing could not be sent. @type {unknown} */ this.failed = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#maps.addEventListener("update", this.redraw);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#maps.removeEventListener("update", this.redraw);
    this.#sending?.abort();
  }

  /** @param {{dy: number, dx: number, scale: number}} [moved] */
  #scene(moved) {
    const { drawing, drawnDown: dy, drawnRight: dx, drawnScale: scale } = session.state.values;
    const image = imageId(drawing);
    return image
      ? {
          kind: /** @type {const} */ ("picture"),
          image,
          turned: false,
          dy,
          dx,
          scale,
          ...moved,
        }
      : null;
  }

  question() {
    const scene = this.#scene();
    const { said } = session.state.values;
    return scene && { scene, target: said, record: [/** @type {const} */ ("canvas")] };
  }

  willUpdate() {
    super.willUpdate();
    if (!this.near) return;
    const { said, drawnScale: scale } = session.state.values;
    const scene = this.#scene({ dy: 0, dx: 0, scale });
    if (scene && said !== null)
      this.#maps.ask({ scene, target: said, record: [], positions: { step: STEP } });
    this.#learn();
  }

  /** What the networks say of the drawing where it was drawn counts. */
  #learn() {
    const { drawing, said, drawnDown, drawnRight, drawnScale } = session.state.values;
    const round = this.#rounds.at(-1);
    if (round) round.said = said;
    if (!this.answer || this.experiment.busy || drawnDown || drawnRight || drawnScale !== 1) return;
    if (!drawing) return;
    const of = (/** @type {string} */ kind) =>
      this.answer?.networks.find((network) => network.kind === kind)?.predicted ?? -1;
    const guess = { mlp: of("mlp"), cnn: of("cnn") };
    if (round) round.guess = guess;
    else this.#rounds.push({ said, guess });
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
    pad.put(sketch.strokes);
  }

  /** Another drawing begins. @param {number | null} said */
  #round(said) {
    this.#rounds.push({ said, guess: null });
    session.state.set({ said, drawnDown: 0, drawnRight: 0, drawnScale: 1 });
  }

  /** @param {CustomEvent<{picture: Blob}>} event */
  async #onDrawing(event) {
    event.stopPropagation();
    const { strokes } = /** @type {DrawingPad} */ (event.target);
    const own = !SKETCHES.some((sketch) => sketch.strokes === strokes);
    if (own && strokes.length === 1) this.#round(null);
    this.#sending?.abort();
    const sending = new AbortController();
    this.#sending = sending;
    this.failed = null;
    try {
      const { id } = await api.upload(event.detail.picture, sending.signal);
      if (this.#sending === sending) session.state.set({ drawing: id });
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
      settings: html`${this.#pad()}
        <choice-field list label=${gettext("It is")} .value=${values.said === null ? "" : String(values.said)} .options=${[
          { value: "", label: gettext("(say what it is)") },
          ...classes.map((name, index) => ({ value: String(index), label: pick(name) })),
        ]} @value-change=${heard((/** @type {string} */ value) => session.state.set({ said: value === "" ? null : Number(value) }))}></choice-field>
        <status-notice .error=${this.failed}></status-notice>${this.notice()}`,
      figure: html`<div class="guessing">${this.#seen(answer)}${this.#guesses(answer)}</div>${this.#tally()}${this.#moving(answer)}`,
      see: html`<p>${this.#words(answer)}</p>
        <p>${gettext("Both have learned from photographs of clothes, filled and in the middle. Line drawings are new to both; a drawing at the edge is new to the MLP’s weights, one by one.")}</p>`,
      take: this.take("challenge", gettext("Take away your drawing and the maps"), () =>
        this.#arrays(),
      ),
    });
  }

  #pad() {
    return html`<drawing-pad @drawing-change=${this.#onDrawing}></drawing-pad>
      <p class="row sketches"><span class="soft">${gettext("Drawn for you:")}</span> ${SKETCHES.map(
        ({ said }, i) =>
          html`<button type="button" class="plain" @click=${() => this.#sketch(i)}>${sketchName(said)}</button>`,
      )}</p>`;
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
      return html`<div class="outcome"><h3>${kindName(kind)}${right === null ? nothing : html` <span class=${right ? "right" : "wrong"}>${right ? gettext("right") : gettext("wrong")}</span>`}</h3>
        <prediction-bars label=${gettext("Guesses of the {name}", { name: kindName(kind) })} .predictions=${sorted} .rows=${LISTED}></prediction-bars></div>`;
    });
  }

  #tally() {
    const { drawings, mlp, cnn, both, neither } = tallied(this.#rounds);
    return html`<p class="tally" role="status">${gettext("Drawings named so far: {n}. MLP right: {mlp}, CNN right: {cnn}, both: {both}, neither: {neither}.", { n: drawings, mlp, cnn, both, neither })}</p>`;
  }

  /** The drawing moved about, and P(its class) at all places. @param {Answer | null} answer */
  #moving(answer) {
    const { values } = session.state;
    if (!answer || values.said === null)
      return html`<p class="soft">${gettext("Say what it is, and move it.")}</p>`;
    const set = (/** @type {"drawnDown" | "drawnRight" | "drawnScale"} */ name) =>
      heard((/** @type {number} */ value) => session.state.set({ [name]: value }));
    const field = (
      /** @type {"drawnDown" | "drawnRight" | "drawnScale"} */ name,
      /** @type {string} */ label,
      /** @type {[number, number, number]} */ [min, max, step],
    ) => html`<number-field slider label=${label} .value=${values[name]} .min=${min} .max=${max} .step=${step} @value-input=${set(name)}
      @value-change=${set(name)}></number-field>`;
    return html`<div class="elsewhere"><h3>${gettext("P({name}) with it there", { name: pick(answer.classes[values.said] ?? { en: "", zh: "" }) })}</h3>
      <div class="two">${this.#places()}</div>
      <div class="moves">${field("drawnDown", gettext("Down, px"), [-20, 20, 1])}${field("drawnRight", gettext("Right, px"), [-20, 20, 1])}${field("drawnScale", gettext("Size"), [0.4, 1.5, 0.05])}
        <colour-legend .scale=${scaleFor(0, 1)} .range=${this.#range} .scopes=${[]}></colour-legend></div>
      <p class="readout">${this.#readout()}</p></div>`;
  }

  get #positions() {
    const { answer } = this.#maps;
    return this.once("positions", [answer], () => {
      const found = answer?.positions;
      return found
        ? {
            ...found,
            maps: found.maps.map((each) => ({ ...each, tensor: inMap(decode(each.map)) })),
          }
        : null;
    });
  }

  /** @returns {[number, number] | null} */
  get #range() {
    const ranges = this.#positions?.maps.map(({ tensor }) => tensor.range());
    return ranges
      ? [Math.min(...ranges.map(([lo]) => lo)), Math.max(...ranges.map(([, hi]) => hi))]
      : null;
  }

  #places() {
    const found = this.#positions;
    const here = this.#here();
    return /** @type {const} */ (["mlp", "cnn"]).map((kind, i) => {
      const label = kindName(kind);
      return html`<figure><figcaption>${label}</figcaption><heat-map label=${label} .names=${[label]} .tensor=${found?.maps[i]?.tensor ?? null} .range=${[0, 1]} .signed=${false}
        .pinned=${here} .cursor=${this.touch && { map: 0, ...this.touch }} @pointerdown=${this.#onDown} @pointerup=${this.#onUp} @pointercancel=${this.#onUp}
        @cell-hover=${this.#onHover} @cell-leave=${this.#onLeave} @cell-pin=${this.#onPin}></heat-map></figure>`;
    });
  }

  /** Where the drawing is, in the maps; null where it lies between their places. */
  #here() {
    const { drawnDown, drawnRight } = session.state.values;
    const found = this.#positions;
    const [y, x] = [found?.ys.indexOf(drawnDown) ?? -1, found?.xs.indexOf(drawnRight) ?? -1];
    return y < 0 || x < 0 ? null : { map: 0, y, x };
  }

  #readout() {
    const found = this.#positions;
    const at = this.touch ?? this.#here();
    if (!found || !at) return gettext("Point at a place, click to move there.");
    const place = awayWords(found.ys[at.y] ?? 0, found.xs[at.x] ?? 0);
    const there = /** @type {const} */ (["mlp", "cnn"]).map((kind, i) =>
      gettext("{kind} {p}", {
        kind: kindName(kind),
        p: format.percent(found.maps[i]?.tensor.at(0, at.y, at.x) ?? Number.NaN),
      }),
    );
    return `${place}: ${there.join(", ")}`;
  }

  /** @param {PointerEvent} event */
  #onDown(event) {
    const plane = /** @type {HTMLElement} */ (event.target).closest(".plane");
    if (event.button !== 0 || !plane) return;
    plane.setPointerCapture(event.pointerId);
    this.#held = true;
    if (this.touch) this.#go(this.touch);
  }

  #onUp() {
    this.#held = false;
  }

  /** @param {CustomEvent<Cell>} event */
  #onHover({ detail: { y, x } }) {
    this.touch = { y, x };
    if (this.#held) this.#go({ y, x });
  }

  #onLeave() {
    this.touch = null;
  }

  /** @param {CustomEvent<Cell | null>} event */
  #onPin({ detail }) {
    if (detail) this.#go(detail);
    this.requestUpdate();
  }

  /** @param {{y: number, x: number}} cell */
  #go({ y, x }) {
    const [down, right] = [this.#positions?.ys[y], this.#positions?.xs[x]];
    if (down !== undefined && right !== undefined)
      session.state.set({ drawnDown: down, drawnRight: right });
  }

  /** @param {Answer | null} answer */
  #words(answer) {
    const found = this.#positions;
    const { said } = session.state.values;
    if (!answer || said === null || !found || found.target !== said)
      return gettext("Draw with a pointer or a finger, or with the arrow keys and Space.");
    const [mlp, cnn] = found.maps.map(({ everywhere }) => format.percent(everywhere.right));
    return gettext(
      "Moved to {n} places, up to {reach} px each way, your drawing is “{name}” to the MLP at {mlp} of them and to the CNN at {cnn}.",
      {
        n: found.maps[0]?.everywhere.places ?? 0,
        reach: found.ys.at(-1) ?? 0,
        name: pick(answer.classes[said] ?? { en: "", zh: "" }),
        mlp: mlp ?? "",
        cnn: cnn ?? "",
      },
    );
  }

  /** @returns {import("../../../components/take-away.js").Arrays} */
  #arrays() {
    /** @type {import("../../../components/take-away.js").Arrays} */ const arrays = {};
    if (this.answer?.canvas) arrays.canvas = decode(this.answer.canvas);
    for (const { network, tensor } of this.#positions?.maps ?? []) arrays[`p.${network}`] = tensor;
    return arrays;
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
