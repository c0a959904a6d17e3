/** The theme: what the system prefers, unless the reader chose. The choice is a cookie, so that the
 * server can write it into the page and nothing flashes. */

const dark = globalThis.matchMedia?.("(prefers-color-scheme: dark)");
const listeners = new Set(/** @type {(() => void)[]} */ ([]));

/** @typedef {"light" | "dark"} Theme */

/** The theme in force. @returns {Theme} */
export function theme() {
  const chosen = globalThis.document?.documentElement.dataset.theme;
  if (chosen === "light" || chosen === "dark") return chosen;
  return dark?.matches ? "dark" : "light";
}

/** Choose a theme; choosing what the system prefers anyway follows the system again.
 * @param {Theme} chosen
 */
export function setTheme(chosen) {
  const root = document.documentElement;
  const system = dark?.matches ? "dark" : "light";
  if (chosen === system) delete root.dataset.theme;
  else root.dataset.theme = chosen;
  remember("theme", chosen === system ? "" : chosen);
  for (const listener of listeners) listener();
}

/** Call `listener` whenever the theme in force may have changed.
 * @param {() => void} listener
 * @returns {() => void} stops it
 */
export function onTheme(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Keep a choice for a year; an empty one is forgotten.
 * @param {string} name
 * @param {string} value
 */
export function remember(name, value) {
  const age = value ? 31_536_000 : 0;
  // biome-ignore lint/suspicious/noDocumentCookie: CookieStore is not in every browser yet
  document.cookie = `${name}=${value}; path=/; max-age=${age}; samesite=lax`;
}

dark?.addEventListener("change", () => {
  for (const listener of listeners) listener();
});
