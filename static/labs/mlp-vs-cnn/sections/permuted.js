import { html, nothing } from "lit";
import { heard } from "../../../components/heard.js";
import { gettext, pick } from "../../../core/i18n.js";
import { look } from "../../../core/looks.js";
import {
  another,
  ITEMS,
  imageId,
  isItem,
  memberOf,
  samplePictures,
} from "../../../core/members.js";
import { decode } from "../../../core/tensor.js";
import { session } from "../session.js";
import { kindName, rightWords } from "../words.js";
import { inMap } from "./maps.js";
import { scattered } from "./permutation.js";
import { frame, Section } from "./section.js";
import "../../../components/heat-map.js";
import "../../../components/number-field.js";
import "../../../components/picture-picker.js";
import "../../../components/prediction-bars.js";
import "./worlds.js";

/** @typedef {NonNullable<import("./section.js").Answer["worlds"]>} Worlds */
/** @typedef {Worlds["predictions"][number]} Guess */
/** @typedef {import("../../../components/heat-map.js").Cell} Cell */

/** One held-out image of each class. */
const ONES = [19, 2, 1, 13, 6, 8, 4, 9, 18, 0];
/** Classes that are listed of each prediction. */
const LISTED = 2;
/** Any network that takes the images, to see how they look. */
const LOOKER = {
  kind: /** @type {const} */ ("network"),
  network: "tiny_vgg_batch",
  layer: "conv1.conv",
  batch: [],
};
const WORLDS = /** @type {const} */ (["plain", "permuted"]);

/** `<versus-permuted>`: the pixels shuffled by one fixed permutation: what the MLP, the CNN and we make of it. */
export class VersusPermuted extends Section {
  static properties = { ...Section.properties, touch: { state: true } };

  constructor() {
    super();
    /** The middle of the window that is followed, in the plain picture. @type {{y: number, x: number}} */
    this.touch = { y: 14, x: 14 };
  }

  /** @returns {import("./section.js").Request | null} */
  question() {
    const shown = memberOf(session.state.values.worn);
    return (
      shown && {
        scene: { ...shown, dy: 0, dx: 0, scale: 1, turned: false },
        record: [],
        worlds: {},
      }
    );
  }

