import { html, nothing } from "lit";
import { gettext, lang } from "../core/i18n.js";
import { scaleBar } from "./scale-bar.js";
import "../components/heat-map.js";

/** A letter's width in pixels, about. */
const LETTER = 7.5;

/** @typedef {import("./columns.js").Column} Column */
/** @typedef {import("./layout.js").Slot} Slot */
/** @typedef {import("./results.js").Layer} Layer */
/** @typedef {import("../core/tensor.js").Tensor} Tensor */

/**
 * @typedef {{
 *   column: Column, slot: Slot, mark: "" | "touched" | "follows", open: boolean, channel: number,
 *   layer: Layer | null, tensor: Tensor | null, apart: boolean, range: readonly [number, number], signed: boolean,
 *   common: readonly [number, number] | null, first: boolean,
 *   upright: boolean,
 * }} View `apart`: a difference was asked for and there is none, because the sizes differ; `range`: true, of
 * what is shown; `common`: the one that the colours are spread over, null: each map's own; `upright`: the name is
 * turned; `first` of its block
 */

/** One column of the strip: what the layer is, its maps, and what their colours mean.
 * @param {View} view
 */
export function columnView(view) {
  const { column, slot, mark, open, layer, tensor, range, signed, common } = view;
  const [channels = 1, height = 1, width = 1] = layer?.shape ?? column.node.shape;
  const size = column.vector ? "1" : height === width ? `${width}²` : `${height}×${width}`;
  const seen = (layer ? layer.field : column.node.receptive_field)?.size[0];
  const field = column.node.kind === "permute" ? 1 : column.mixed ? undefined : seen;
  const facts = [
    String(channels),
    size,
    column.scattered ? gettext("apart") : field ? String(field) : gettext("all"),
    brief(column.parameters),
  ];
  const chosen = open && layer ? layer.channels.indexOf(view.channel) : -1;
  const shown = Math.min(slot.rows, layer?.channels.length ?? 0);
  return html`
    <header>
      ${view.first ? html`<span class="group" aria-hidden="true">${column.group}</span>` : nothing}
      <button type="button" class="plain" tabindex="-1" title=${column.name} data-open><span class=${view.upright ? "upright" : ""}>${shortName(column)}</span></button>
      <div class="traits" aria-hidden="true">${facts.map((fact) => html`<span>${fact}</span>`)}</div>
    </header>
    ${
      column.vector
        ? html`<heat-map mode="cells" roving roomy .tensor=${tensor} .fold=${slot.fold} .range=${common} .signed=${signed}
            .pinned=${chosen < 0 ? null : { map: 0, y: 0, x: chosen }} .label=${label(view, facts)}></heat-map>`
        : html`<heat-map mode="maps" roving roomy .tensor=${tensor} .maps=${shownMaps(shown, chosen)} .columns=${slot.across} .range=${common}
            .signed=${signed} .selected=${chosen < 0 ? null : chosen} .names=${names(layer)}
            .label=${label(view, facts)}></heat-map>`
    }
    <footer aria-hidden="true">${tensor && !view.apart ? scaleBar(range, common, signed) : nothing}
      ${view.apart ? html`<span>${gettext("other size")}</span>` : nothing}</footer>
    ${mark === "touched" ? html`<span class="unseen">${gettext("changed")}</span>` : nothing}`;
}

const compact = new Intl.NumberFormat(lang === "zh" ? "zh-CN" : "en-US", {
  notation: "compact",
  maximumSignificantDigits: 2,
});

/** A count that fits over a column: 864, 5.1K, 1.3M. @param {number} value */
function brief(value) {
  return value < 1000 ? String(value) : compact.format(value);
}

/** Whether a column's name has room above it. @param {Column} column @param {number} width */
export function fits(column, width) {
  return shortName(column).length * LETTER <= width + 4;
}

/** A block's number where the blocks are numbered (the gutter says what is counted).
 * @param {Column} column
 */
function shortName({ title, group, nodes }) {
  return nodes.length > 1 || title === group ? title.replace(/^block(?=\d)/, "") : title;
}

/** @param {View} view @param {string[]} facts */
function label({ column, mark, layer }, [channels = "", , field = "", parameters = ""]) {
  const size = (layer?.shape ?? column.node.shape).slice(1).join(" × ");
  const values = { layer: column.name, channels, size, field, parameters };
  const words = column.vector
    ? gettext("{layer}: {channels} numbers, {parameters} parameters", values)
    : column.scattered
      ? gettext(
          "{layer}: {channels} channels of {size}, each value sees pixels from all over the picture, {parameters} parameters; the strongest channels",
          values,
        )
      : gettext(
          "{layer}: {channels} channels of {size}, each value sees {field} pixels across, {parameters} parameters; the strongest channels",
          values,
        );
  return mark === "touched" ? `${words}; ${gettext("changed")}` : words;
}

/** The first maps, and the open one among them in any case.
 * @param {number} count
 * @param {number} chosen
 */
function shownMaps(count, chosen) {
  const maps = Array.from({ length: count }, (_, map) => map);
  if (chosen >= count) maps[count - 1] = chosen;
  return maps;
}

/** @type {WeakMap<readonly number[], string[]>} */
const known = new WeakMap();

/** @param {Layer | null} layer */
function names(layer) {
  if (!layer) return null;
  let names = known.get(layer.channels);
  if (!names) {
    names = layer.channels.map((n) => gettext("channel {n}", { n }));
    known.set(layer.channels, names);
  }
  return names;
}
