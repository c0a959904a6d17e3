/** What the controls need to know of the session. */

import { problemAt } from "../../core/problems.js";
import { session } from "./session.js";

/** What the server says against the present value of a field; "" where nothing.
 * @param {...string} names of fields of the request
 */
export function problem(...names) {
  return problemAt(session.error, names);
}

/** γ or β of the channel that is looked at, as the last answer has it. @param {"gamma" | "beta"} name */
export function ofChannel(name) {
  const { answer, pinned } = session;
  return answer?.[name][pinned?.c ?? 0] ?? (name === "gamma" ? 1 : 0);
}

/** Give a channel its own γ or β; all others stay as they are. @param {"gamma" | "beta"} name @param {number} value */
export function setChannel(name, value) {
  const { answer, pinned } = session;
  if (!answer) return;
  session.state.set({ [name]: answer[name].with(pinned?.c ?? 0, value) });
}
