import { html, nothing, svg } from "lit";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { METHODS } from "./fields.js";
import { SessionPart } from "./part.js";
import { session } from "./session.js";
import { boxOf, countOf, divisors, nearestDivisor, sharing } from "./sets.js";
import { faces, lines, partOf, SIZE } from "./solid.js";
import { axesOf, methodName } from "./words.js";
import "../../components/scale-field.js";

/** @typedef {import("./fields.js").Method} Method */
/** @typedef {import("./fields.js").Place} Place */
/** @typedef {import("./session.js").Answer} Answer */

/** `<method-row>`: the methods as small drawings of the tensor, in each the set that the pointed element has under
 * that method. They are radio buttons. */
export class MethodRow extends SessionPart {
  static pointed = true;

  render() {
    const { answer } = session;
    const { method: chosen } = session.state.values;
    if (!answer) return nothing;
    return html`<fieldset class="methods"><legend>${gettext("Method: who shares")}</legend>
      <div>${METHODS.map((method) => this.#method(method, chosen, answer))}</div></fieldset>
      ${chosen === "group" ? groupsField(answer) : nothing}`;
  }

  /** @param {Method} method @param {Method} chosen @param {Answer} answer */
  #method(method, chosen, answer) {
    const { shape, layout: kind } = answer;
    const groups = groupsOf(answer);
    const { count, sets } = sharing(method, shape, groups);
    return html`<label class="method ${method === chosen ? "chosen" : ""}">
      <input type="radio" name="method" value=${method} .checked=${method === chosen} @change=${() => choose(method)}>
      ${drawing(method, session.at, shape, groups)}
      <span class="method-name">${methodName(method)}<small>${axesOf(method, kind)}</small></span>
      <span class="method-size"><span>n = ${format.count(count)}</span> <span>${gettext("sets: {n}", { n: format.count(sets) })}</span></span></label>`;
  }
}

/** The groups that are drawn: those of the present state, which the answer may not have yet. @param {Answer} answer */
export function groupsOf({ shape }) {
  return nearestDivisor(shape[1] ?? 1, session.state.values.groups);
}

/** @param {Method} method */
function choose(method) {
  const { groups } = session.state.values;
  const channels = session.answer?.shape[1] ?? 1;
  const fitting = method === "group" ? nearestDivisor(channels, groups) : groups;
  session.state.set({ method, groups: fitting }, { push: true });
}

/** The tensor as a solid, with a set inside.
 * @param {Method} method @param {Place | null} at @param {readonly number[]} shape @param {number} groups
 */
function drawing(method, at, shape, groups) {
  const whole = faces([
    [0, 1],
    [0, 1],
    [0, 1],
  ]);
  const box = at && boxOf(method, at, shape, groups);
  const lit = box && faces(partOf(box, shape));
  const one = at && faces(partOf(boxOfOne(at), shape));
  return html`<svg class="solid" viewBox="0 0 ${SIZE.width} ${SIZE.height}" aria-hidden="true">
    ${svg`<polygon class="face" points=${whole.front}/><polygon class="face" points=${whole.top}/><polygon class="face" points=${whole.side}/>
    <path class="grid" d=${lines(shape)}/>`}
    ${
      lit
        ? svg`<polygon class="lit top" points=${lit.top}/><polygon class="lit side" points=${lit.side}/><polygon class="lit front" points=${lit.front}/>`
        : nothing
    }
    ${one ? svg`<polygon class="one" points=${one.front}/>` : nothing}
  </svg>`;
}

/** @param {Place} place @returns {import("./sets.js").Box} */
function boxOfOne({ b, c, y, x }) {
  return { b: [b, b + 1], c: [c, c + 1], y: [y, y + 1], x: [x, x + 1] };
}

/** @param {Answer} answer */
function groupsField(answer) {
  const channels = answer.shape[1] ?? 1;
  const groups = groupsOf(answer);
  const values = divisors(channels);
  const act = (/** @type {CustomEvent<{value: number}>} */ event) => {
    event.stopPropagation();
    session.state.set({ groups: event.detail.value });
  };
  return html`<div class="groups"><scale-field label=${gettext("Groups")} .values=${values} .value=${groups}
      .write=${(/** @type {number} */ n) => String(n)} @value-input=${act} @value-change=${act}></scale-field>
    <p class="hint">${groupsWords(groups, channels)}</p></div>`;
}

/** @param {number} groups @param {number} channels */
function groupsWords(groups, channels) {
  if (groups === 1) return gettext("One group of all channels: this is LayerNorm over C, H and W.");
  if (groups === channels) return gettext("As many groups as channels: this is InstanceNorm.");
  return gettext(
    "{groups} groups of {size} channels each. 1 would be LayerNorm, {channels} InstanceNorm.",
    {
      groups,
      size: channels / groups,
      channels,
    },
  );
}

/** How many elements a set has that is lit. @param {Answer} answer @param {Place} at */
export function litCount({ shape }, at) {
  const { method, groups } = session.state.values;
  return countOf(boxOf(method, at, shape, nearestDivisor(shape[1] ?? 1, groups)));
}

customElements.define("method-row", MethodRow);
