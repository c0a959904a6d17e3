import { gettext } from "./i18n.js";

/** What to say about an error, in the reader's language: by its code where we know it, else what the
 * server said (in English).
 * @param {unknown} error
 * @returns {string}
 */
export function problemWords(error) {
  const { code = "", detail = "", field = "" } = /** @type {any} */ (error ?? {});
  const known = words()[/** @type {keyof ReturnType<typeof words>} */ (code)];
  if (known) return known;
  const said = detail || (error instanceof Error ? error.message : String(error));
  return field ? `${said} (${field})` : said;
}

const words = () => ({
  unreachable: gettext("The server cannot be reached. Is it still running?"),
  busy: gettext("The server is busy. Try again in a moment."),
  not_a_picture: gettext(
    "This is not a picture that can be read. PNG, JPEG, WebP, GIF, BMP and TIFF are accepted.",
  ),
  no_file: gettext("There was no picture file among what you gave."),
});
