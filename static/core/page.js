/** What every page has: the skip link, the theme button and the language links. */

import { gettext } from "./i18n.js";
import { onTheme, setTheme, theme } from "./theme.js";

// The fragment of the address belongs to the page's state: skipping must not replace it.
document.querySelector("a.skip")?.addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("main")?.focus();
});

const button = document.getElementById("theme");
if (button) {
  const name = () => {
    button.textContent = theme() === "dark" ? gettext("Light") : gettext("Dark");
    button.title =
      theme() === "dark"
        ? gettext("Switch to the light theme")
        : gettext("Switch to the dark theme");
  };
  name();
  onTheme(name);
  button.hidden = false;
  button.addEventListener("click", () => setTheme(theme() === "dark" ? "light" : "dark"));
}

// On a phone the labs are a line to be pushed sideways: the present one is in sight.
const labs = document.querySelector("header.site > nav");
const current = labs?.querySelector("[aria-current]");
if (labs && current) {
  const [line, link] = [labs.getBoundingClientRect(), current.getBoundingClientRect()];
  labs.scrollLeft += link.left - line.left - (line.width - link.width) / 2;
}

// The present state goes along to the other language. The state's URL may lag a drag by a moment;
// "pagehide" comes too late, so ask for it to be written now.
for (const link of document.querySelectorAll("a[data-keep-state]")) {
  if (!(link instanceof HTMLAnchorElement)) continue;
  const keep = () => {
    dispatchEvent(new Event("state-flush"));
    link.hash = location.hash;
  };
  for (const type of ["pointerenter", "focus", "click"]) link.addEventListener(type, keep);
}
