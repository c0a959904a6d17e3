/** Where a block of the small Transformer drops out. */

/** @typedef {"embed" | "attention" | "proj" | "hidden" | "reduce"} SiteName */
/** @typedef {{name: SiteName, layer: string, axes: "tokens" | "attention"}} Site `layer`: the dropout's own step; what its
 *   mask is laid over: tokens by features, or tokens by tokens for each head */

/** @type {readonly SiteName[]} */
export const SITES = ["embed", "attention", "proj", "hidden", "reduce"];

/** The network, and the block that is drawn. */
export const TRANSFORMER = "mini_vit";
export const BLOCK = "block1";

/** @type {Record<SiteName, Site>} */
const ALL = {
  embed: { name: "embed", layer: "embed.drop", axes: "tokens" },
  attention: { name: "attention", layer: `${BLOCK}.drop_weights`, axes: "attention" },
  proj: { name: "proj", layer: `${BLOCK}.drop1`, axes: "tokens" },
  hidden: { name: "hidden", layer: `${BLOCK}.drop_hidden`, axes: "tokens" },
  reduce: { name: "reduce", layer: `${BLOCK}.drop2`, axes: "tokens" },
};

/** @param {SiteName} name */
export function siteOf(name) {
  return ALL[name];
}
