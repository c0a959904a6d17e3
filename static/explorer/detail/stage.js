import { html, nothing } from "lit";
import { guard } from "lit/directives/guard.js";
import { scaleFor } from "../../core/colour.js";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { isVector } from "./answers.js";
import { look, patch, standing } from "./attention.js";
import { scaleOf, setScale } from "./changes.js";
import { at, taken } from "./operands.js";
import { isScattered } from "./scattered.js";
import { takeAway } from "./take.js";
import { channelName, isOutput } from "./words.js";
import "../../components/colour-legend.js";
import "../../components/heat-map.js";
import "../../components/number-field.js";
import "./channel-picker.js";
import "./input-figure.js";

/** @typedef {import("../../core/wire.js").NetworkInfo} NetworkInfo */
/** @typedef {import("../../core/wire.js").NetworkNode} NetworkNode */
/** @typedef {import("./layer-detail.js").LayerDetail} Host */
/** @typedef {import("./field.js").Place} Place */
/** @typedef {import("../../core/wire.js").Box} Box */

/** The figures: all channels, the chosen one large, and what it sees on the picture.
 * @param {Host} host
 * @param {NetworkInfo} info
 * @param {NetworkNode} node
 */
export function stage(host, info, node) {
  const { map } = host;
  const colours = colouring(host);
  const vector = isVector(node);
  return html`<div class="detail-stage ${vector ? "vector" : ""}">
    ${vector || node.shape[0] === 1 ? nothing : shelf(host, info, node, colours)}
    <figure class="map-figure">
      ${channelBar(host, info, node)}
      <heat-map readout roomy .tensor=${map} .range=${colours.range} .signed=${colours.signed} .fold=${foldOf(info, node)}
        label=${host.title} .names=${[vector ? gettext("Feature") : channelName(info, node, host.channel)]}
        .cursor=${at(host.cursor)} .pinned=${at(host.pin)} .marks=${marks(host, vector)}
        @cell-hover=${taken((place) => host.hover(place))} @cell-leave=${taken(() => host.hover(null))}
        @cell-pin=${taken((place) => host.hold(place))}></heat-map>
    </figure>
    ${pictureFigure(host, colours)}
    <div class="legend-block">
      <colour-legend .scale=${colours.range && scaleFor(colours.range[0], colours.range[1], colours.signed)}
        .range=${map ? map.range() : null} .scope=${colours.scope} .scopes=${colours.scopes}
        @value-change=${(/** @type {CustomEvent} */ event) =>
          stop(event, () => {
            host.scope = event.detail.value;
            host.tell("scope-change", { scope: event.detail.value });
          })}></colour-legend>
      ${takeAway(host)}
    </div>
  </div>`;
}

/** @param {Host} host @param {NetworkInfo} info @param {NetworkNode} node
 * @param {ReturnType<typeof colouring>} colours */
function shelf(host, info, node, { range, signed }) {
  const maps = allMaps(host);
  const common = host.scope === "map" ? null : range;
  return guard(
    [maps, common, signed, host.channel, info, node],
    () => html`<figure class="shelf-figure">
      <channel-picker .maps=${maps} .range=${common} .signed=${signed} .channel=${host.channel}
        .names=${(/** @type {number} */ n) => channelName(info, node, n)}
        @channel-pick=${(/** @type {CustomEvent<{channel: number}>} */ event) =>
          stop(event, () => host.pick(event.detail.channel))}></channel-picker></figure>`,
  );
}

/** @param {Event} event @param {() => void} then */
function stop(event, then) {
  event.stopPropagation();
  then();
}

/** @param {Host} host */
function allMaps({ answers: { layer }, difference }) {
  return layer && (difference && layer.difference ? layer.difference : layer.maps);
}

/** The range of the colours, where it was taken from, and where it could be taken from.
 * @param {Host} host
 */
