import { html, nothing } from "lit";
import { heard } from "../../../components/heard.js";
import { paddingModes } from "../../../components/padding-modes.js";
import { scaleFor } from "../../../core/colour.js";
import * as format from "../../../core/format.js";
import { gettext } from "../../../core/i18n.js";
import { decode } from "../../../core/tensor.js";
import { KERNELS } from "../section-fields.js";
import { session } from "../session.js";
import { awayWords } from "../words.js";
import { kernelNames, reasonWords } from "./equivariance-words.js";
import { boxOf, inMap } from "./maps.js";
import { frame, Section } from "./section.js";
import { networkNames, subjectWords } from "./subject.js";
import "../../../components/choice-field.js";
import "../../../components/colour-legend.js";
import "../../../components/heat-map.js";
import "../../../components/number-field.js";

/** @typedef {import("../../../core/tensor.js").Tensor} Tensor */
/** @typedef {import("./equivariance-words.js").Found} Found */
/** @typedef {NonNullable<import("./section.js").Request["equivariance"]>["kernel"]} Kernel */
/** @typedef {import("../../../components/heat-map.js").Mark} Mark */
/** @typedef {import("../../../components/heat-map.js").Cell} Cell */

/** Px that a picture can be moved. */
const FAR = 8;

/** `<versus-equivariance>`: move and then convolve, or convolve and then move: the same, and when not. */
export class VersusEquivariance extends Section {
  static properties = { ...Section.properties, touch: { state: true } };

  constructor() {
    super();
    /** The element of the outputs that is pointed at. @type {{y: number, x: number} | null} */ this.touch =
      null;
  }

  question() {
    const { scene } = session;
    const kernel = this.#kernel();
    if (!scene || !kernel) return null;
    const { down: dy, right: dx, stride, pooling, padding, relu } = session.state.values;
    return {
      scene,
      record: [/** @type {const} */ ("canvas")],
      equivariance: { dy, dx, stride, pooling, padding, kernel, relu },
    };
  }

