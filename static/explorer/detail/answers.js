import * as api from "../../core/api.js";
import { Latest } from "../../core/latest.js";
import { decode, Tensor } from "../../core/tensor.js";

/** @typedef {import("../../core/wire.js").NetworkNode} NetworkNode */
/** @typedef {import("../../core/wire.js").RecordedLayer} RecordedLayer */
/** @typedef {import("../../core/wire.js").UnitAnswer} UnitAnswer */
/** @typedef {import("../../core/wire.js").Intervention} Intervention */
/** @typedef {import("./field.js").Place} Place */

/** @typedef {{name: string, image: string, interventions: Intervention[], seed: number}} Run */
/** @typedef {Run & {node: NetworkNode, channel: number, difference: boolean}} Question */
/** @typedef {{
 *   channel: number, layer: RecordedLayer, map: Tensor, difference: Tensor | null,
 *   operands: {name: string, tensor: Tensor}[], mask: Tensor | null,
 *   inputField: import("./field.js").Field | null,
 * }} ChannelAnswer the channel's values as float32; `operands`: the same channel of the node's inputs;
 *   `inputField`: where the elements of its first input that is a map look */
/** @typedef {{layer: RecordedLayer, maps: Tensor, difference: Tensor | null}} LayerAnswer all channels, quantised */
/** @typedef {{channel: number, now: Tensor, trained: Tensor, bias: number | null}} WeightsAnswer */
/** @typedef {UnitAnswer & {place: Place, channel: number}} UnitKnown */

/** Only these changes touch a layer's weights; others might be refused.
 * @param {readonly Intervention[]} changes
 * @param {string} layer
 */
export function kernelChanges(changes, layer) {
  return changes.filter((change) => change.layer === layer && change.kind.startsWith("kernel"));
}

/** Kinds whose output element is made of the same channel of their inputs. */
const CHANNELWISE = new Set([
  "norm",
  "activation",
  "dropout",
  "add",
  "pool",
  "position",
  "permute",
]);

/** Kinds with numbers of their own for each channel. */
const WEIGHTED = new Set(["conv", "linear", "position"]);

/** @param {NetworkNode} node */
export function isVector({ shape }) {
  return shape.length < 3;
}

/** What the detail view knows about a layer: it asks the server, latest wins, and tells `changed` of
 * each answer. Whoever asks first has its answer first: the chosen channel, before all the others. */
export class Answers {
  /** @type {ChannelAnswer | null} */ channel = null;
  /** @type {LayerAnswer | null} */ layer = null;
  /** @type {WeightsAnswer | null} */ weights = null;
  /** @type {UnitKnown | null} */ unit = null;
  /** @type {Tensor | null} the network's input, normalised */ picture = null;
  /** @type {unknown} why the last question about the channel failed */ error = null;
  #asked = "";
  /** @type {Question | null} */ #question = null;
  /** What the grid of all channels and the weights were last asked for. */
  #told = { layer: "", weights: "" };

  /** @param {() => void} changed */
  constructor(changed) {
    /** @template A, R
     * @param {(value: A, signal: AbortSignal) => Promise<R>} task
     * @param {(result: R | null, error: unknown) => void} take
     * @param {(busy: boolean) => void} [busy] */
    const latest = (task, take, busy = () => {}) => {
      const tell = (/** @type {R | null} */ result, /** @type {unknown} */ error) => {
        take(result, error);
        changed();
      };
      const done = (/** @type {R} */ result) => tell(result, null);
      return new Latest(task, { done, failed: (error) => tell(null, error), busy });
    };
    this.channels = latest(
      askChannel,
      (answer, error) => {
        this.channel = answer ?? this.channel; // what was there stays beside the refusal
        this.error = error;
      },
      (busy) => {
        if (!busy && !this.error) this.#askLayer();
      },
    );
    this.layers = latest(askLayer, (answer) => {
      this.layer = answer ?? this.layer;
      if (!answer) this.#told.layer = "";
    });
    this.weightings = latest(askWeights, (answer) => {
      this.weights = answer;
      if (!answer) this.#told.weights = "";
    });
    this.units = latest(askUnit, (answer) => {
      this.unit = answer;
    });
    this.pictures = latest(askPicture, (answer) => {
      this.picture = answer;
    });
  }

  /** The chosen channel first; all the others when nothing else waits.
   * @param {Question} question
   */
  ask(question) {
    this.#question = question;
    this.#forget(question);
    this.channels.send(question);
    this.askWeights(question);
  }

  /** All channels, unless they are those that are there. */
  #askLayer() {
    const question = this.#question;
    if (!question) return;
    const told = JSON.stringify({ ...question, node: question.node.name, channel: null });
    if (told === this.#told.layer) return;
    this.#told.layer = told;
    this.layers.send(question);
  }

