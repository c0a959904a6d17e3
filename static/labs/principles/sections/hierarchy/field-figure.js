import { svg } from "lit";
import * as format from "../../../../core/format.js";
import { gettext } from "../../../../core/i18n.js";

/** The receptive field in the middle of the picture, both to one scale; what reaches beyond the picture is not there to
 * be seen. Both sizes are [height, width] in pixels.
 * @param {readonly number[]} field @param {readonly number[]} input
 */
export function fieldFigure([height = 1, width = 1], [rows = 1, columns = 1]) {
  const [h, w] = [Math.min(height, rows), Math.min(width, columns)];
  const label = gettext("Receptive field {field} in a picture of {input} pixels", {
    field: format.shape([height, width]),
    input: format.shape([rows, columns]),
  });
  return svg`<svg class="field-figure" viewBox="0 0 ${columns} ${rows}" role="img" aria-label=${label}>
    <rect class="whole" width=${columns} height=${rows} />
    <rect class="field" x=${(columns - w) / 2} y=${(rows - h) / 2} width=${w} height=${h} />
  </svg>`;
}
