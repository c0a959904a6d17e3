/**
 * What the stage is about: a picture, a network, one unit of it; what the server measured of both. Knows nothing of how
 * it is drawn.
 */

import * as api from "../../core/api.js";
import { Experiment } from "../../core/experiment.js";
import { memberOf } from "../../core/members.js";
import { Networks } from "../../core/networks.js";
import { State } from "../../core/state.js";
import { decode } from "../../core/tensor.js";
import { fields } from "./fields.js";

/** @typedef {import("../../core/tensor.js").Tensor} Tensor */
/** @typedef {import("../../core/wire.js").PrinciplesRequest} Request */
/** @typedef {import("../../core/wire.js").PrinciplesAnswer} Wire */
/** @typedef {NonNullable<NonNullable<Wire["wiring"]>["conv"]>} WireRow */
/** @typedef {Omit<WireRow, "row"> & {row: Tensor}} Row what one unit is wired to */
/** @typedef {{request: Request, picture: Tensor, conv: Row, dense: Row | null}} Wiring */
/** @typedef {NonNullable<Wire["growth"]>["layers"][number]} WireDepth */
/** @typedef {Omit<WireDepth, "heat"> & {heat: Tensor}} Depth a layer's field, as built and as measured */
/** @typedef {{request: Request, layers: Depth[]}} Growth */
/** @typedef {{y: number, x: number}} Spot shares of the way down and across the picture */

/** The dense layer beside the convolutions: of the network that was trained on the same pictures. */
export const DENSE = { network: "mlp", layer: "hidden1.linear", units: 512 };
/** The sample picture that a network for photographs begins with. */
export const PHOTOGRAPH = "chelsea";
/** Values of a picture up to which they come as they are. */
const FEW = 4096;
/** Layers that the server shows at once. */
const MOST_LAYERS = 12;
/** Milliseconds for which a unit must stand still until its field is followed through all layers. */
const REST = 60;
/** Pictures' sides from which the walk through all layers waits until the unit stands still. */
const LARGE = 64;