function colouring(host) {
  const { map, difference, networkRange, answers } = host;
  const own = map?.range() ?? null;
  const compared = difference && answers.channel?.difference;
  const layer = compared ? answers.layer?.difference?.range() : answers.channel?.layer.range;
  const ranges = { map: own, layer: layer ?? own, network: compared ? null : networkRange };
  const offered = /** @type {import("./layer-detail.js").Scope[]} */ (["map", "layer", "network"]);
  const scopes = offered.filter((scope) => ranges[scope]);
  const scope = scopes.includes(host.scope) ? host.scope : "layer";
  const signed = ((scope === "network" ? networkRange : ranges.layer)?.[0] ?? 0) < 0;
  return {
    range: ranges[scope],
    scope,
    scopes,
    signed,
  };
}

/** A flattened picture keeps the rows that it had. @param {NetworkInfo} info @param {NetworkNode} node */
export function foldOf(info, node) {
  const before = info.nodes.find(({ name }) => name === node.inputs[0]);
  const shape = /** @type {any} */ (node.kind === "flatten" ? before?.shape : null);
  return shape?.[0] === 1 ? shape[2] : 0;
}

/** @param {Host} host @param {boolean} vector */
function marks(host, vector) {
  const { peak } = host;
  const { map } = host;
  if (!peak || !map || map.size === 1 || host.answers.channel?.channel !== host.channel) return [];
  const box = { top: peak.y, left: peak.x, bottom: peak.y + 1, right: peak.x + 1 };
  if (vector) return [{ map: 0, box, tone: "accent" }];
  return [{ map: 0, box, tone: peakTone(peak, map), label: gettext("strongest") }];
}

/** How the strongest place is marked: with its label on the side where there is room.
 * @param {Place} corner @param {{width: number, height: number}} map */
function peakTone({ y, x }, { width, height }) {
  return `peak ${x > width * 0.7 ? "end" : ""} ${y < height * 0.1 ? "under" : ""}`.trim();
}

/** What the channels are. @param {Host} host @param {NetworkNode} node */
function counted(host, node) {
  if (isVector(node)) return gettext("Feature");
  return host.attending ? gettext("Head") : gettext("Channel");
}

/** The chosen channel: its number, and a switch for it. @param {Host} host @param {NetworkInfo} info
 * @param {NetworkNode} node */
function channelBar(host, info, node) {
  const count = host.answers.channel?.layer.shape[1] ?? node.shape[0] ?? 1;
  const scale = scaleOf(host.interventions, node.name, host.channel);
  const named = isOutput(info, node) || node.kind === "input";
  return html`<div class="channel-bar figure-head">
    <number-field label=${counted(host, node)} .value=${host.channel} .min=${0} .max=${count - 1}
      @value-input=${(/** @type {CustomEvent} */ event) => stop(event, () => host.pick(event.detail.value))}
      @value-change=${(/** @type {CustomEvent} */ event) => stop(event, () => {})}></number-field>
    <span class="soft">${gettext("of {n}", { n: format.count(count) })}</span>
    ${named ? html`<b>${channelName(info, node, host.channel)}</b>` : nothing}
    ${
      node.kind === "input"
        ? nothing
        : html`<button type="button" aria-pressed=${scale === 0}
          @click=${() => host.change(setScale(host.interventions, node.name, host.channel, scale === 0 ? 1 : 0))}>${gettext("Silence")}</button>`
    }
  </div>`;
}

/** @param {Host} host @param {ReturnType<typeof colouring>} colours */
function pictureFigure(host, colours) {
  const { picture } = host;
  const { map, field } = laidOver(host);
  return html`<figure class="picture-figure">
    <figcaption class="figure-head">${gettext("On the picture")}</figcaption>
    <input-figure .picture=${picture} .map=${map} .field=${field} .opacity=${host.opacity} .range=${colours.range}
      .signed=${colours.signed} .seen=${seen(host)} .near=${host.boxOf(host.place)} .words=${fieldWords(host)}
      @pixel-hover=${taken((pixel) => host.hover(pixel && host.elementAt(pixel)))} @pixel-leave=${taken(() => host.hover(null))}
      @pixel-pick=${taken((pixel) => host.hold(pixel && host.elementAt(pixel)))}></input-figure>
    ${
      field
        ? html`<number-field slider label=${gettext("Opacity of the map")} unit="%" .value=${Math.round(host.opacity * 100)} .min=${0} .max=${100} .step=${5}
          @value-input=${(/** @type {CustomEvent} */ event) =>
            stop(event, () => {
              host.opacity = event.detail.value / 100;
            })} @value-change=${(/** @type {CustomEvent} */ event) => stop(event, () => {})}></number-field>`
        : nothing
    }
  </figure>`;
}

