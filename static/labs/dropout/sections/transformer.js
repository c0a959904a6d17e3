import { html, nothing } from "lit";
import { heard } from "../../../components/heard.js";
import { LabSection } from "../../../components/lab-section.js";
import * as api from "../../../core/api.js";
import { scaleFor } from "../../../core/colour.js";
import * as format from "../../../core/format.js";
import { gettext } from "../../../core/i18n.js";
import { decode } from "../../../core/tensor.js";
import { session } from "../session.js";
import { blockDiagram } from "./block-diagram.js";
import { frame } from "./section.js";
import { BLOCK, siteOf, TRANSFORMER } from "./sites.js";
import { again, networkName, pinnedMember } from "./subject.js";
import { pictureId } from "./token-picture.js";
import "../../../components/colour-legend.js";
import "../../../components/heat-map.js";
import "../../../components/number-field.js";
import "../../../components/prediction-bars.js";

/** @typedef {import("../../../core/tensor.js").Tensor} Tensor */
/** @typedef {{member: import("../../../core/members.js").Member, layer: string, before: string, p: number, seed: number,
 *   channels: {indices: number[]} | null}} Question `before`: the step whose output is dropped from */
/** @typedef {{id: string, question: Question, clean: import("../../../core/wire.js").RunAnswer,
 *   dropped: import("../../../core/wire.js").RunAnswer}} Answer */

/** Side of a patch, and patches in a row. */
const [PATCH, ACROSS] = [4, 7];
/** Of each token's numbers so many are shown, the first: then every figure is as large as that of attention. */
const FEATURES = ACROSS * ACROSS;

/** Run the network twice, without dropout and with it in one place.
 * @param {Question} question @param {AbortSignal} signal @returns {Promise<Answer>}
 */
async function ask(question, signal) {
  const id = await pictureId(question.member, signal);
  const [clean, dropped] = await Promise.all([
    api.run(TRANSFORMER, { images: [id], top: 3 }, { tensors: "float32", signal }),
    api.run(TRANSFORMER, body(question, id), { tensors: "float32", signal }),
  ]);
  return { id, question, clean, dropped };
}

/** @param {Question} question @param {string} id of the picture @returns {import("../../../core/wire.js").RunRequest} */
function body({ layer, before, p, seed, channels }, id) {
  return {
    images: [id],
    interventions: [/** @type {any} */ ({ kind: "dropout", layer, p, on: true })],
    record: [
      { layer: before, channels },
      { layer, channels, dropout: true },
    ],
    seed,
    top: 3,
  };
}

/** `<drop-transformer>`: a block of a Transformer, the places where it drops out, and a mask on real tokens.
 * @extends {LabSection<Question, Answer>}
 */
export class DropTransformer extends LabSection {
  static properties = { ...LabSection.properties, token: { state: true } };

  constructor() {
    super({ session, name: "dropout", ask });
    /** The token pointed at. @type {number | null} */ this.token = null;
  }

  question() {
    session.networks.want(TRANSFORMER);
    const member = pinnedMember();
    const { site, siteP, seed } = session.state.values;
    const { layer, axes } = siteOf(site);
    const channels = axes === "tokens" ? { indices: [...Array(FEATURES).keys()] } : null;
    const before = session.networks.info(TRANSFORMER)?.nodes.find(({ name }) => name === layer)
      ?.inputs[0];
    return member && before ? { member, layer, before, p: siteP, seed, channels } : null;
  }

  render() {
    const { siteP } = session.state.values;
    const { answer } = this;
    const dropout = answer?.dropped.layers[1]?.dropout ?? null;
    const set = heard((/** @type {number} */ value) => session.state.set({ siteP: value }));
    const call = answer && {
      method: "POST",
      url: `/api/networks/${TRANSFORMER}/run`,
      body: body(answer.question, answer.id),
    };
    return frame({
      id: "transformer",
      title: gettext("In a block of a Transformer"),
      words: html`<p>${gettext("A Transformer drops out in four kinds of places: behind the embedding, on the attention weights, inside the dense layers, and at the end of each branch, before it joins the skip connection. Choose one and see its mask on the tokens of the picture.")}</p>
        <p class="soft">${gettext("{layer} of {network}", { layer: BLOCK, network: networkName(TRANSFORMER) })}</p>`,
      settings: html`<number-field label=${gettext("Probability p")} .value=${siteP} .min=${0} .max=${0.95} .step=${0.01} slider
          @value-input=${set} @value-change=${set}></number-field>${again()}${this.#missing()}${this.notice()}`,
      figure: html`<div class="block-and-tokens">${this.#diagram()}<div class="tokens">${this.#tokens()}${this.#outcomes()}</div></div>`,
      see: html`<p>${
        dropout
          ? gettext(
              "Here {rate} of the entries were kept (1 − p = {expected}), and those multiplied by {scale}.",
              {
                rate: format.percent(dropout.keep_rate),
                expected: format.percent(1 - dropout.p),
                scale: format.number(dropout.scale),
              },
            )
          : nothing
      }</p>
      <p>${
        siteOf(session.state.values.site).axes === "attention"
          ? gettext(
              "A token that has lost its view of some others looks the harder at those that are left: its weights are made larger, and no longer add up to 1 exactly.",
            )
          : gettext(
              "Every entry is decided by itself: each token loses some of its numbers, hardly ever all.",
            )
      } ${gettext("In training p is small here, 0.1 or less.")}</p>`,
      take: html`<take-away name="convscope-dropout-transformer" label=${gettext("Take away the run of the Transformer")} .call=${call ? () => call : null}
        .arrays=${answer ? () => this.#arrays() : null}></take-away>`,
    });
  }