/** Dispatches `update` whenever there is something new to draw. */
export class Session extends EventTarget {
  state = new State(fields);
  networks = new Networks(() => this.#changed());
  wiring = new Experiment((/** @type {Request} */ body, signal) => this.#wiring(body, signal));
  growth = new Experiment(growing);
  /** Whether the picture of a link is not here any more. */
  gone = false;
  /** Where the pointer stands; null where it does not. @type {Spot | null} */ touch = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #resting;
  /** The layers that the server shows of a network by itself. @type {Map<string, string[]>} */
  #usual = new Map();
  /** The picture as the network takes it, by what it was asked with. @type {{key: string, picture: Tensor} | null} */
  #picture = null;

  constructor() {
    super();
    for (const experiment of [this.wiring, this.growth])
      experiment.addEventListener("update", () => this.#heard());
  }

  start() {
    this.state.addEventListener("change", () => this.#changed());
    this.#changed();
  }

  /** Where the unit stands: at the pointer, or where it was left. @returns {Spot} */
  get spot() {
    const { y, x } = this.state.values;
    return this.touch ?? { y, x };
  }

  /** The layer's output; null while not known. */
  get shape() {
    const { net, layer } = this.state.values;
    return this.networks.shape(net, layer);
  }

  get busy() {
    return this.wiring.busy || this.growth.busy;
  }

  /** Why the server refused the present state; null where it did not. */
  get error() {
    return this.wiring.error ?? this.growth.error;
  }

  /** What every question begins with; null where the picture is not known. */
  base() {
    const { picture, net } = this.state.values;
    const source = memberOf(picture);
    return source && /** @type {Request} */ ({ source, network: net, record: [] });
  }

  /** The question of what the unit is wired to. @returns {Request | null} */
  wiringQuestion() {
    const base = this.base();
    const { shape } = this;
    const { net, layer, channel, dense } = this.state.values;
    const { cards } = this.networks;
    // A link may name a network that is not there: the server says so.
    if (base && cards.length && !cards.some(({ name }) => name === net))
      return { ...base, wiring: { layer, channel } };
    if (!base || !shape) return null;
    const [channels = 1, height = 1, width = 1] = shape;
    const { y, x } = this.spot;
    return {
      ...base,
      wiring: {
        layer,
        channel: Math.min(channel, channels - 1),
        y: placeOf(y, height),
        x: placeOf(x, width),
        dense: this.hasTwin ? { unit: dense } : null,
      },
    };
  }

  /** The question of how the field grows from layer to layer. @returns {Request | null} */
  growthQuestion() {
    const base = this.base();
    const info = this.networks.info(this.state.values.net);
    if (!base || !info) return null;
    const { channel, y, x } = this.state.values;
    const [, side] = info.input.shape;
    const spot = side > LARGE ? { y, x } : this.spot;
    return { ...base, growth: { channel, ...spot, layers: this.#layers(info) } };
  }

  /** The layers whose fields are shown: the server's choice, or that with the stage's layer among them.
   * @param {import("../../core/wire.js").NetworkInfo} info
   */
  #layers({ name, nodes }) {
    const usual = this.#usual.get(name);
    const { layer } = this.state.values;
    const fits = nodes.some((node) => node.name === layer && node.receptive_field);
    if (!usual || !fits || usual.includes(layer) || usual.length >= MOST_LAYERS) return null;
    return nodes.map((node) => node.name).filter((each) => each === layer || usual.includes(each));
  }

  /** Whether there is a dense network that was trained on the same pictures. */
  get hasTwin() {
    return this.networks.info(this.state.values.net)?.dataset === "fashion_mnist";
  }

  /** Point somewhere, or nowhere. @param {Spot | null} spot */
  point(spot) {
    this.touch = spot;
    this.#changed();
  }

  /** Let the unit stand somewhere. @param {Spot} spot */
  put({ y, x }) {
    const whole = (/** @type {number} */ share) => Math.round(1e4 * share) / 1e4;
    this.state.set({ y: whole(y), x: whole(x) });
  }

  /** Try again after an error. */
  retry() {
    this.#changed();
  }

  /** Close the notices. */
  dismiss() {
    this.gone = false;
    this.#tell();
  }

  #changed() {
    const { net, layer } = this.state.values;
    this.networks.want(net);
    if (!this.base()) return this.#lose();
    const nodes = this.networks.info(net)?.nodes ?? [];
    const first = nodes.find(({ kind }) => kind === "conv")?.name;
    if (first && !nodes.some(({ name }) => name === layer)) return this.state.set({ layer: first });
    this.wiring.ask(this.wiringQuestion());
    // While the unit is on its way, its own row is what must keep up.
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.growth.ask(this.growthQuestion()), REST);
    this.#tell();
  }

  /** The picture is not here (any more): go on with another one. */
  #lose() {
    this.gone = true;
    const photographs = this.networks.info(this.state.values.net)?.dataset === "imagenet";
    this.state.set({ picture: photographs ? PHOTOGRAPH : fields.picture.value });
  }

  #heard() {
    const grown = this.growth.answer;
    if (grown && !grown.request.growth?.layers) {
      const layers = grown.layers.map(({ layer }) => layer);
      this.#usual.set(grown.request.network ?? "", layers);
      this.growth.ask(this.growthQuestion());
    }
    if (this.error?.code === "no-such-image") return this.#lose();
    this.#tell();
  }

  /** @param {Request} body @param {AbortSignal} signal @returns {Promise<Wiring>} */
  async #wiring(body, signal) {
    const key = JSON.stringify([body.source, body.network]);
    const known = this.#picture?.key === key ? this.#picture.picture : null;
    const record = known ? [] : /** @type {const} */ (["picture"]);
    const values = this.networks.info(body.network ?? "")?.input.shape.reduce((a, b) => a * b, 1);
    const answer = await api.principles(
      { ...body, record: [...record] },
      { tensors: (values ?? 0) > FEW ? "uint8" : "float32", signal },
    );
    const picture = known ?? decode(/** @type {any} */ (answer.picture));
    this.#picture = { key, picture };
    const { conv, dense } = /** @type {NonNullable<Wire["wiring"]>} */ (answer.wiring);
    return { request: body, picture, conv: rowOf(conv), dense: dense && rowOf(dense) };
  }

  #tell() {
    this.dispatchEvent(new Event("update"));
  }
}

/** @param {Request} body @param {AbortSignal} signal @returns {Promise<Growth>} */
async function growing(body, signal) {
  const answer = await api.principles(body, { tensors: "uint8", signal });
  const layers = answer.growth?.layers ?? [];
  return { request: body, layers: layers.map((each) => ({ ...each, heat: decode(each.heat) })) };
}

/** @param {WireRow} wire @returns {Row} */
function rowOf(wire) {
  return { ...wire, row: decode(wire.row) };
}

/** The element that a share of the way leads to. @param {number} share @param {number} length */
export function placeOf(share, length) {
  return Math.min(length - 1, Math.floor(share * length));
}

export { fields };
export const session = new Session();