/** What lies over the picture: the map, or of attention weights what the place in question takes from each.
 * @param {Host} host
 * @returns {{map: import("../../core/tensor.js").Tensor | null, field: import("./field.js").Field | null}}
 */
function laidOver({ map, field, attending: places, place }) {
  if (!places) return { map, field };
  return { map: map && place && look(places, map, place.y), field: places.field };
}

/** The boxes on the picture: what sees all of it needs none.
 * @param {Host} host
 * @returns {import("./input-figure.js").Seen[]}
 */
function seen(host) {
  const part = (/** @type {Box | null} */ box, /** @type {string} */ tone, label = "") =>
    box && !isWhole(host, box) ? [{ box, tone, label }] : [];
  const peakBox = (/** @type {Box | null} */ box) =>
    part(
      box,
      box && host.picture ? peakTone({ y: box.top, x: box.left }, host.picture) : "",
      gettext("strongest"),
    );
  const { attending: places, place, info } = host;
  if (places && place && info) {
    const [, ...size] = info.input.shape;
    const [looks, lookedAt] = [patch(places, place.y, size), patch(places, place.x, size)];
    if (place.y === place.x)
      return part(looks, `accent ${aside(looks, size)}`, gettext("looks at itself"));
    return [
      ...part(lookedAt, `field ${aside(lookedAt, size, looks)}`, gettext("looked at")),
      ...part(looks, `accent ${aside(looks, size, lookedAt)}`, gettext("looks")),
    ];
  }
  return [
    ...peakBox(host.boxOf(host.peak)),
    ...part(host.boxOf(host.pin), "accent"),
    ...part(host.boxOf(host.cursor), "field"),
    ...part(host.boxOf(host.touched, host.answers.channel?.inputField ?? null), "window"),
  ];
}

/** On which side of a box there is room for its label: away from another box.
 * @param {Box} box @param {readonly number[]} size of the picture @param {Box} [other] */
function aside({ top, left, bottom }, [height = 1, width = 1], other) {
  const under = other && top >= other.top && bottom < height - 2;
  return `${left > width * 0.7 ? "end" : ""} ${under ? "under" : ""}`.trim();
}

/** @param {Host} host @param {Box} box */
function isWhole({ info }, { top, left, bottom, right }) {
  const [, height = 1, width = 1] = info?.input.shape ?? [];
  return top === 0 && left === 0 && bottom === height - 1 && right === width - 1;
}

/** @param {Host} host */
function fieldWords(host) {
  const { attending: places, place } = host;
  if (places && place)
    return gettext(
      "The place in row {y}, column {x} looks; the colours say how much it takes from each place.",
      { ...standing(places, place.y) },
    );
  const box = host.boxOf(place);
  if (!host.field && !box && host.info && host.node && isScattered(host.info, host.node))
    return gettext("It sees pixels from all over the picture.");
  if ((!host.field && !box) || (box && isWhole(host, box)))
    return gettext("It sees the whole picture.");
  if (!box) return host.place ? gettext("It sees nothing of the picture, only padding.") : "";
  if (box.top === box.bottom && box.left === box.right)
    return gettext("row {y}, column {x}", { y: box.top, x: box.left });
  const words = gettext("rows {top} to {bottom}, columns {left} to {right}", { ...box });
  return host.cursor || host.pin ? words : gettext("Strongest: {place}", { place: words });
}
