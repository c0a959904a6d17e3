import { html, nothing } from "lit";
import { heard } from "../../components/heard.js";
import { gettext } from "../../core/i18n.js";
import { another, ITEMS, imageId, isItem, samplePictures } from "../../core/members.js";
import { SessionPart } from "./part.js";
import { DENSE, session } from "./session.js";
import "../../components/choice-field.js";
import "../../components/number-field.js";
import "../../components/picture-picker.js";

/** @typedef {typeof session.state.values} Values */
/** @typedef {import("../../components/picture-picker.js").Picture} Picture */

/** `<principles-controls>`: the picture, and which units are looked at. */
export class PrinciplesControls extends SessionPart {
  render() {
    return html`${units(session.state.values)}${picture(session.state.values)}`;
  }
}

/** @param {Values} values */
function units({ channel, dense, colour }) {
  const [channels = 1, height = 1, width = 1] = session.shape ?? [];
  const [colours = 1] = session.wiring.answer?.picture.shape ?? [];
  const { y, x } = session.spot;
  const at = (/** @type {number} */ share, /** @type {number} */ length) =>
    Math.min(length - 1, Math.floor(share * length));
  return html`<section aria-labelledby="units"><h2 id="units">${gettext("The unit")}</h2>
    <number-field slider data-control="channel" label=${gettext("Channel")} min="0" max=${channels - 1} .value=${Math.min(channel, channels - 1)}
      @value-input=${setter("channel")} @value-change=${setter("channel")}></number-field>
    <number-field slider data-control="row" label=${gettext("Row")} min="0" max=${height - 1} .value=${at(y, height)}
      @value-input=${mover("y", height)} @value-change=${mover("y", height)}></number-field>
    <number-field slider data-control="column" label=${gettext("Column")} min="0" max=${width - 1} .value=${at(x, width)}
      @value-input=${mover("x", width)} @value-change=${mover("x", width)}></number-field>
    ${
      session.hasTwin
        ? html`<number-field slider data-control="dense" label=${gettext("Dense unit")} min="0" max=${DENSE.units - 1} .value=${dense}
            @value-input=${setter("dense")} @value-change=${setter("dense")}></number-field>`
        : nothing
    }
    ${
      colours === 3
        ? html`<choice-field list data-control="colour" label=${gettext("Colour")} .value=${colour} .options=${[
            {
              value: "strongest",
              label: gettext("strongest"),
              hint: gettext("Of each pixel the entry that is furthest from 0."),
            },
            { value: "red", label: gettext("red") },
            { value: "green", label: gettext("green") },
            { value: "blue", label: gettext("blue") },
          ]} @value-change=${setter("colour")}></choice-field>`
        : nothing
    }
    <p class="hint">${gettext("Point at the picture, drag on it, or use the arrow keys: the unit moves.")}</p>
  </section>`;
}

/** @param {Values} values */
function picture({ picture: word, net }) {
  const items = session.networks.info(net)?.dataset !== "imagenet";
  const set = heard((/** @type {number} */ value) => session.state.set({ picture: String(value) }));
  return html`<section aria-labelledby="pictures"><h2 id="pictures">${gettext("Picture")}</h2>
    ${
      items
        ? html`<div class="row"><number-field data-control="item" label=${gettext("Fashion-MNIST no.")} min="0" max=${ITEMS - 1}
              .value=${isItem(word) ? Number(word) : 0} @value-change=${set} @value-input=${heard(() => {})}></number-field>
            <button type="button" @click=${() => session.state.set({ picture: another([word]) }, { push: true })}>${gettext("Another")}</button></div>`
        : nothing
    }
    <picture-picker .value=${imageId(word) ?? ""} .samples=${samplePictures()} @picture-change=${onPicture}
      @picture-busy=${(/** @type {Event} */ event) => event.stopPropagation()}></picture-picker>
  </section>`;
}

/** @param {CustomEvent<Picture>} event */
function onPicture(event) {
  event.stopPropagation();
  const { id, origin } = event.detail;
  const sample = origin === "sample" && samplePictures().find((each) => each.id === id);
  session.state.set({ picture: sample ? sample.name : id }, { push: true });
}

/** @param {"channel" | "dense" | "colour"} name */
function setter(name) {
  return heard((/** @type {any} */ value) => session.state.set({ [name]: value }));
}

/** Let the unit stand in the middle of a row or a column. @param {"y" | "x"} axis @param {number} length */
function mover(axis, length) {
  return heard((/** @type {number} */ value) => {
    const { y, x } = session.state.values;
    session.put({ y, x, [axis]: (value + 0.5) / length });
  });
}

customElements.define("principles-controls", PrinciplesControls);
