/** What the lab knows of the trained networks: fetched when first needed, kept for good. */

import * as api from "../../core/api.js";

/** @typedef {import("../../core/wire.js").NetworkInfo} NetworkInfo */
/** @typedef {import("../../core/wire.js").NetworkNode} NetworkNode */
/** @typedef {import("../../core/wire.js").NetworkCard} NetworkCard */

export class Networks {
  /** All that there are. @type {readonly NetworkCard[]} */ cards = [];
  /** @type {Map<string, NetworkInfo | null>} null while on its way */ #known = new Map();
  #tell;

  /** @param {() => void} tell called when there is something new */
  constructor(tell) {
    this.#tell = tell;
  }

  /** Have a network's description, and the list of all, sooner or later. @param {string} name */
  want(name) {
    if (!this.#known.size)
      api.networks().then(
        (cards) => {
          this.cards = cards;
          this.#tell();
        },
        () => {}, // then there is no choice; the present network still works
      );
    if (!name || this.#known.has(name)) return;
    this.#known.set(name, null);
    api.network(name).then(
      (info) => {
        this.#known.set(name, info);
        this.#tell();
      },
      () => this.#known.delete(name),
    );
  }

  /** @param {string} name */
  info(name) {
    return this.#known.get(name) ?? null;
  }

  /** A layer's output for one sample; null while not known. @param {string} name @param {string} layer */
  shape(name, layer) {
    return this.info(name)?.nodes.find((node) => node.name === layer)?.shape ?? null;
  }

  /** How many channels a layer gives; 0 while not known. @param {string} name @param {string} layer */
  channels(name, layer) {
    return this.shape(name, layer)?.[0] ?? 0;
  }

  /** The layers that numbers can be taken from, those that a normalisation follows apart from the others.
   * @param {string} name
   * @returns {{followed: NetworkNode[], others: NetworkNode[]}}
   */
  layers(name) {
    const nodes = this.info(name)?.nodes ?? [];
    const before = new Set(
      nodes.filter(({ kind }) => kind === "norm").flatMap(({ inputs }) => inputs),
    );
    return {
      followed: nodes.filter((node) => before.has(node.name)),
      others: nodes.filter((node) => !before.has(node.name) && node.kind !== "input"),
    };
  }
}