  /** The weights, unless nothing that touches them has changed. @param {Question} question */
  askWeights(question) {
    const { name, node, channel, interventions } = question;
    if (!WEIGHTED.has(node.kind)) return;
    const kernels = kernelChanges(interventions, node.name);
    const told = JSON.stringify([name, node.name, channel, kernels]);
    if (told === this.#told.weights) return;
    this.#told.weights = told;
    this.weightings.send({ ...question, interventions: kernels });
  }

  /** Answers about another layer mean nothing now. @param {Question} question */
  #forget({ name, node }) {
    const asked = `${name} ${node.name}`;
    if (this.#asked === asked) return;
    this.#asked = asked;
    for (const asking of [this.channels, this.layers, this.weightings, this.units]) asking.cancel();
    this.channel = this.layer = this.weights = this.unit = this.error = null;
    this.#told = { layer: "", weights: "" };
  }

  /** @param {Question & {place: Place}} question */
  askUnit(question) {
    this.units.send(question);
  }

  /** @param {{name: string, image: string}} subject */
  askPicture(subject) {
    this.pictures.replace(subject);
  }

  stop() {
    for (const asking of [this.channels, this.layers, this.weightings, this.units, this.pictures])
      asking.cancel();
    this.#asked = "";
  }
}

/** The run that a figure of one layer stands for; also what people take away.
 * @param {Question} question
 * @param {number[] | null} channels null: all
 * @returns {import("../../core/wire.js").RunRequest}
 */
export function runRequest(
  { image, interventions, seed, difference },
  layer = "",
  channels = null,
) {
  const record = [{ layer, channels: channels && { indices: channels } }];
  return { images: [image], interventions, record, difference, seed, top: 0 };
}

/** @param {Question} question @param {AbortSignal} signal @returns {Promise<ChannelAnswer>} */
async function askChannel(question, signal) {
  const { name, node, channel } = question;
  const channels = isVector(node) ? null : [channel];
  const body = runRequest(question, node.name, channels);
  Object.assign(body.record?.[0] ?? {}, {
    normalization: node.kind === "norm",
    dropout: node.kind === "dropout",
  });
  const channelwise = CHANNELWISE.has(node.kind);
  for (const input of node.inputs)
    body.record?.push({
      layer: input,
      activation: channelwise,
      channels: channels && { indices: channelwise ? channels : [0] },
    });
  const { layers } = await api.run(name, body, { tensors: "float32", signal });
  const [layer, ...inputs] = /** @type {[RecordedLayer, ...RecordedLayer[]]} */ (layers);
  const mask = layer.dropout?.mask;
  return {
    channel,
    layer,
    map: tensor(layer.activation),
    difference: layer.difference ? tensor(layer.difference) : null,
    operands: inputs
      .filter(({ activation }) => activation)
      .map((input) => ({ name: input.layer, tensor: tensor(input.activation) })),
    inputField: inputs.find(({ receptive_field }) => receptive_field)?.receptive_field ?? null,
    mask: mask ? spread(decode(mask), layer) : null,
  };
}

/** @param {Question} question @param {AbortSignal} signal @returns {Promise<LayerAnswer>} */
async function askLayer(question, signal) {
  const { layers } = await api.run(question.name, runRequest(question, question.node.name), {
    signal,
  });
  const layer = /** @type {RecordedLayer} */ (layers[0]);
  const difference = layer.difference ? tensor(layer.difference) : null;
  return { layer, maps: tensor(layer.activation), difference };
}

/** @param {Question} question @param {AbortSignal} signal @returns {Promise<WeightsAnswer>} */
async function askWeights({ name, node, channel, interventions }, signal) {
  const body = { layer: node.name, channels: [channel], interventions };
  const { weight, original, bias } = await api.weights(name, body, { signal });
  const [now, trained] = [weight, original].map((wire) => {
    const { shape, values } = decode(wire);
    return new Tensor(shape.slice(1), values);
  });
  return /** @type {WeightsAnswer} */ ({ channel, now, trained, bias: bias?.[0] ?? null });
}

/** @param {Question & {place: Place}} question @param {AbortSignal} signal @returns {Promise<UnitKnown>} */
async function askUnit({ name, image, interventions, seed, node, channel, place }, signal) {
  const index = isVector(node) ? place.x : channel;
  const at = isVector(node) ? {} : place;
  const body = { image, interventions, seed, layer: node.name, channel: index, ...at };
  return { ...(await api.unit(name, body, signal)), place, channel: index };
}

/** @param {{name: string, image: string}} subject @param {AbortSignal} signal */
async function askPicture({ name, image }, signal) {
  const body = { images: [image], record: [{ layer: "input" }], top: 0 };
  const { layers } = await api.run(name, body, { tensors: "float32", signal });
  return tensor(layers[0]?.activation ?? null);
}

/** The only image's part of a recorded activation. @param {import("../../core/wire.js").WireTensor | null} wire */
function tensor(wire) {
  if (!wire) throw new TypeError("the server recorded nothing");
  const all = decode(wire);
  const shape = all.shape.length > 3 ? all.shape.slice(1) : all.shape;
  return all.reshape(shape);
}

/** A mask as large as what it is multiplied with.
 * @param {Tensor} mask [B, C or 1, H or 1, W or 1] or [B, F or 1]
 * @param {RecordedLayer} layer
 */
function spread(mask, { shape, channels }) {
  const full = shape.length > 2 ? [channels.length, ...shape.slice(2)] : [1, channels.length];
  const size = full.reduce((product, length) => product * length, 1);
  if (mask.values.length === size) return mask.reshape(full);
  return new Tensor(full, new Float32Array(size).fill(mask.values[0] ?? 0));
}
