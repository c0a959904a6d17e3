/** What runs have returned, kept by layer. */

import { decode, Tensor } from "../core/tensor.js";

/** @typedef {import("../core/wire.js").RunAnswer} RunAnswer */
/** @typedef {import("../core/wire.js").RecordedLayer} RecordedLayer */
/** @typedef {import("../core/wire.js").Prediction} Prediction */
/** @typedef {import("./columns.js").Column} Column */

/**
 * @typedef {{
 *   channels: readonly number[], tensor: Tensor, difference: Tensor | null, range: readonly [number, number],
 *   shape: readonly number[], field: import("../core/wire.js").ReceptiveField | null, key: string,
 * }} Layer one column's maps: `channels[i]` is the channel that map i shows; `range` is the whole layer's;
 * `shape` is without the batch; `key` says what it was computed under
 */

/** What one network makes of one picture, under one list of changes or none. */
export class Results {
  /** @type {ReadonlyMap<string, Layer>} by column name */ layers = new Map();
  /** @type {readonly Prediction[]} */ predictions = [];
  /** Of these predictions: what they were computed under. */
  key = "";

  /** These results with an answer added; the old ones are kept where it has nothing newer.
   * @param {RunAnswer} answer
   * @param {{columns: readonly Column[], sources: readonly string[]}} job what was asked
   * @param {string} key what it was computed under
   */
  with(answer, { columns, sources }, key) {
    const next = new Results();
    const layers = new Map(this.layers);
    columns.forEach((column, i) => {
      const recorded = answer.layers.find(({ layer }) => layer === sources[i]);
      if (recorded) layers.set(column.name, layer(recorded, column, key));
    });
    next.layers = layers;
    next.predictions = answer.predictions[0] ?? [];
    next.key = key;
    return next;
  }
}

/** @param {RecordedLayer} recorded @param {Column} column @param {string} key @returns {Layer} */
function layer(recorded, column, key) {
  const read = (/** @type {RecordedLayer["activation"]} */ wire) => {
    const tensor = wire && decode(wire);
    return tensor && column.vector ? asVector(tensor) : tensor;
  };
  return {
    channels: recorded.channels,
    tensor: read(recorded.activation) ?? new Tensor([1], new Float32Array([Number.NaN])),
    difference: read(recorded.difference),
    range: recorded.range,
    shape: column.vector ? column.node.shape : recorded.shape.slice(1),
    field: recorded.receptive_field,
    key,
  };
}

/** Maps of one value each as one vector. @param {Tensor} tensor */
function asVector(tensor) {
  return tensor.shape.length < 3 ? tensor : new Tensor([1, tensor.count], tensor.values);
}

/** @type {WeakMap<Tensor, Tensor>} */
const nothings = new WeakMap();

/** A tensor of the same shape that is 0 everywhere: the difference where nothing can differ.
 * @param {Tensor} tensor
 */
export function zeros(tensor) {
  const known = nothings.get(tensor);
  if (known) return known;
  const maps = new Array(tensor.count).fill(0);
  const none = new Tensor(tensor.shape, new Uint8Array(tensor.count * tensor.size), maps, maps);
  nothings.set(tensor, none);
  return none;
}
