import { html, nothing } from "lit";
import { guard } from "lit/directives/guard.js";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { isVector } from "./answers.js";
import { standing } from "./attention.js";
import { settle } from "./changes.js";
import { kernelFigure } from "./kernel-figure.js";
import { normPanel } from "./norm-panel.js";
import { operandFigures } from "./operands.js";
import { shapes } from "./shapes.js";
import { foldOf } from "./stage.js";
import { channelName, channelWords } from "./words.js";
import "./unit-sum.js";

/** @typedef {import("../../core/wire.js").NetworkInfo} NetworkInfo */
/** @typedef {import("../../core/wire.js").NetworkNode} NetworkNode */
/** @typedef {import("./layer-detail.js").LayerDetail} Host */
/** @typedef {import("./field.js").Place} Place */

/** What stands under the figures: how one number came about, and what the layer computes with.
 * @param {Host} host
 * @param {NetworkInfo} info
 * @param {NetworkNode} node
 */
export function sections(host, info, node) {
  return html`${sumSection(host, info, node)}${normSection(host, node)}${operandSection(host, info, node)}
    ${kernelSection(host, info, node)}`;
}

/** @param {Host} host @param {NetworkInfo} info @param {NetworkNode} node */
function sumSection(host, info, node) {
  const { channel } = host.answers;
  const unit = node.kind === "input" ? inputUnit(host) : host.answers.unit;
  if (!unit) return nothing;
  const { y, x } = unit.place;
  const name = channelName(info, node, unit.channel);
  const place = isVector(node) ? name : placeWords(host, name, unit.place);
  const pinned = host.pin && host.pin.y === y && host.pin.x === x;
  return html`<section class="sum-section">
    <h3>${place}: <data value=${unit.value}>${format.number(unit.value, 5)}</data></h3>
    <p class="hint">${
      pinned
        ? html`<button type="button" @click=${() => host.hold(null)}>${gettext("Unpin")}</button> ${gettext("or press Escape.")}`
        : gettext(
            "Point at the map, or move over it with the arrow keys; click or Enter keeps a place.",
          )
    }</p>
    <unit-sum .info=${info} .node=${node} .unit=${unit} .known=${channel} .interventions=${host.interventions}
      .inputShape=${shapes(info, host.interventions).get(node.inputs[0] ?? "") ?? []}
      @cell-touch=${(/** @type {CustomEvent<Place | null>} */ event) => {
        event.stopPropagation();
        host.touched = event.detail;
      }}></unit-sum>
  </section>`;
}

/** Which element it is. @param {Host} host @param {string} map @param {Place} place */
function placeWords({ attending: places }, map, { y, x }) {
  if (!places) return gettext("{map}, row {y}, column {x}", { map, y, x });
  const at = (/** @type {number} */ index) => {
    const place = standing(places, index);
    return `(${place.y}, ${place.x})`;
  };
  return gettext("{head}, place {query} looks at place {key}", {
    head: map,
    query: at(y),
    key: at(x),
  });
}

/** An element of the network's input, which nothing was computed for.
 * @param {Host} host
 * @returns {import("./answers.js").UnitKnown | null}
 */
function inputUnit({ place, channel, answers }) {
  const map = answers.channel?.channel === channel ? answers.channel.map : null;
  if (!map || !place) return null;
  const nothingElse = {
    scale: 1,
    rows: null,
    columns: null,
    terms: null,
    inputs: null,
    receptive_field: null,
  };
  return { layer: "input", value: map.at(0, place.y, place.x), place, channel, ...nothingElse };
}

/** @param {Host} host @param {NetworkInfo} info @param {NetworkNode} node */
function operandSection(host, info, node) {
  const known = host.answers.channel;
  if (!known?.operands.length) return nothing;
  const [first, second] = known.operands;
  if (!first) return nothing;
  /** @type {import("./operands.js").Operand[]} */ const operands = [
    { tensor: first.tensor, words: first.name },
  ];
  if (second) operands.push({ tensor: second.tensor, words: second.name, sign: "+" });
  const { weights } = host.answers;
  if (node.kind === "position" && weights)
    operands.push({ tensor: weights.now, words: gettext("learnt, for each place"), sign: "+" });
  const drop = known.layer.dropout;
  if (drop?.on && known.mask) {
    operands.push({ tensor: known.mask, words: gettext("mask"), sign: "×", mask: true });
  }
  const sign = {
    norm: "→",
    activation: "→",
    pool: "→",
    dropout: drop?.on ? `× ${format.number(drop.scale)} =` : "=",
    add: "=",
    position: "=",
    permute: "→",
  };
  operands.push({
    tensor: known.map,
    words: node.name,
    sign: sign[/** @type {keyof typeof sign} */ (node.kind)],
  });
  const { unit } = host.answers;
  if (node.kind === "pool" && unit?.rows && unit.columns && operands[0])
    operands[0].window = {
      top: unit.rows[0] ?? 0,
      left: unit.columns[0] ?? 0,
      bottom: (unit.rows.at(-1) ?? 0) + 1,
      right: (unit.columns.at(-1) ?? 0) + 1,
    };
  return html`<section class="operand-section"><h3>${gettext("In and out")}</h3>
    ${drop ? dropWords(host, node, drop) : nothing}
    ${operandFigures(host, operands, foldOf(info, node))}</section>`;
}

/** @param {Host} host @param {NetworkNode} node @param {import("../../core/wire.js").Dropout} drop */
function dropWords(host, node, drop) {
  if (!drop.on) {
    const trained = /** @type {any} */ (node.settings);
    const on = () =>
      host.change(settle(host.interventions, "dropout", node.name, trained, { on: true }));
    return html`<p>${gettext("Off, as always when a trained network is used.")}
      <button type="button" @click=${on}>${gettext("Switch it on")}</button></p>`;
  }
  return html`<p>${gettext(
    "p = {p}: each decision keeps with probability {q}. This mask kept {rate}; what is kept is multiplied by 1 / (1 − p) = {scale}.",
    {
      p: format.number(drop.p),
      q: format.number(1 - drop.p),
      rate: format.percent(drop.keep_rate),
      scale: format.number(drop.scale, 4),
    },
  )}</p>`;
}

/** @param {Host} host @param {NetworkInfo} info @param {NetworkNode} node */
function kernelSection(host, info, node) {
  const { weights } = host.answers;
  if (!weights || node.kind === "position") return nothing;
  const channel = channelWords(info, node, weights.channel);
  const title =
    node.kind === "conv"
      ? gettext("The kernel of {channel}", { channel })
      : gettext("The weights of {channel}", { channel });
  return guard(
    [weights, node],
    () =>
      html`<section class="kernel-section"><h3>${title}</h3>${kernelFigure(info, node, weights)}</section>`,
  );
}

/** @param {Host} host @param {NetworkNode} node */
function normSection(host, node) {
  const norm = host.answers.channel?.layer.normalization;
  if (!norm || node.kind !== "norm") return nothing;
  const { place } = host;
  return guard(
    [norm, place?.y, place?.x],
    () =>
      html`<section class="norm-section"><h3>${gettext("Normalisation of this channel")}</h3>${normPanel(norm, place)}</section>`,
  );
}
