import { html, nothing } from "lit";
import { heard } from "../../components/heard.js";
import { gettext } from "../../core/i18n.js";
import { toneOf } from "../../core/tones.js";
import { depth, inputSize, kernelSize, learn, numbersOf, problem } from "./about.js";
import { MOST_KERNELS } from "./fields.js";
import {
  added,
  asValues,
  LARGEST,
  removed,
  resized,
  transformed,
  turnsSize,
  withTransforms,
} from "./kernel-list.js";
import { sourceFields } from "./kernel-source.js";
import { kernelTabs } from "./kernel-tabs.js";
import { inputChannelName, transformNames } from "./kernel-words.js";
import { fits, furthest } from "./limits.js";
import { SessionPart } from "./part.js";
import { session } from "./session.js";
import "../../components/choice-field.js";
import "../../components/kernel-editor.js";
import "../../components/number-field.js";
import "../../components/pair-field.js";

/** @typedef {import("./fields.js").Kernel} Kernel */
/** @typedef {import("./fields.js").Transform} Transform */
/** @typedef {import("./kernel-list.js").Planes} Planes */

/** Rows and columns that a preset needs at least, where that is more than one. */
const ROOM = {
  sharpen: [2, 2],
  sobel_x: [1, 2],
  sobel_y: [2, 1],
  laplacian: [2, 2],
  emboss: [2, 2],
  scharr_x: [1, 2],
  scharr_y: [2, 1],
};

/** `<kernel-set>`: the kernels, one to eight: which there are, how large, where their numbers come from, and the
 * numbers themselves to be taken hold of. */
export class KernelSet extends SessionPart {
  static properties = { slice: { state: true }, picking: { state: true } };

  constructor() {
    super();
    /** The slice in the editor; −1: all at once, where they are alike. */
    this.slice = -1;
    /** Whether a trained kernel is being looked for. */
    this.picking = false;
    /** The numbers last shown, until the next ones come. @type {Planes | null} */
    this.shown = null;
    this.shownFor = -1;
  }

  willUpdate() {
    learn();
    const { k } = session.state.values;
    const numbers = numbersOf(k);
    if (numbers || this.shownFor !== k) this.shown = numbers;
    this.shownFor = k;
  }

  /** The chosen kernel. @returns {Kernel} */
  get kernel() {
    const { kernels, k } = session.state.values;
    return /** @type {Kernel} */ (kernels[k] ?? kernels[0]);
  }

  render() {
    const { kernels, k, groups } = session.state.values;
    const said = problem("kernels");
    return html`<section aria-label=${gettext("Kernels")}>
      <header><h2>${gettext("Kernels")}</h2>
        <p class="hint">${
          kernels.length === 1
            ? gettext("one kernel, one output channel")
            : gettext("{n} kernels, {n} output channels", { n: kernels.length })
        }</p></header>
      ${kernelTabs({
        choose: (index) => session.state.set({ k: index }),
        add:
          kernels.length + groups <= MOST_KERNELS
            ? () => session.state.set(added(kernels, k, groups), { push: true })
            : null,
        remove:
          kernels.length > groups
            ? () => session.state.set(removed(kernels, k, groups), { push: true })
            : null,
      })}
      ${this.#size()}
      ${sourceFields(this)}
      ${this.#slices()}
      ${this.#editor()}
      ${said ? html`<p class="problem" role="alert">${said}</p>` : nothing}
      ${this.#transforms()}
      <number-field label=${gettext("Bias")} .value=${this.kernel.bias ?? 0} step="0.1"
        @value-input=${heard(this.#onBias)} @value-change=${heard(this.#onBias)}></number-field>
    </section>`;
  }

  /** Put a kernel in the place of the chosen one. @param {Kernel} kernel @param {{push?: boolean}} [how] */
  put(kernel, how) {
    const { kernels, k } = session.state.values;
    session.state.set({ kernels: kernels.with(k, kernel) }, how);
  }

