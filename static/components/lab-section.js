import { html, nothing } from "lit";
import { Experiment } from "../core/experiment.js";
import { PageElement } from "./element.js";
import "./status-notice.js";
import "./take-away.js";

/** How near to the window a section must come before it asks for its numbers. */
const NEAR = "400px";

/** A section below a lab's stage: an experiment of its own, asked for while it is near the window and whenever its
 * question changes. Each lab says what it asks: see `Subject`.
 *
 * @template Q, A
 * @typedef {{session: EventTarget & {state: {href: () => string}}, name: string, ask: (question: Q, signal: AbortSignal) => Promise<A>}} Subject
 *   `session` dispatches "update", and its state is what a link holds; `name` of the lab, which its questions go to
 */

/** @template Q, A */
export class LabSection extends PageElement {
  static properties = { near: { state: true } };

  #asked = "";
  #subject;
  /** @type {Map<string, {from: readonly unknown[], made: any}>} */ #made = new Map();
  #watch = new IntersectionObserver(
    (entries) => {
      this.near = entries.at(-1)?.isIntersecting ?? false;
    },
    { rootMargin: NEAR },
  );

  /** @param {Subject<Q, A>} subject */
  constructor(subject) {
    super();
    this.#subject = subject;
    this.experiment = new Experiment(subject.ask);
    this.near = false;
  }

  /** Draw anew. */
  redraw = () => this.requestUpdate();

  connectedCallback() {
    super.connectedCallback();
    this.#watch.observe(this);
    this.#subject.session.addEventListener("update", this.redraw);
    this.experiment.addEventListener("update", this.redraw);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#watch.disconnect();
    this.#subject.session.removeEventListener("update", this.redraw);
    this.experiment.removeEventListener("update", this.redraw);
  }

  /** What to ask the server for the present state. @returns {Q | null} null: nothing yet, or at all */
  question() {
    return null;
  }

  willUpdate() {
    if (!this.near) return;
    const body = this.question();
    const asked = JSON.stringify(body);
    if (!body || asked === this.#asked) return;
    this.#asked = asked;
    this.experiment.ask(body);
  }

  /** Out of sight, nothing is drawn anew. */
  shouldUpdate() {
    return this.near || !this.hasUpdated;
  }

  /** What was made before, while it is made of the same.
   * @template T
   * @param {string} name @param {readonly unknown[]} from @param {() => T} make
   * @returns {T}
   */
  once(name, from, make) {
    const known = this.#made.get(name);
    if (known?.from.every((each, i) => Object.is(each, from[i]))) return known.made;
    const made = make();
    this.#made.set(name, { from, made });
    return made;
  }

  /** Ask once more what was refused. */
  retry = () => {
    this.#asked = "";
    this.requestUpdate();
  };

  /** What the server has answered last. */
  get answer() {
    return this.experiment.answer;
  }

  /** What is going on, or went wrong. */
  notice() {
    const { error, busy } = this.experiment;
    return html`<status-notice class="state" .error=${error} ?busy=${busy} ?retry=${Boolean(error)} @notice-retry=${this.retry}></status-notice>`;
  }

  /** The menu of what can be taken away: the page's address, the question, arrays out of the answer, and the figure as it is drawn.
   * @param {string} name @param {string} label
   * @param {(() => import("./take-away.js").Arrays) | null} [arrays]
   * @param {(() => string) | null} [torch] the same as a PyTorch program
   */
  take(name, label, arrays = null, torch = null) {
    const { name: lab, session } = this.#subject;
    const call = () => ({ method: "POST", url: `/api/labs/${lab}`, body: this.question() });
    return html`<take-away name="convscope-${lab}-${name}" label=${label} .link=${() => session.state.href()} .call=${call} .torch=${torch}
      .picture=${this.answer ? this.picture : null} .arrays=${this.answer ? arrays : null}></take-away>`;
  }

  /** The figure as it is drawn. */
  picture = async () => {
    const figure = this.querySelector(".figure");
    const { pictureOf } = await import("./figure-picture.js");
    return figure && pictureOf(figure, this.querySelector("h2")?.textContent ?? "");
  };
}

/** The parts of a section in their places.
 * @param {{id: string, title: string, words: unknown, settings?: unknown, figure: unknown, see?: unknown, take?: unknown,
 *   wide?: boolean}} parts `see`: what to look for; `wide`: the figure takes all of the width
 */
export function frame({ id, title, words, settings, figure, see, take, wide = false }) {
  return html`<section class="lab-section ${wide ? "wide" : ""}" aria-labelledby=${id}>
    <header><h2 id=${id}>${title}</h2>${take ?? nothing}</header>
    <div class="lead">${words}</div>
    ${settings ? html`<div class="settings">${settings}</div>` : nothing}
    <div class="figure">${figure}</div>
    ${see ? html`<div class="see">${see}</div>` : nothing}
  </section>`;
}
