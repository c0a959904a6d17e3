import { html, nothing } from "lit";
import { gettext } from "../core/i18n.js";
import { another, imageId, MOST_MEMBERS, memberName, samplePictures } from "../core/members.js";
import { learn, paint } from "../core/thumbs.js";
import { PageElement } from "./element.js";
import "./picture-picker.js";

/** @typedef {import("./picture-picker.js").Picture} Picture */
/** @typedef {Parameters<typeof learn>[0]} Seen */

/**
 * `<member-rail>`: the samples of the batch, each in front of its row of the figure: a button that opens what can
 * be put in its place; and one more to add a sample.
 *
 * Properties: `batch` {string[]} the samples, as links have them; `seen` {Seen | null} an answer that tells how they
 * look; `side` {number} of a picture, in px. Event: `batch-change` {string[]}.
 */
export class MemberRail extends PageElement {
  static properties = {
    batch: { attribute: false },
    seen: { attribute: false },
    side: { type: Number },
    chosen: { state: true },
    open: { state: true },
  };

  constructor() {
    super();
    /** @type {readonly string[]} */ this.batch = [];
    /** @type {Seen | null} */ this.seen = null;
    this.side = 40;
    /** The sample that the menu is about; as many as there are samples: one more. */
    this.chosen = 0;
    this.open = false;
  }

  render() {
    const { batch } = this;
    if (this.seen) learn(this.seen);
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
          if (event.key === "Delete" || event.key === "Backspace") this.#without(index);
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
      <header><h2>${title}</h2>
        <button type="button" class="plain" popovertarget="member-menu" popovertargetaction="hide">${gettext("Close")}</button></header>
      <div class="row">
        <button type="button" @click=${() => this.#put(another(batch))}>${gettext("A random Fashion-MNIST picture")}</button>
        ${word ? html`<button type="button" ?disabled=${batch.length === 1} @click=${() => this.#remove(index)}>${gettext("Remove")}</button>` : nothing}
      </div>
      <picture-picker .value=${(word && imageId(word)) ?? ""} .samples=${samplePictures()} @picture-change=${this.#onPicture}
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
    const sample = origin === "sample" && samplePictures().find((each) => each.id === id);
    this.#put(sample ? sample.name : id);
  };

  /** @param {string} word */
  #put(word) {
    const { batch } = this;
    const index = this.open ? Math.min(this.chosen, batch.length) : batch.length;
    const next = [...batch];
    next[Math.min(index, MOST_MEMBERS - 1)] = word;
    this.tell("batch-change", next);
    this.chosen = Math.min(index, next.length - 1);
  }

  /** @param {number} index */
  #remove(index) {
    this.#without(index);
    /** @type {HTMLElement | null} */ (this.querySelector("#member-menu"))?.hidePopover();
  }

  /** @param {number} index */
  #without(index) {
    if (this.batch.length > 1) this.tell("batch-change", this.batch.toSpliced(index, 1));
  }
}

customElements.define("member-rail", MemberRail);
