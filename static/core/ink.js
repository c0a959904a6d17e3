/** Colours of the style sheets, for canvases. */

/** A token as a canvas understands it, as it is where `host` stands.
 * @param {Element} host @param {string} token its name without the dashes
 */
export function ink(host, token) {
  const probe = document.createElement("span");
  probe.style.color = `var(--${token})`;
  host.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** A colour that `ink` gave, let through. @param {string} colour @param {number} strength 0…1 */
export function thin(colour, strength) {
  return colour.replace(/^rgb\((.*)\)$/, `rgba($1, ${strength})`);
}
