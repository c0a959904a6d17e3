/**
 * What the lab is about: its state, what the server makes of it, and what is pointed at. Knows nothing of
 * how it is drawn.
 */

import * as api from "../../core/api.js";
import { decode } from "../../core/tensor.js";
import { TensorSession } from "../../core/tensor-session.js";
import { fields } from "./fields.js";

/** @typedef {import("../../core/tensor.js").Tensor} Tensor */
/** @typedef {import("../../core/wire.js").NormalizationRequest} Request */
/** @typedef {import("../../core/wire.js").NormalizationAnswer} Wire */
/** @typedef {import("../../core/wire.js").NormalizationElement} Element */
/** @typedef {import("./fields.js").Stage} Stage */
/** @typedef {Omit<Wire, Part | "sets"> & Record<Part, Tensor | null> & {sets: Sets | null, request: Request}} Answer
 *   a result with its arrays decoded; `request`: what was asked, without what to record */
/** @typedef {"pictures" | Stage} Part */
/** @typedef {{mean: Tensor, variance: Tensor, unbiased: Tensor | null}} Sets */

/** Channels at once: of maps, and of tokens and vectors, whose values need less room. */
const [SHOWN, SHOWN_FLAT] = globalThis.matchMedia?.("(max-width: 40rem)").matches
  ? [4, 8]
  : [8, 16];
/** Of a tensor written by hand, which has no more. */
const BY_HAND = 8;
/** Numbers that a figure may have. */
const MOST_SHOWN = 400_000;

/** @extends {TensorSession<typeof fields, Request, Wire, Answer>} */
export class Session extends TensorSession {
  constructor() {
    super(fields, api.normalization, ["normalized", "output", "sets"]);
  }

  get network() {
    const { source, net } = this.state.values;
    return source === "grid" ? "" : source === "tokens" ? "mini_vit" : net;
  }

  /** Where the numbers come from; null where a picture is not known. */
  #from() {
    const { source, net, layer, tokens, keep, padding, grid } = this.state.values;
    if (source === "grid") return { kind: "grid", values: grid };
    const batch = this.members;
    if (!batch) return null;
    if (source === "network") return { kind: "network", network: net, layer, batch };
    return { kind: "tokens", network: "mini_vit", layer: tokens, batch, keep, padding };
  }

  /** @returns {Request | null} */
  base() {
    const source = this.#from();
    const { method, groups, eps, gamma, beta, mode, tracked, momentum, running } =
      this.state.values;
    return (
      source &&
      /** @type {Request} */ ({
        source,
        method,
        groups: method === "group" ? groups : 1,
        eps,
        gamma,
        beta,
        mode,
        track_running_stats: tracked,
        momentum,
        ...(running && { running }),
        ...(running === "fed" && { training: this.training() }),
        record: [],
      })
    );
  }

  /** The batches that running statistics are fed with. */
  training() {
    const { size, steps, step, feed, start } = this.state.values;
    const { c } = this.pinned ?? { c: 0 };
    return { size, steps, step: Math.min(step, steps), seed: feed, begin: start, channel: c };
  }

  get layer() {
    const { source, layer, tokens } = this.state.values;
    return source === "tokens" ? tokens : layer;
  }

  get shown() {
    const { source, batch } = this.state.values;
    if (source === "grid") return BY_HAND;
    if (source === "tokens") return SHOWN_FLAT;
    const shape = this.networks.shape(this.network, this.layer);
    if (!shape) return SHOWN;
    const [, height = 1, width = 1] = shape;
    if (height * width === 1) return SHOWN_FLAT;
    return Math.max(1, Math.min(SHOWN, Math.floor(MOST_SHOWN / (batch.length * height * width))));
  }

  /** @param {Wire} wire @param {Record<Part, Tensor | null>} parts @param {Request} request @returns {Answer} */
  read(wire, parts, request) {
    return { ...wire, ...parts, sets: wire.sets && setsOf(wire.sets), request };
  }
}

/** @param {NonNullable<Wire["sets"]>} sets @returns {Sets} */
function setsOf({ mean, variance, unbiased }) {
  return {
    mean: decode(mean),
    variance: decode(variance),
    unbiased: unbiased ? decode(unbiased) : null,
  };
}

export const session = new Session();
