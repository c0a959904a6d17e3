import { html, nothing } from "lit";
import { PageElement } from "../components/element.js";
import { gettext } from "../core/i18n.js";
import { problemWords } from "../core/problems.js";
import { changeWords } from "./change-words.js";

/** @typedef {import("../core/wire.js").Intervention} Intervention */

/**
 * `<change-list>`: what is changed in the network, each to be undone with one click.
 *
 * Properties: `changes` {Intervention[]}; `refusal` {ApiError | null} the server did not take them, and what is
 * drawn is the last state that it took.
 * Events, bubbling: `changes-set` {changes} without the one undone, or none; `layer-open` {layer, channel}.
 */
export class ChangeList extends PageElement {
  static properties = { changes: { attribute: false }, refusal: { attribute: false } };

  constructor() {
    super();
    /** @type {readonly Intervention[]} */ this.changes = [];
    /** @type {import("../core/api.js").ApiError | null} */ this.refusal = null;
  }

  render() {
    const { changes, refusal } = this;
    this.classList.toggle("none", !changes.length);
    const culprit = Number(/^interventions\.(\d+)/.exec(refusal?.field ?? "")?.[1] ?? -1);
    return html`
      <div class="row">
        <h2>${gettext("Changes")} ${changes.length ? html`<span class="soft">${changes.length}</span>` : nothing}</h2>
        ${
          changes.length
            ? html`<button type="button" class="plain" data-reset @click=${() => this.tell("changes-set", { changes: [] })}>
                ${changes.length > 1 ? gettext("Reset all") : gettext("Reset")}</button>`
            : nothing
        }
      </div>
      <div role="alert">${
        refusal
          ? html`<p class="problem">${problemWords(refusal)}</p>
            <p class="small soft">${gettext("What you see is the last state that worked.")}</p>`
          : nothing
      }</div>
      ${
        changes.length
          ? html`<ul aria-label=${gettext("Changes in force")}>
              ${changes.map((change, i) => this.#item(change, i, i === culprit))}
            </ul>`
          : html`<p class="small soft advice">${gettext("None. Open a map and change its layer: every later map and the prediction will answer.")}</p>`
      }`;
  }

  /** @param {Intervention} change @param {number} index @param {boolean} refused */
  #item(change, index, refused) {
    const words = changeWords(change);
    const channel =
      change.kind === "channels" ? change.channels[0] : "out" in change ? change.out : 0;
    return html`<li class=${refused ? "refused" : ""}>
      <button type="button" class="plain where" @click=${() => this.tell("layer-open", { layer: change.layer, channel: channel ?? 0 })}>${breakable(change.layer)}</button>
      <button type="button" class="plain undo" aria-label=${gettext("Undo {change}", { change: `${change.layer}: ${words}` })}
        @click=${() => this.tell("changes-set", { changes: this.changes.filter((_, i) => i !== index) })}>${gettext("Undo")}</button>
      <span class="what">${words}</span>
    </li>`;
  }
}

/** A layer's name that may be broken after its dots and underscores. @param {string} name */
function breakable(name) {
  return name.split(/(?<=[._])/).map((part) => html`${part}<wbr>`);
}

customElements.define("change-list", ChangeList);
