/** Words and boxes that several parts of the page share. */

import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";

/** A box of pixels as the server writes it. @param {readonly number[]} box bottom and right not included */
export function boxOf([top = 0, left = 0, bottom = 0, right = 0]) {
  return { top, left, bottom, right };
}

/** How many inputs a unit is wired to. @param {{wired: number, inputs: number}} row */
export function wiredWords({ wired, inputs }) {
  const words = { n: format.whole(wired), all: format.whole(inputs) };
  return wired === inputs
    ? gettext("Wired to all {all} inputs", words)
    : gettext("Wired to {n} of {all} inputs", words);
}