  /** Where the network is not there. */
  #missing() {
    const { cards } = session.networks;
    return cards.length && !cards.some(({ name }) => name === TRANSFORMER)
      ? html`<p class="problem">${gettext("There is no network of this name.")}</p>`
      : nothing;
  }

  #diagram() {
    const { site } = session.state.values;
    return blockDiagram(site, (name) => session.state.set({ site: name }));
  }

  /** What is dropped from, its mask, and the picture whose tokens they are. */
  #tokens() {
    const { answer } = this;
    const attention = siteOf(session.state.values.site).axes === "attention";
    const drawn = this.once("tokens", [answer], () => {
      if (!answer) return null;
      const [before, after] = answer.dropped.layers;
      if (!before?.activation || !after?.dropout?.mask) return null;
      const given = laid(decode(before.activation));
      const mask = laid(decode(after.dropout.mask));
      return { given, mask, heads: given.count, range: given.range() };
    });
    const names = Array.from({ length: drawn?.heads ?? 1 }, (_, i) =>
      drawn && drawn.heads > 1 ? gettext("head {n}", { n: i }) : gettext("features by tokens"),
    );
    const point = (/** @type {CustomEvent<{x: number}>} */ { detail }) => {
      this.token = detail.x;
    };
    const leave = () => {
      this.token = null;
    };
    const columns = drawn && drawn.heads > 1 ? 2 : 1;
    const map = (
      /** @type {string} */ label,
      /** @type {Tensor | undefined} */ tensor,
      /** @type {readonly [number, number]} */ range,
      /** @type {boolean} */ mask,
    ) =>
      html`<figure><figcaption>${label}</figcaption><div class="laid">${
        tensor
          ? html`<heat-map ?mask=${mask} readout label=${label} .names=${names} .tensor=${tensor} .range=${range} .columns=${columns} @cell-hover=${point} @cell-leave=${leave}></heat-map>`
          : nothing
      }</div></figure>`;
    return html`<p class="hint">${
      attention
        ? gettext(
            "Four heads; in each a row for each token that looks, a column for each that is looked at.",
          )
        : gettext(
            "A column for each token, which is a patch of 4 × 4 pixels; a row for each of its numbers, the first {n} of {all}.",
            { n: FEATURES, all: answer?.dropped.layers[0]?.shape[1] ?? "…" },
          )
    }</p>
      <div class="laid-pair">
        ${map(attention ? gettext("attention weights") : gettext("what is dropped from"), drawn?.given, drawn?.range ?? [0, 1], false)}
        ${map(gettext("mask: black is dropped"), drawn?.mask, [0, 1], true)}
        ${this.#picture()}
      </div>
      <colour-legend .scale=${drawn ? scaleFor(...drawn.range) : null} .range=${drawn?.range ?? null} .scopes=${[]}></colour-legend>`;
  }

  /** The picture, with the token that is pointed at. */
  #picture() {
    const { answer, token } = this;
    const row = token === null ? 0 : Math.floor(token / ACROSS);
    const column = token === null ? 0 : token % ACROSS;
    const box = `--left:${column / ACROSS};--top:${row / ACROSS};--side:${1 / ACROSS}`;
    return html`<figure class="looked-at"><figcaption>${token === null ? gettext("picture") : gettext("token {n}", { n: token })}</figcaption>
      <div class="patches">${answer ? html`<img src=${api.imageUrl(answer.id)} alt=${gettext("the picture")} width=${PATCH * ACROSS} height=${PATCH * ACROSS}>` : nothing}
        ${token === null ? nothing : html`<span .style=${box}></span>`}</div></figure>`;
  }

  #outcomes() {
    const { answer } = this;
    const list = (
      /** @type {string} */ title,
      /** @type {import("../../../core/wire.js").Prediction[] | undefined} */ predictions,
      /** @type {import("../../../core/wire.js").Prediction[] | null} */ baseline = null,
    ) => html`<div class="outcome"><h3>${title}</h3>
      <prediction-bars label=${title} .predictions=${predictions ?? []} .baseline=${baseline} .rows=${3}></prediction-bars></div>`;
    return html`<div class="outcomes short">
      ${list(gettext("Nothing dropped"), answer?.clean.predictions[0])}
      ${list(gettext("With this mask"), answer?.dropped.predictions[0], answer?.clean.predictions[0] ?? null)}
    </div>`;
  }

  #arrays() {
    /** @type {Record<string, Tensor>} */ const arrays = {};
    const [before, after] = this.answer?.dropped.layers ?? [];
    if (before?.activation) arrays.before = decode(before.activation);
    if (after?.activation) arrays.after = decode(after.activation);
    if (after?.dropout?.mask) arrays.mask = decode(after.dropout.mask);
    return arrays;
  }
}

/** A step's output for one picture as it is looked at: tokens as the columns of one map, heads as maps of their own.
 * @param {Tensor} tensor [1, D, 7, 7] or [1, heads, 49, 49]
 */
function laid(tensor) {
  const [, channels = 1, height = 1, width = 1] = tensor.shape;
  if (height === ACROSS && width === ACROSS) return tensor.reshape([1, channels, height * width]);
  return tensor.reshape([channels, height, width]);
}

customElements.define("drop-transformer", DropTransformer);
