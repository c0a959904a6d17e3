/**
 * What the lab is about: its state, what the server makes of it, and what is pointed at. Knows nothing of
 * how it is drawn.
 */

import * as api from "../../core/api.js";
import { TensorSession } from "../../core/tensor-session.js";
import { fields } from "./fields.js";

/** @typedef {import("../../core/tensor.js").Tensor} Tensor */
/** @typedef {import("../../core/wire.js").DropoutRequest} Request */
/** @typedef {import("../../core/wire.js").DropoutAnswer} Wire */
/** @typedef {import("../../core/wire.js").DropoutElement} Element */
/** @typedef {"pictures" | "input" | "mask" | "output" | "weight"} Part */
/** @typedef {Omit<Wire, Part> & Record<Part, Tensor | null> & {request: Request}} Answer
 *   a result with its arrays decoded; `request`: what was asked, without what to record */

/** Channels at once: of maps, and of vectors, whose values need less room. The figure shows them three times. */
const [SHOWN, SHOWN_FLAT] = globalThis.matchMedia?.("(max-width: 40rem)").matches
  ? [2, 8]
  : [4, 16];
/** Rows of a map that is worth more room, where there are few samples. */
const LARGE = 56;
/** Of a tensor written by hand, which has no more. */
const BY_HAND = 8;

/** @extends {TensorSession<typeof fields, Request, Wire, Answer>} */
export class Session extends TensorSession {
  constructor() {
    super(fields, api.dropout, ["mask", "output", "weight"]);
  }

  get network() {
    const { source, net } = this.state.values;
    return source === "grid" ? "" : net;
  }

  get layer() {
    return this.state.values.layer;
  }

  get shown() {
    if (this.state.values.source === "grid") return BY_HAND;
    const shape = this.networks.shape(this.network, this.layer);
    if (!shape) return SHOWN;
    const [, height = 1, width = 1] = shape;
    if (height * width === 1) return SHOWN_FLAT;
    const few = height >= LARGE && this.state.values.batch.length <= 2;
    return few ? SHOWN / 2 : SHOWN;
  }

  /** In evaluation the output is compared with the input, bit by bit. */
  get exact() {
    return this.state.values.mode === "eval";
  }

  /** Where the numbers come from; null where a picture is not known. */
  #from() {
    const { source, net, layer, grid } = this.state.values;
    if (source === "grid") return { kind: "grid", values: grid };
    const batch = this.members;
    return batch && { kind: "network", network: net, layer, batch };
  }

  /** @returns {Request | null} */
  base() {
    const source = this.#from();
    const { variant, p, seed, mode, scaling, block } = this.state.values;
    return (
      source &&
      /** @type {Request} */ ({
        source,
        variant,
        p,
        seed,
        mode,
        scaling,
        ...(variant === "block" && { block_size: block }),
        record: [],
      })
    );
  }
}

export const session = new Session();