  #size() {
    const { values } = session.state;
    const size = kernelSize();
    const bound = (/** @type {0 | 1} */ axis) =>
      furthest(size[axis], LARGEST, (n) =>
        fits(values, inputSize(), /** @type {[number, number]} */ (size.with(axis, n))),
      );
    const least = (/** @type {0 | 1} */ axis) =>
      Math.max(
        1,
        ...values.kernels.map((kernel) =>
          kernel.kind === "preset"
            ? (ROOM[/** @type {keyof typeof ROOM} */ (kernel.preset)]?.[axis] ?? 1)
            : 1,
        ),
      );
    const act = heard((/** @type {[number, number]} */ pair) =>
      session.state.set({ kernels: resized(values.kernels, pair, numbersOf) }),
    );
    return html`<pair-field slider free .labels=${[gettext("Size"), gettext("Height"), gettext("Width")]}
      .value=${size} .min=${[least(0), least(1)]} .max=${[bound(0), bound(1)]} ?linked=${values.linked}
      @value-input=${act} @value-change=${act}></pair-field>`;
  }

  /** The slices' names, and whether they can be set at once. */
  #slices() {
    const deep = depth();
    if (deep === 1 || !this.shown) return nothing;
    const { kernels, k, groups } = session.state.values;
    const first = Math.floor(k / (kernels.length / groups)) * deep;
    const options = Array.from({ length: deep }, (_, i) => ({
      value: String(i),
      label: inputChannelName(first + i, session.channels),
    }));
    if (alike(this.shown)) options.unshift({ value: "-1", label: gettext("all alike") });
    return html`<choice-field small label=${gettext("Slice for")} .value=${String(this.#slice)} .options=${options}
      @value-change=${heard((/** @type {string} */ value) => {
        this.slice = Number(value);
      })}></choice-field>`;
  }

  get #slice() {
    const deep = this.shown?.length ?? 1;
    if (deep === 1) return 0;
    if (this.slice === -1) return this.shown && alike(this.shown) ? -1 : 0;
    return Math.min(this.slice, deep - 1);
  }

  #editor() {
    const { shown } = this;
    const plane = shown?.[Math.max(0, this.#slice)];
    if (!plane) return html`<div class="no-kernel"></div>`;
    const [height, width] = [plane.length, plane[0]?.length ?? 0];
    const { flip, k } = session.state.values;
    // Turned, a cell slides where the opposite one is written.
    const place = (/** @type {number} */ y, /** @type {number} */ x) =>
      flip ? { y: height - 1 - y, x: width - 1 - x } : { y, x };
    const { touch } = session;
    const point = (/** @type {CustomEvent<{y: number, x: number} | null>} */ event) => {
      event.stopPropagation();
      const at = event.detail && place(event.detail.y, event.detail.x);
      session.setTouch(at && { kind: "kernel", i: at.y, j: at.x });
    };
    const tones = (/** @type {number} */ y, /** @type {number} */ x) => {
      const at = place(y, x);
      return toneOf(at.y, at.x, height, width);
    };
    return html`<div class="kernel-values ${width > 4 ? "wide" : ""}"><p class="caption">${gettext("Values")}</p><kernel-editor .values=${plane} label=${gettext("Kernel {n}", { n: k + 1 })} .tones=${tones}
      .touched=${touch?.kind === "kernel" ? place(touch.i, touch.j) : null}
      @value-input=${this.#onValues} @value-change=${this.#onValues}
      @cell-hover=${point} @cell-leave=${point}></kernel-editor></div>
      ${flip ? html`<p class="hint">${gettext("As written; it slides turned by 180°.")}</p>` : nothing}`;
  }

  /** @param {CustomEvent<{values: number[][]}>} event */
  #onValues(event) {
    event.stopPropagation();
    if (!this.shown) return;
    const slice = this.#slice;
    const { values } = event.detail;
    const planes = this.shown.map((plane, i) => (slice === -1 || slice === i ? values : plane));
    this.shown = planes;
    this.put(asValues(this.kernel, planes));
  }

  #onBias = (/** @type {number} */ bias) => {
    const { bias: _, ...kernel } = this.kernel;
    this.put(bias ? { ...kernel, bias } : kernel);
  };

  #transforms() {
    const done = this.kernel.transforms ?? [];
    const names = transformNames();
    /** @type {[Transform, string, string][]} */ const all = [
      ["normalise", gettext("Normalise"), gettext("Divide by the sum")],
      ["negate", gettext("Negate"), gettext("Turn every sign")],
      ["transpose", gettext("Transpose"), gettext("Exchange rows and columns")],
      ["flip", "180°", gettext("Turn by 180°")],
      ["rotate", "90°", gettext("Turn by 90°")],
    ];
    return html`<div class="transforms" role="group" aria-label=${gettext("Change the whole kernel")}>
        ${all.map(([name, words, title]) => html`<button type="button" title=${title} @click=${() => this.#transform(name)}>${words}</button>`)}
      </div>
      ${
        done.length
          ? html`<p class="hint done">${done.map((name) => names[name]).join(gettext(", "))}
            <button type="button" class="plain" @click=${() => this.put(withTransforms(this.kernel, done.slice(0, -1)), { push: true })}>${gettext("Take back")}</button></p>`
          : nothing
      }`;
  }

  /** @param {Transform} name */
  #transform(name) {
    const { kernels } = session.state.values;
    if (turnsSize(name, kernelSize()))
      session.state.set(
        { kernels: kernels.map((each) => transformed(each, name)) },
        { push: true },
      );
    else this.put(transformed(this.kernel, name), { push: true });
  }
}

/** Whether all slices have the same numbers. @param {Planes} planes */
function alike(planes) {
  const first = JSON.stringify(planes[0]);
  return planes.every((plane) => JSON.stringify(plane) === first);
}

customElements.define("kernel-set", KernelSet);
