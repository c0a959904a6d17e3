import { html, nothing } from "lit";
import { heard } from "../../components/heard.js";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { problemAt } from "../../core/problems.js";
import { equalBits } from "./bits.js";
import { SEEDS } from "./fields.js";
import { SessionPart } from "./part.js";
import { session } from "./session.js";
import "../../components/choice-field.js";
import "../../components/number-field.js";
import "./keep-rate.js";

/** @typedef {typeof session.state.values} Values */

/** `<dropout-controls>`: how likely something is dropped, which mask, and whether there is one. */
export class DropoutControls extends SessionPart {
  render() {
    const { values } = session.state;
    return html`<section aria-label=${gettext("The mask")}>
        <header><h2>${gettext("The mask")}</h2></header>
        ${mask(values)}
        <keep-rate></keep-rate>
      </section>
      <section aria-label=${gettext("Training and evaluation")}>
        <header><h2>${gettext("Training and evaluation")}</h2></header>
        ${mode(values)}
        ${evaluation()}
      </section>`;
  }
}

/** @param {Values} values */
function mask({ p, seed, variant, block }) {
  const set = (/** @type {string} */ name) =>
    heard((/** @type {number} */ value) => session.state.set({ [name]: value }));
  const again = () => session.state.set({ seed: (seed + 1) % SEEDS });
  const side = longest();
  return html`<number-field slider data-control="p" label=${gettext("Drop probability p")} min="0" max="1" step="0.01" .value=${p}
      problem=${problem("p")} @value-input=${set("p")} @value-change=${set("p")}></number-field>
    ${
      variant === "block"
        ? html`<number-field slider data-control="block" label=${gettext("Side of a square")} min="1" max=${side} .value=${Math.min(block, side)}
            problem=${problem("block_size")} @value-input=${set("block")} @value-change=${set("block")}></number-field>`
        : nothing
    }
    <div class="seed"><number-field data-control="seed" label=${gettext("Seed")} min="0" max=${SEEDS - 1} .value=${seed}
        problem=${problem("seed")} @value-input=${set("seed")} @value-change=${set("seed")}></number-field>
      <button type="button" @click=${again}>${gettext("Throw again")}</button></div>`;
}

/** The longest side that a square can have. */
function longest() {
  const [, , height = 31, width = 31] = session.answer?.shape ?? [];
  return Math.min(31, height, width);
}

/** @param {Values} values */
function mode({ mode: now, scaling, variant }) {
  const choose = heard((/** @type {"train" | "eval"} */ value) =>
    session.state.set({ mode: value }, { push: true }),
  );
  const scale = heard((/** @type {"inverted" | "classic"} */ value) =>
    session.state.set({ scaling: value }, { push: true }),
  );
  const other = variant === "block" || variant === "alpha";
  const hint = other
    ? gettext(
        "This variant does not divide by 1 − p in training, so nothing can be left for test time.",
      )
    : gettext(
        "In training the mask alone; at test time times 1 − p, as in the first paper on dropout.",
      );
  const said = problem("scaling");
  return html`<choice-field small data-control="mode" label=${gettext("Mode")} .value=${now} .options=${[
    { value: "train", label: gettext("train") },
    { value: "eval", label: gettext("eval") },
  ]} @value-change=${choose}></choice-field>
    <choice-field small data-control="scaling" label=${gettext("Scaling")} .value=${scaling} .options=${[
      {
        value: "inverted",
        label: gettext("inverted"),
        hint: gettext("Divides by 1 − p in training; nothing is left to do at test time."),
      },
      {
        value: "classic",
        label: gettext("classic"),
        hint,
        disabled: other && scaling !== "classic",
      },
    ]} @value-change=${scale}></choice-field>
    ${said ? html`<p class="problem" role="alert">${said}</p>` : nothing}`;
}

/** What evaluation makes of the values shown, and what PyTorch's layer is called. */
function evaluation() {
  const { answer } = session;
  if (!answer) return nothing;
  const { mode: now, scaling, input, output, pytorch } = answer;
  const named = pytorch ? html`<p class="hint"><code>${pytorch}</code></p>` : nothing;
  if (now === "train")
    return html`<p class="hint">${gettext("A mask is drawn from the seed: the same seed, the same mask.")}</p>${named}`;
  if (scaling === "classic")
    return html`<p class="hint">${gettext("No mask is drawn; everything is multiplied by 1 − p = {scale}.", { scale: format.number(answer.scale, 3) })}</p>`;
  const bits = input && output && equalBits(input, output);
  if (!bits) return nothing;
  const words =
    bits.equal === bits.all
      ? gettext("Output and input are the same: all {n} values shown are equal to the last bit.", {
          n: format.count(bits.all),
        })
      : gettext("{equal} of {n} values shown are equal to the last bit.", {
          equal: format.count(bits.equal),
          n: format.count(bits.all),
        });
  return html`<p class="hint"><data id="equal-bits" value=${bits.equal}>${words}</data></p>${named}`;
}

/** What the server says against a setting. @param {...string} names */
function problem(...names) {
  return problemAt(session.error, names);
}

customElements.define("dropout-controls", DropoutControls);
