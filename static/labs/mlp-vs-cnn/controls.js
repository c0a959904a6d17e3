import { html, nothing } from "lit";
import { heard } from "../../components/heard.js";
import { gettext } from "../../core/i18n.js";
import { ITEMS, samplePictures } from "../../core/members.js";
import { problemAt } from "../../core/problems.js";
import { LARGEST, SMALLEST } from "./fields.js";
import { SessionPart } from "./part.js";
import { inside, isFaces } from "./scene.js";
import { session } from "./session.js";
import "../../components/choice-field.js";
import "../../components/number-field.js";
import "../../components/picture-picker.js";
import "./take.js";

/** @typedef {import("./scene.js").Values} Values */
/** @typedef {import("./fields.js").Corner} Corner */

/** Where faces come to when more are wanted. @type {Corner[]} */
const ROOM = [
  [11, 20],
  [4, 3],
  [20, 12],
];

/** `<versus-controls>`: what is on the canvas, how many, how large, which way up. */
export class VersusControls extends SessionPart {
  render() {
    const { values } = session.state;
    return html`<div class="tools">
        <choice-field small bare label=${gettext("On the canvas")} .value=${values.what} .options=${[
          { value: "smile", label: gettext("smiley") },
          { value: "sad", label: gettext("sad face") },
          { value: "item", label: gettext("clothing") },
          { value: "picture", label: gettext("your own") },
        ]} @value-change=${heard(choose)}></choice-field>
        ${isFaces(values) ? faces(values) : item(values)}
        <label class="check"><input type="checkbox" .checked=${values.turned} @change=${turn}>${gettext("Upside down")}</label>
        <versus-take></versus-take>
      </div>
      ${
        values.what === "picture"
          ? html`<picture-picker .value=${values.image} @picture-change=${onPicture}
              @picture-busy=${(/** @type {Event} */ event) => event.stopPropagation()}></picture-picker>`
          : nothing
      }`;
  }
}

/** A picture of one's own begins as a sample, in the middle. @param {Values["what"]} what */
function choose(what) {
  const image = session.state.values.image || (samplePictures()[0]?.id ?? "");
  const other = what === "picture" ? { image, dy: 0, dx: 0 } : {};
  session.state.set({ what, target: null, layer: "", ...other }, { push: true });
}

/** @param {Event} event */
function turn(event) {
  event.stopPropagation();
  const { checked } = /** @type {HTMLInputElement} */ (event.target);
  session.state.set({ turned: checked }, { push: true });
}

/** @param {string} name */
function set(name) {
  return heard((/** @type {number} */ value) => session.state.set({ [name]: value }));
}

/** @param {Values} values */
function faces({ at, size }) {
  const many = heard((/** @type {string} */ value) => {
    const free = ROOM.filter(([y, x]) => !at.some(([row, column]) => row === y && column === x));
    const next = [...at, ...free].slice(0, Number(value));
    session.held = 0;
    session.state.set({ at: next }, { push: true });
  });
  const resize = heard((/** @type {number} */ value) =>
    session.state.set({ size: value, at: at.map((corner) => inside(corner, value)) }),
  );
  return html`<choice-field small label=${gettext("How many")} .value=${String(at.length)} .options=${[
    { value: "0", label: gettext("none") },
    { value: "1", label: gettext("one") },
    { value: "2", label: gettext("two") },
    ...(at.length > 2 ? [{ value: "3", label: gettext("three") }] : []),
  ]} @value-change=${many}></choice-field>
    <number-field slider data-control="size" label=${gettext("Size")} min=${SMALLEST} max=${LARGEST} .value=${size} unit="px"
      problem=${problemAt(session.error, ["size"])} @value-input=${resize} @value-change=${resize}></number-field>`;
}

/** @param {Values} values */
function item({ what, item: index, scale }) {
  const other = () =>
    session.state.set({ item: Math.floor(Math.random() * ITEMS) }, { push: true });
  return html`${
    what === "item"
      ? html`<number-field data-control="item" label=${gettext("Fashion-MNIST no.")} min="0" max=${ITEMS - 1} .value=${index}
          @value-input=${set("item")} @value-change=${set("item")}></number-field>
        <button type="button" @click=${other}>${gettext("Another")}</button>`
      : nothing
  }
    <number-field slider data-control="scale" label=${gettext("Size")} min="0.4" max="1.5" step="0.05" .value=${scale} unit="×"
      problem=${problemAt(session.error, ["scale"])} @value-input=${set("scale")} @value-change=${set("scale")}></number-field>`;
}

/** @param {CustomEvent<import("../../components/picture-picker.js").Picture>} event */
function onPicture(event) {
  event.stopPropagation();
  session.state.set({ what: "picture", image: event.detail.id }, { push: true });
}

customElements.define("versus-controls", VersusControls);