  get #drawn() {
    const { answer } = this;
    return this.once("drawn", [answer], () => {
      const found = answer?.worlds;
      if (!found) return null;
      return {
        plain: inMap(decode(found.plain)),
        permuted: inMap(decode(found.permuted)),
        permutation: found.permutation,
      };
    });
  }

  render() {
    const found = this.answer?.worlds ?? null;
    const { worn } = session.state.values;
    const set = heard((/** @type {number} */ value) => session.state.set({ worn: String(value) }));
    return frame({
      id: "permuted",
      title: gettext("A permuted world"),
      words: html`<p>${gettext("Shuffle the pixels of every image in the same way, and train both networks once more. Nothing is lost: each pixel is still there, only elsewhere. Point at a window of the picture and see where its nine pixels went.")}</p>`,
      settings: html`${this.#choices(worn)}
        <div class="row pick">${isItem(worn) ? html`<number-field label=${gettext("Fashion-MNIST no.")} .value=${Number(worn)} .min=${0} .max=${ITEMS - 1} @value-input=${set} @value-change=${set}></number-field>` : nothing}
          <button type="button" @click=${this.#another}>${gettext("Another")}</button></div>
        <picture-picker quiet .value=${isItem(worn) ? "" : (imageId(worn) ?? "")} @picture-change=${this.#onPicture}
          @picture-busy=${(/** @type {Event} */ event) => event.stopPropagation()}></picture-picker>
        ${this.notice()}`,
      figure: html`<div class="worlds">${this.#pictures()}${this.#guesses(found)}</div><versus-worlds></versus-worlds>`,
      see: html`<p>${found ? this.#words(found) : nothing}</p>
        <p>${gettext("What do you see? To us the shuffled picture is noise, for our eyes look for edges and parts as well. The MLP has a weight for every pixel, wherever it is, and does not mind. The CNN looks at windows of neighbours, and there are none any more.")}</p>`,
      take: this.take("permuted", gettext("Take away both worlds"), () => this.#arrays()),
    });
  }

  /** @param {string} worn */
  #choices(worn) {
    const names = this.answer?.classes ?? [];
    return html`<ul class="samples shelf" aria-label=${gettext("Held-out images")}>${ONES.map(
      (index, label) => {
        const name = names[label]
          ? pick(names[label])
          : gettext("Fashion-MNIST no. {n}", { n: index });
        return html`<li><button type="button" class="thumb" title=${name} aria-label=${name} aria-pressed=${String(index) === worn}
        @click=${() => session.state.set({ worn: String(index) }, { push: true })}><canvas data-word=${String(index)} width="28" height="28" aria-hidden="true"></canvas></button></li>`;
      },
    )}</ul>`;
  }

  updated() {
    if (this.near) look(ONES, LOOKER, this);
  }

  #another() {
    session.state.set({ worn: another([session.state.values.worn]) }, { push: true });
  }

  /** @param {CustomEvent<import("../../../components/picture-picker.js").Picture>} event */
  #onPicture = (event) => {
    event.stopPropagation();
    const { id, origin } = event.detail;
    const sample = origin === "sample" && samplePictures().find((each) => each.id === id);
    session.state.set({ worn: sample ? sample.name : id }, { push: true });
  };

  #pictures() {
    const drawn = this.#drawn;
    const { y, x } = this.touch;
    const window = {
      top: Math.max(0, y - 1),
      left: Math.max(0, x - 1),
      bottom: Math.min(28, y + 2),
      right: Math.min(28, x + 2),
    };
    const pixels = drawn ? scattered(drawn.permutation, this.touch) : [];
    const spots = pixels.map(({ cell, to }) => ({ map: 0, tone: `w${cell}`, box: one(to) }));
    const here = pixels.map(({ cell, from }) => ({ map: 0, tone: `w${cell}`, box: one(from) }));
    const figure = (
      /** @type {string} */ label,
      /** @type {import("../../../core/tensor.js").Tensor | null} */ tensor,
      /** @type {readonly import("../../../components/heat-map.js").Mark[]} */ marks,
      /** @type {(event: CustomEvent<Cell>) => void} */ act,
    ) => html`<figure><figcaption>${label}</figcaption><heat-map mask readout label=${label} .names=${[label]} .tensor=${tensor} .range=${[0, 1]} .marks=${marks}
      .pinned=${null} @cell-hover=${act} @cell-pin=${this.#stay}></heat-map></figure>`;
    return html`<div class="two">
      ${figure(gettext("plain"), drawn?.plain ?? null, drawn ? [{ map: 0, box: window, tone: "accent" }, ...here] : [], ({ detail }) => this.#point(detail))}
      ${figure(gettext("permuted"), drawn?.permuted ?? null, spots, ({ detail }) => this.#pointBack(detail))}</div>
      `;
  }

  /** @param {{y: number, x: number}} cell */
  #point({ y, x }) {
    this.touch = { y, x };
  }

  /** From where a pixel of the permuted picture came. @param {{y: number, x: number}} cell */
  #pointBack({ y, x }) {
    const from = this.#drawn?.permutation[28 * y + x];
    if (from !== undefined) this.touch = { y: Math.floor(from / 28), x: from % 28 };
  }

  #stay() {
    this.requestUpdate();
  }

  /** What each network says of each picture. @param {Worlds | null} found */
  #guesses(found) {
    const words = { plain: gettext("plain"), permuted: gettext("permuted") };
    const of = (
      /** @type {string} */ kind,
      /** @type {string} */ trained,
      /** @type {string} */ shown,
    ) =>
      found?.predictions.find(
        (each) => each.kind === kind && each.trained_on === trained && each.shown === shown,
      );
    const cell = (
      /** @type {"mlp" | "cnn"} */ kind,
      /** @type {typeof WORLDS[number]} */ trained,
      /** @type {typeof WORLDS[number]} */ shown,
    ) => {
      const guess = of(kind, trained, shown);
      const label = gettext("{kind}, trained {trained}, shown {shown}", {
        kind: kindName(kind),
        trained: words[trained],
        shown: words[shown],
      });
      return html`<td class="guess ${verdict(guess)} ${trained === shown ? "own" : ""}"><prediction-bars label=${label} .predictions=${guess?.top ?? []} .rows=${LISTED}></prediction-bars>
        <span class="mark">${guess ? rightWords(guess.correct) : nothing}</span></td>`;
    };
    return html`<table class="guesses"><caption class="unseen">${gettext("Who says what")}</caption><thead>
      <tr><th scope="col"><span class="unseen">${gettext("worlds")}</span></th><th scope="col">${kindName("mlp")}</th><th scope="col">${kindName("cnn")}</th></tr></thead>
      <tbody>${WORLDS.flatMap((trained) =>
        WORLDS.map(
          (
            shown,
          ) => html`<tr><th scope="row"><span class="world">${gettext("trained: {world}", { world: words[trained] })}</span>
            <span class="world">${gettext("shown: {world}", { world: words[shown] })}</span></th>${cell("mlp", trained, shown)}${cell("cnn", trained, shown)}</tr>`,
        ),
      )}</tbody></table>`;
  }

  /** @param {Worlds} found */
  #words({ predictions }) {
    if (predictions.some(({ correct }) => correct === null))
      return gettext(
        "This picture has no label to be right by. Compare each network with its twin: the same picture, each in the world that it was trained in.",
      );
    const own = predictions.filter((each) => each.trained_on === each.shown);
    const foreign = predictions.filter((each) => each.trained_on !== each.shown);
    const count = (/** @type {readonly Guess[]} */ all) =>
      all.filter(({ correct }) => correct).length;
    return gettext(
      "In the world that they were trained in, {n} of {all} answers are right here; in the other one {m} of {others}: there a network has nothing to go by, and what it says is luck.",
      { n: count(own), all: own.length, m: count(foreign), others: foreign.length },
    );
  }

  /** @returns {import("../../../components/take-away.js").Arrays} */
  #arrays() {
    const drawn = this.#drawn;
    return drawn ? { plain: drawn.plain, permuted: drawn.permuted } : {};
  }
}

/** @param {Guess | undefined} guess */
function verdict(guess) {
  if (typeof guess?.correct !== "boolean") return "";
  return guess.correct ? "right" : "wrong";
}

/** @param {{y: number, x: number}} cell */
function one({ y, x }) {
  return { top: y, left: x, bottom: y + 1, right: x + 1 };
}

customElements.define("versus-permuted", VersusPermuted);
