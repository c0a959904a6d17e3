/** Take a control's news: stop it here, and tell its value. Listen to both of its events: it speaks while it
 * moves, and when it has settled.
 * @template T
 * @param {(value: T) => void} act
 */
export function heard(act) {
  return (/** @type {CustomEvent<{value: T}>} */ event) => {
    event.stopPropagation();
    act(event.detail.value);
  };
}
