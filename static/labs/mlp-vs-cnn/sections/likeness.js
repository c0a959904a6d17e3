import { html, nothing } from "lit";
import { heard } from "../../../components/heard.js";
import * as format from "../../../core/format.js";
import { gettext } from "../../../core/i18n.js";
import { decode, Tensor } from "../../../core/tensor.js";
import { isFaces } from "../scene.js";
import { session } from "../session.js";
import { inMap } from "./maps.js";
import { frame, Section } from "./section.js";
import { movedRight, tonesOf } from "./shift.js";
import { networkNames, subjectWords } from "./subject.js";
import "../../../components/heat-map.js";
import "../../../components/line-chart.js";
import "../../../components/number-field.js";

/** @typedef {NonNullable<import("./section.js").Answer["likeness"]>} Likeness */
/** @typedef {import("./shift.js").Curve} Curve */

/** `<versus-likeness>`: how alike the picture and the moved picture are, as each layer sees them. */
export class VersusLikeness extends Section {
  question() {
    const { scene } = session;
    if (!scene || (scene.kind === "faces" && !scene.faces?.length)) return null;
    const { layer } = session.state.values;
    return { scene, layer: layer || null, record: [/** @type {const} */ ("canvas")], likeness: {} };
  }

  /** The shift that is looked at: one of those there are. */
  get #shift() {
    const shifts = this.answer?.likeness?.shifts ?? [0];
    const { shift } = session.state.values;
    return Math.max(shifts[0] ?? 0, Math.min(shifts.at(-1) ?? 0, shift));
  }

  render() {
    const found = this.answer?.likeness ?? null;
    const set = heard((/** @type {number} */ value) => session.state.set({ shift: value }));
    const empty = isFaces(session.state.values) && !session.state.values.at.length;
    return frame({
      id: "likeness",
      title: gettext("Likeness: how much a shift changes"),
      words: html`<p>${gettext("To us the moved picture is the same picture. Compare it with the one before, layer by layer: the cosine of the angle between the two lists of values is 1 where they are alike. In the pixels a shift by a few columns leaves little.")}</p>
        <p class="soft">${empty ? gettext("Put a face on the canvas first.") : subjectWords()}</p>`,
      settings: html`<number-field slider label=${gettext("Shift, px")} .value=${this.#shift} .min=${found?.shifts[0] ?? -10} .max=${found?.shifts.at(-1) ?? 10}
          @value-input=${set} @value-change=${set}></number-field>${this.notice()}`,
      figure: html`<div class="likeness">${this.#pictures()}<div class="over">${this.#chart(found)}${this.#table(found)}</div></div>`,
      see: html`<p>${found ? this.#words(found) : nothing}</p>
        <p>${gettext("Measure what is left against the last column: how alike something else is, at the same place. A layer that finds the moved picture more alike than that has learned that the place matters little; one that finds both as alike does not see what is shown at all.")}</p>`,
      take: this.take("likeness", gettext("Take away the likeness"), () => this.#arrays()),
    });
  }

  /** Here, and moved. */
  #pictures() {
    const { answer } = this;
    const shift = this.#shift;
    const drawn = this.once("pictures", [answer, shift], () => {
      const here = answer?.canvas && inMap(decode(answer.canvas));
      return here ? { here, moved: movedRight(here, shift) } : null;
    });
    const one = (/** @type {string} */ label, /** @type {Tensor | undefined} */ tensor) =>
      html`<figure><figcaption>${label}</figcaption><heat-map mode="still" mask label=${label} .tensor=${tensor ?? null} .range=${[0, 1]}></heat-map></figure>`;
    return html`<div class="two">${one(gettext("in its place"), drawn?.here)}${one(moved(shift), drawn?.moved)}</div>`;
  }

  /** @param {Likeness | null} found */
  #chart(found) {
    const drawn = this.once("chart", [found], () => {
      const tones = tonesOf(found?.curves ?? [], networkNames().mlp);
      return {
        x: found?.shifts ?? [],
        series: (found?.curves ?? []).map((curve, i) => ({
          label: curveName(curve, found?.curves ?? []),
          tone: tones[i] ?? "before",
          values: curve.cosine,
        })),
      };
    });
    return html`<line-chart .label=${gettext("cosine to the picture in its place")} axis=${gettext("shift to the right, px")} .x=${drawn.x} .height=${260} .within=${[0, 1]}
      .cursor=${this.#shift} movable @cursor-move=${(/** @type {CustomEvent<{x: number}>} */ { detail }) => session.state.set({ shift: detail.x })}
      ?waiting=${this.experiment.busy} .series=${drawn.series}></line-chart>`;
  }

  /** @param {Likeness | null} found */
  #table(found) {
    const at = found ? found.shifts.indexOf(this.#shift) : 0;
    const tones = tonesOf(found?.curves ?? [], networkNames().mlp);
    return html`<div class="landings" tabindex="0" role="group" aria-label=${gettext("Likeness at this shift")}><table class="measures"><thead><tr><th scope="col">${gettext("seen as")}</th>
      <th scope="col" class="amount">${moved(this.#shift)}</th><th scope="col" class="amount">${gettext("something else, here")}</th></tr></thead>
      <tbody>${(found?.curves ?? []).map(
        (
          curve,
          i,
        ) => html`<tr><th scope="row" class="named"><span class="tone-${tones[i]}">${curveName(curve, found?.curves ?? [])}</span></th>
          <td class="amount">${cosine(curve.cosine[at])}</td><td class="amount">${cosine(curve.other)}</td></tr>`,
      )}</tbody></table></div>`;
  }

  /** @param {Likeness} found */
  #words({ shifts, curves }) {
    const at = shifts.indexOf(this.#shift);
    const pixels = curves.find(({ network }) => network === null);
    const { mlp, cnn } = networkNames();
    const last = (/** @type {string} */ name) => curves.findLast(({ network }) => network === name);
    const words = {
      moved: moved(this.#shift),
      pixels: cosine(pixels?.cosine[at]),
      mlp: cosine(last(mlp)?.cosine[at]),
      cnn: cosine(last(cnn)?.cosine[at]),
    };
    return gettext(
      "The picture {moved}: its pixels have a cosine of {pixels} to before. In the MLP’s last hidden layer it is {mlp}, in what the CNN’s head takes {cnn}.",
      words,
    );
  }

  /** @returns {import("../../../components/take-away.js").Arrays} */
  #arrays() {
    const found = this.answer?.likeness;
    if (!found) return {};
    const { shifts, curves } = found;
    const row = (/** @type {readonly (number | null)[]} */ values) =>
      Float32Array.from(values, (value) => value ?? Number.NaN);
    /** @type {import("../../../components/take-away.js").Arrays} */ const arrays = {
      shifts: new Tensor([shifts.length], row(shifts)),
      other: new Tensor([curves.length], row(curves.map(({ other }) => other))),
    };
    for (const { network, layer, cosine } of curves)
      arrays[network ? `${network}.${layer}` : layer] = new Tensor([cosine.length], row(cosine));
    return arrays;
  }
}

/** @param {Curve} curve @param {readonly Curve[]} all of which the last is what the CNN's head takes */
function curveName(curve, all) {
  const { network, layer } = curve;
  if (network === null) return gettext("the pixels");
  if (network === networkNames().mlp) return gettext("MLP: {layer}", { layer });
  return curve === all.at(-1)
    ? gettext("CNN: what its head takes ({layer})", { layer })
    : gettext("CNN: maps of {layer}", { layer });
}

/** @param {number} shift */
function moved(shift) {
  if (!shift) return gettext("not moved");
  return shift > 0
    ? gettext("moved {n} px right", { n: shift })
    : gettext("moved {n} px left", { n: -shift });
}

/** @param {number | null | undefined} value null: one of the two is all zeros */
function cosine(value) {
  return value === null || value === undefined ? "–" : format.fixed(value, 2);
}

customElements.define("versus-likeness", VersusLikeness);
