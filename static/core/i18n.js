/** @type {Record<string, string>} */
const messages = JSON.parse(globalThis.document?.getElementById("messages")?.textContent || "{}");

/** The page's language. @type {"en" | "zh"} */
export const lang = globalThis.document?.documentElement.lang.startsWith("zh") ? "zh" : "en";

/** Translate a message; `{name}` is filled from `values`. The id must be a plain string literal.
 * @param {string} id
 * @param {Record<string, string | number>} [values]
 */
export function gettext(id, values = {}) {
  return (messages[id] ?? id).replace(/\{(\w+)\}/g, (hole, name) => String(values[name] ?? hole));
}

/** The page's language out of words given in both.
 * @param {{en: string, zh: string}} words
 */
export function pick(words) {
  return words[lang] || words.en;
}
