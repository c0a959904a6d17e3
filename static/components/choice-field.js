import { html, nothing } from "lit";
import { PageElement, plain } from "./element.js";

/** @typedef {{value: string, label: string, disabled?: boolean, hint?: string}} Option
 * `hint`: a title; say there why a choice is out of reach */

let serial = 0;

/**
 * `<choice-field>`: one of a few: a row of segments, or a drop-down list.
 *
 * Properties: `label`, `options` {Option[]}, `value`, `disabled`; `list` {boolean} as a drop-down list;
 * `small` {boolean}; `bare` {boolean} the label is for screen readers only.
 * Event: `value-change` {value: string}, bubbling.
 * Keys: the browser's own for radio buttons (arrows) and lists.
 */
export class ChoiceField extends PageElement {
  static properties = {
    label: {},
    options: plain,
    value: {},
    disabled: { type: Boolean },
    list: { type: Boolean },
    small: { type: Boolean },
    bare: { type: Boolean, reflect: true },
  };

  #name = `choice-${serial++}`;

  constructor() {
    super();
    this.label = "";
    /** @type {readonly Option[]} */ this.options = [];
    this.value = "";
    this.disabled = false;
    this.list = false;
    this.small = false;
    this.bare = false;
  }

  render() {
    const caption = this.bare ? "unseen" : "caption";
    if (this.list)
      return html`<label><span class=${caption}>${this.label}</span>
        <select ?disabled=${this.disabled} @change=${this.#onChange}>
          ${this.options.map(
            (option) => html`<option value=${option.value} ?disabled=${option.disabled}
              title=${option.hint ?? nothing} .selected=${option.value === this.value}>${option.label}</option>`,
          )}
        </select></label>`;
    return html`<fieldset ?disabled=${this.disabled}><legend class=${caption}>${this.label}</legend>
      <span class="segments">
        ${this.options.map(
          (option) => html`<label title=${option.hint ?? nothing}>
            <input type="radio" name=${this.#name} value=${option.value} ?disabled=${option.disabled}
              .checked=${option.value === this.value} @change=${this.#onChange}><span>${option.label}</span></label>`,
        )}
      </span></fieldset>`;
  }

  /** @param {Event} event */
  #onChange(event) {
    event.stopPropagation();
    this.value = /** @type {HTMLInputElement | HTMLSelectElement} */ (event.target).value;
    this.tell("value-change", { value: this.value });
  }
}

customElements.define("choice-field", ChoiceField);
