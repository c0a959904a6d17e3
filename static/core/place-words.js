/** What an element of a tensor is called. */

import { gettext } from "./i18n.js";

/** @typedef {import("./tensor-layout.js").Kind} Kind */
/** @typedef {import("./tensor-layout.js").Place} Place */

/** @param {Kind} kind @param {Place} place */
export function placeName(kind, { b, c, y, x }) {
  if (kind === "maps")
    return gettext("sample {b}, channel {c}, row {y}, column {x}", { b, c, y, x });
  if (kind === "tokens") return gettext("sample {b}, feature {c}, token {y}", { b, c, y });
  return gettext("sample {b}, feature {c}", { b, c });
}
