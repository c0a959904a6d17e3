import { html, nothing } from "lit";
import { gettext, pick } from "../../core/i18n.js";
import { ITEMS, isItem, MOST_MEMBERS } from "./fields.js";
import { SessionPart } from "./part.js";
import { session } from "./session.js";
import { learn, paint } from "./thumbs.js";
import "../../components/picture-picker.js";

/** @typedef {import("../../components/picture-picker.js").Picture} Picture */

/**
 * `<member-rail>`: the samples of the batch, each in front of its row of the figure: a button that opens what can
 * be put in its place; and one more to add a sample.
 *
 * Property: `side` {number} of a picture, in px.
 */
export class MemberRail extends SessionPart {
  static properties = { side: { type: Number }, chosen: { state: true }, open: { state: true } };

  constructor() {
    super();
    this.side = 40;
    /** The sample that the menu is about; as many as there are samples: one more. */
    this.chosen = 0;
    this.open = false;
  }

  render() {
    const { batch } = session.state.values;
    const { answer } = session;
    if (answer) learn(answer);
    const full = batch.length >= MOST_MEMBERS;
    return html`<ol class="members" aria-label=${gettext("Samples")}>
        ${batch.map((word, index) => html`<li>${this.#button(word, index)}</li>`)}
      </ol>
      <button type="button" class="add-member" popovertarget="member-menu" ?disabled=${full}
        aria-label=${gettext("Add a sample")} title=${gettext("Add a sample")} @click=${() => this.#choose(batch.length)}>+</button>
      ${this.#menu(batch)}`;
  }

  /** @param {string} word @param {number} index */
  #button(word, index) {
    const size = Math.max(12, this.side);
    return html`<button type="button" class="thumb" popovertarget="member-menu" title=${memberName(word)}
        aria-label=${gettext("Sample {n}: {name}", { n: index, name: memberName(word) })}
        @click=${() => this.#choose(index)} @keydown=${(/** @type {KeyboardEvent} */ event) => {
          if (event.key === "Delete" || event.key === "Backspace") remove(index);
        }}><canvas data-word=${word} width="28" height="28" .style=${`inline-size:${size}px;block-size:${size}px`} aria-hidden="true"></canvas></button>`;
  }

  /** @param {readonly string[]} batch */
  #menu(batch) {
    const index = Math.min(this.chosen, batch.length);
    const word = batch[index];
    const title = word
      ? gettext("Sample {n}: {name}", { n: index, name: memberName(word) })
      : gettext("One more sample");
    return html`<div id="member-menu" class="member-menu" popover role="dialog" aria-label=${title} @toggle=${this.#onToggle}>
      <header><h3>${title}</h3>
        <button type="button" class="plain" popovertarget="member-menu" popovertargetaction="hide">${gettext("Close")}</button></header>
      <div class="row">
        <button type="button" @click=${() => this.#put(String(random(batch)))}>${gettext("A random Fashion-MNIST picture")}</button>
        ${word ? html`<button type="button" ?disabled=${batch.length === 1} @click=${() => this.#remove(index)}>${gettext("Remove")}</button>` : nothing}
      </div>
      <picture-picker .value=${(word && session.imageId(word)) ?? ""} .samples=${session.samples} @picture-change=${this.#onPicture}
        @picture-busy=${(/** @type {Event} */ event) => event.stopPropagation()}></picture-picker>
    </div>`;
  }

  updated() {
    for (const canvas of this.querySelectorAll("canvas")) paint(canvas);
  }

  /** @param {number} index */
  #choose(index) {
    this.chosen = index;
  }

  /** Where a dropped or pasted picture goes while the menu is closed: to the end. @param {ToggleEvent} event */
  #onToggle(event) {
    this.open = event.newState === "open";
    const menu = /** @type {HTMLElement} */ (event.target);
    if (!this.open) return;
    const anchor = [...this.querySelectorAll("[popovertarget]")][this.chosen] ?? this;
    const [at, size] = [anchor.getBoundingClientRect(), menu.getBoundingClientRect()];
    const left = Math.min(at.right + 8, document.documentElement.clientWidth - size.width - 8);
    const top = Math.min(at.top, innerHeight - size.height - 8);
    menu.style.left = `${Math.max(8, left)}px`;
    menu.style.top = `${Math.max(8, top)}px`;
  }

  /** @param {CustomEvent<Picture>} event */
  #onPicture = (event) => {
    event.stopPropagation();
    const { id, origin } = event.detail;
    const sample = origin === "sample" && session.samples.find((each) => each.id === id);
    this.#put(sample ? sample.name : id);
  };

  /** @param {string} word */
  #put(word) {
    const { batch } = session.state.values;
    const index = this.open ? Math.min(this.chosen, batch.length) : batch.length;
    const next = [...batch];
    next[Math.min(index, MOST_MEMBERS - 1)] = word;
    session.state.set({ batch: next }, { push: true });
    this.chosen = Math.min(index, next.length - 1);
  }

  /** @param {number} index */
  #remove(index) {
    remove(index);
    /** @type {HTMLElement | null} */ (this.querySelector("#member-menu"))?.hidePopover();
  }
}

/** @param {number} index */
function remove(index) {
  const { batch } = session.state.values;
  if (batch.length > 1) session.state.set({ batch: batch.toSpliced(index, 1) }, { push: true });
}

/** What a member is called. @param {string} word */
export function memberName(word) {
  if (isItem(word)) return gettext("Fashion-MNIST no. {n}", { n: word });
  const sample = session.samples.find(({ name }) => name === word);
  return sample ? pick(sample.title) : gettext("Your picture");
}

/** A held-out image that is not there yet. @param {readonly string[]} batch */
function random(batch) {
  let index = Math.floor(Math.random() * ITEMS);
  while (batch.includes(String(index))) index = (index + 1) % ITEMS;
  return index;
}

/** As many samples as are wanted: some dropped from the end, or random ones added. @param {number} count */
export function resize(count) {
  const batch = session.state.values.batch.slice(0, count);
  while (batch.length < count) batch.push(String(random(batch)));
  session.state.set({ batch });
}

/** Other samples, as many as there are. */
export function shuffle() {
  /** @type {string[]} */ const batch = [];
  for (const _ of session.state.values.batch) batch.push(String(random(batch)));
  session.state.set({ batch }, { push: true });
}

customElements.define("member-rail", MemberRail);
