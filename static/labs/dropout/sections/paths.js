/** What lies between the steps of a network. */

/** @typedef {{name: string, kind: string, operation?: string, inputs: readonly string[]}} Node */

/** Kinds of step whose output is not linear in their input, whatever the operation. */
const BENT = new Set(["activation", "attention", "mix", "recurrent"]);

/** Pooling by the mean is linear, and BatchNorm is in evaluation; their kin are not. @param {Node} node */
function isBent({ kind, operation = "" }) {
  if (kind === "pool") return !/avg/i.test(operation);
  if (kind === "norm") return !/batch/i.test(operation);
  return BENT.has(kind);
}

/** The steps behind `from` on the way to `to`, which is among them; none where there is no way.
 * @template {Node} N
 * @param {readonly N[]} nodes in order @param {string} from @param {string} to @returns {N[]}
 */
export function between(nodes, from, to) {
  const after = new Set([from]);
  for (const { name, inputs } of nodes) if (inputs.some((each) => after.has(each))) after.add(name);
  const before = new Set([to]);
  for (const { name, inputs } of [...nodes].reverse())
    if (before.has(name)) for (const each of inputs) before.add(each);
  return nodes.filter(({ name }) => name !== from && after.has(name) && before.has(name));
}

/** Whether an activation lies somewhere behind a step. @param {readonly Node[]} nodes @param {string} from */
export function activationFollows(nodes, from) {
  return nodes.some(
    ({ name, kind }) => kind === "activation" && between(nodes, from, name).length > 0,
  );
}

/** The names of the steps on the way that are not linear.
 * @param {readonly Node[]} nodes @param {string} from @param {string} to
 */
export function bentOnTheWay(nodes, from, to) {
  return between(nodes, from, to)
    .filter(isBent)
    .map(({ name }) => name);
}

/** What the last linear layer takes: the units before the head; "" where there is none. @param {readonly Node[]} nodes */
export function beforeHead(nodes) {
  return [...nodes].reverse().find(({ kind }) => kind === "linear")?.inputs[0] ?? "";
}