  /** The kernel as the server wants it; null while the network is not known. @returns {Kernel | null} */
  #kernel() {
    const { kernel } = session.state.values;
    const plain = { transforms: [], bias: 0 };
    if (kernel !== "trained") return { kind: "preset", preset: kernel, size: [3, 3], ...plain };
    const network = networkNames().cnn;
    session.networks.want(network);
    const first = session.networks.info(network)?.nodes.find(({ kind }) => kind === "conv");
    return first ? { kind: "network", network, layer: first.name, channel: 0, ...plain } : null;
  }

  /** The answer's maps. */
  get #drawn() {
    const { answer } = this;
    return this.once("drawn", [answer], () => {
      const found = answer?.equivariance;
      if (!answer?.canvas || !found) return null;
      const of = (/** @type {import("../../../core/wire.js").WireTensor} */ wire) =>
        inMap(decode(wire));
      const outputs = [found.output, found.moved_then, found.then_moved].map(of);
      const [output, movedThen, thenMoved] = /** @type {[Tensor, Tensor, Tensor]} */ (outputs);
      const most = Math.max(...outputs.map((each) => Math.max(...each.range().map(Math.abs))));
      const counted = of(found.counted);
      return {
        canvas: inMap(decode(answer.canvas)),
        moved: of(found.moved),
        output,
        movedThen,
        thenMoved,
        difference: of(found.difference),
        counted,
        border: boxOf(counted),
        range: /** @type {[number, number]} */ ([-most, most]),
      };
    });
  }

  render() {
    const { down, right } = session.state.values;
    const found = this.answer?.equivariance ?? null;
    return frame({
      id: "equivariance",
      title: gettext("Same feature anywhere: equivariance"),
      words: html`<p>${gettext("A convolution looks for the same feature everywhere, with the same weights. So it does not matter whether the picture is moved first and then convolved, or the other way round. Or does it? Strides, pooling and the border have a say.")}</p>
        <p class="soft">${subjectWords()}</p>`,
      settings: html`${this.#settings()}${this.notice()}`,
      figure: html`${this.#square()}${this.#verdicts(found)}`,
      see: html`<p>${found ? this.#words(found, awayWords(down, right)) : nothing}</p>
        <p>${gettext("A fully connected layer has no such law: its units have weights of their own for each pixel, and what is learned at one place is not known at another.")}</p>`,
      take: this.take(
        "equivariance",
        gettext("Take away the two ways"),
        () => this.#arrays(),
        found ? () => found.snippet : null,
      ),
    });
  }

  #settings() {
    const { values } = session.state;
    const set = (/** @type {keyof typeof values} */ name) =>
      heard((/** @type {any} */ value) => session.state.set({ [name]: value }));
    const whole = (
      /** @type {"down" | "right" | "stride"} */ name,
      /** @type {string} */ label,
      /** @type {number} */ min,
      /** @type {number} */ max,
    ) => html`<number-field slider label=${label} .value=${values[name]} .min=${min} .max=${max} @value-input=${set(name)}
      @value-change=${set(name)}></number-field>`;
    const kernels = kernelNames();
    return html`${whole("down", gettext("Down, px"), -FAR, FAR)}${whole("right", gettext("Right, px"), -FAR, FAR)}${whole("stride", gettext("Stride"), 1, 4)}
      <choice-field small label=${gettext("Pooling 2 × 2")} .value=${values.pooling} .options=${[
        { value: "none", label: gettext("none") },
        { value: "max", label: gettext("maximum") },
        { value: "avg", label: gettext("mean") },
      ]} @value-change=${set("pooling")}></choice-field>
      <choice-field list label=${gettext("Padding")} .value=${values.padding} .options=${[...paddingModes(() => true), { value: "valid", label: gettext("None") }]}
        @value-change=${set("padding")}></choice-field>
      <choice-field list label=${gettext("Kernel 3 × 3")} .value=${values.kernel} .options=${KERNELS.map((value) => ({ value, label: kernels[value] }))}
        @value-change=${set("kernel")}></choice-field>
      <label class="check"><input type="checkbox" .checked=${values.relu} @change=${(
        /** @type {Event} */ event,
      ) => session.state.set({ relu: /** @type {HTMLInputElement} */ (event.target).checked })}>
        <span>${gettext("ReLU after it")}</span></label>${tries()}`;
  }

  /** Both ways from the picture to the same place, and what is between their ends. */
  #square() {
    const drawn = this.#drawn;
    const { down, right } = session.state.values;
    const move = awayWords(down, right);
    const shifted = this.answer?.equivariance?.shifted_by ?? [0, 0];
    const border = drawn?.border ? [{ map: 0, box: drawn.border, tone: "mean" }] : [];
    const before = this.touch && {
      y: this.touch.y - shifted[0],
      x: this.touch.x - shifted[1],
    };
    return html`<div class="square" @cell-leave=${() => this.#point(null)} @cell-hover=${this.#onCell}>
      <div class="way start">${picture(gettext("the picture x"), drawn?.canvas ?? null)}</div>
      <div class="way first"><p class="step">→ <b>${gettext("move")}</b> ${move}</p>${picture(gettext("moved x"), drawn?.moved ?? null)}</div>
      <div class="way first last"><p class="step">→ <b>${gettext("convolve")}</b></p>${this.#map("moved-then", gettext("f(moved x)"), drawn?.movedThen ?? null, border)}</div>
      <div class="way second"><p class="step">→ <b>${gettext("convolve")}</b></p>${this.#map("output", gettext("f(x)"), drawn?.output ?? null, [], before)}</div>
      <div class="way second last"><p class="step">→ <b>${gettext("move")}</b> ${awayWords(shifted[0], shifted[1])}</p>${this.#map("then-moved", gettext("moved f(x)"), drawn?.thenMoved ?? null, border)}</div>
      <div class="way difference"><p class="step">→ <b>${gettext("subtract")}</b></p>${this.#map("difference", gettext("difference"), drawn?.difference ?? null, border)}
        <p class="readout">${this.#readout()}</p>
        <colour-legend .scale=${drawn ? scaleFor(...drawn.range, true) : null} .range=${drawn ? drawn.difference.range() : null} .scopes=${[]}></colour-legend>
        <p class="hint named"><span class="tone-mean">${gettext("inside the line: untouched by the border")}</span></p></div></div>`;
  }

  /** @param {string} name @param {string} label @param {Tensor | null} tensor @param {readonly Mark[]} marks
   * @param {{y: number, x: number} | null} [at] what is outlined on it */
  #map(name, label, tensor, marks, at = this.touch) {
    const range = this.#drawn?.range ?? null;
    return html`<figure><figcaption>${label}</figcaption><heat-map data-map=${name} label=${label} .names=${[label]} .tensor=${tensor} .range=${range} signed
      .signed=${true} .marks=${marks} .cursor=${at ? { map: 0, ...at } : null} .pinned=${null}></heat-map></figure>`;
  }

  /** @param {CustomEvent<Cell>} event */
  #onCell({ detail: { y, x }, target }) {
    const [down, right] = this.answer?.equivariance?.shifted_by ?? [0, 0];
    const source = /** @type {HTMLElement} */ (target).dataset.map === "output";
    this.#point(source ? { y: y + down, x: x + right } : { y, x });
  }

  /** @param {{y: number, x: number} | null} touch */
  #point(touch) {
    this.touch = touch;
  }

  /** The numbers at what is pointed at, or where the difference is largest. */
  #readout() {
    const drawn = this.#drawn;
    if (!drawn) return "";
    const { height, width } = drawn.difference;
    const { y, x } = this.touch ?? { y: 0, x: 0 };
    if (!this.touch) return gettext("Point at a map to compare.");
    if (y < 0 || x < 0 || y >= height || x >= width)
      return gettext("It was moved over the border.");
    return gettext("row {y}, column {x}: {first} − {second} = {difference}", {
      y,
      x,
      first: format.number(drawn.movedThen.at(0, y, x)),
      second: format.number(drawn.thenMoved.at(0, y, x)),
      difference: format.number(drawn.difference.at(0, y, x)),
    });
  }

  /** What was found, beside what was predicted. @param {Found | null} found */
  #verdicts(found) {
    const { stride, pooling } = session.state.values;
    const step = stride * (pooling === "none" ? 1 : 2);
    const row = (/** @type {string} */ name, /** @type {"inside" | "everywhere"} */ where) => {
      const part = found?.[where];
      const same = (/** @type {boolean} */ equal) =>
        equal ? gettext("equal") : gettext("different");
      const kept = part && part.equal === part.expected.equal;
      return html`<tr><th scope="row">${name}</th>
        <td class="amount">${part ? format.count(part.elements) : "–"}</td>
        <td class="amount">${part ? format.number(part.max) : "–"}</td>
        <td class="amount">${part ? format.number(part.relative) : "–"}</td>
        <td><b>${part ? same(part.equal) : "–"}</b></td>
        <td class="why">${part ? gettext("{outcome}: {why}", { outcome: same(part.expected.equal), why: reasonWords(part.expected.reason, step) }) : "–"}</td>
        <td class=${kept === false ? "problem" : ""}>${part ? (kept ? gettext("yes") : gettext("no")) : "–"}</td></tr>`;
    };
    return html`<div class="landings" tabindex="0" role="group" aria-label=${gettext("What was found, and what was predicted")}><table class="measures verdicts"><thead><tr><th scope="col"><span class="unseen">${gettext("part of the map")}</span></th>
      <th scope="col" class="amount">${gettext("elements")}</th><th scope="col" class="amount">${gettext("largest difference")}</th><th scope="col" class="amount">${gettext("of the largest value")}</th>
      <th scope="col">${gettext("was found")}</th><th scope="col">${gettext("was predicted")}</th><th scope="col">${gettext("came so")}</th></tr></thead>
      <tbody>${row(gettext("inside the border"), "inside")}${row(gettext("everywhere"), "everywhere")}</tbody></table></div>`;
  }

  /** @param {Found} found @param {string} move */
  #words({ inside, everywhere }, move) {
    const words = {
      move,
      inside: format.number(inside.max),
      everywhere: format.number(everywhere.max),
    };
    if (!inside.elements)
      return gettext("The border reaches everywhere: there is nothing to compare.");
    if (inside.equal && everywhere.equal)
      return gettext(
        "Moved {move}, the picture gives the same map, moved: the difference is {everywhere} at most.",
        words,
      );
    if (inside.equal)
      return gettext(
        "Inside the border the two ways agree: they differ by {inside} at most. At the border they do not, by up to {everywhere}.",
        words,
      );
    return gettext(
      "The two ways differ by up to {inside}, and not only at the border: the convolution looks at other pixels than before. Moved by whole steps they would agree.",
      words,
    );
  }

  /** @returns {import("../../../components/take-away.js").Arrays} */
  #arrays() {
    const drawn = this.#drawn;
    if (!drawn) return {};
    const { canvas, moved, output, movedThen, thenMoved, difference, counted } = drawn;
    return {
      x: canvas,
      moved_x: moved,
      f_x: output,
      f_moved_x: movedThen,
      moved_f_x: thenMoved,
      difference,
      counted,
    };
  }
}

/** States in which something happens to the law. */
function tries() {
  const names = /** @type {const} */ (["down", "right", "stride", "pooling", "padding"]);
  const { defaults } = session.state;
  const plain = Object.fromEntries(names.map((name) => [name, defaults[name]]));
  const link = (/** @type {string} */ words, /** @type {Partial<typeof defaults>} */ some) =>
    html`<li><a href=${session.state.href({ ...plain, ...some })}>${words}</a></li>`;
  return html`<div class="try"><b>${gettext("Try")}</b><ul>
    ${link(gettext("stride 2, by an odd shift"), { stride: 2, right: -5 })}
    ${link(gettext("pooled by two"), { pooling: "max", right: -5 })}
    ${link(gettext("over the border"), { right: 8, down: 0 })}
    ${link(gettext("round a ring"), { right: 8, down: 0, padding: "circular" })}</ul></div>`;
}

/** What goes in, as it is. @param {string} label @param {Tensor | null} tensor */
function picture(label, tensor) {
  return html`<figure><figcaption>${label}</figcaption><heat-map mode="still" mask label=${label} .tensor=${tensor} .range=${[0, 1]}></heat-map></figure>`;
}

customElements.define("versus-equivariance", VersusEquivariance);
