/** What a lab knows of the trained networks: fetched when first needed, kept for good. */

import * as api from "./api.js";

/** @typedef {import("./wire.js").NetworkInfo} NetworkInfo */
/** @typedef {import("./wire.js").NetworkNode} NetworkNode */
/** @typedef {import("./wire.js").NetworkCard} NetworkCard */

/** Milliseconds after which a description that could not be had is asked for once more. */
const PAUSE = 5000;

export class Networks {
  /** All that there are. @type {readonly NetworkCard[]} */ cards = [];
  /** @type {Map<string, NetworkInfo>} those that are here */ #known = new Map();
  /** @type {Map<string, Promise<NetworkInfo | null>>} */ #coming = new Map();
  /** When a description could not be had. @type {Map<string, number>} */ #failed = new Map();
  #listed = false;
  #tell;

  /** @param {() => void} tell called when there is something new */
  constructor(tell) {
    this.#tell = tell;
  }

  /** Have a network's description, and the list of all, sooner or later. @param {string} name */
  want(name) {
    if (!this.#listed)
      api.networks().then(
        (cards) => {
          this.cards = cards;
          this.#tell();
        },
        () => {}, // then there is no choice; the present network still works
      );
    this.#listed = true;
    if (name) this.get(name);
  }

  /** A network's description as soon as it is there; null where it cannot be had. @param {string} name */
  get(name) {
    const coming = this.#coming.get(name);
    if (coming) return coming;
    const failed = this.#failed.get(name);
    if (failed !== undefined && performance.now() - failed < PAUSE) return Promise.resolve(null);
    const begun = this.#fetch(name);
    this.#coming.set(name, begun);
    return begun;
  }

  /** @param {string} name */
  async #fetch(name) {
    const info = await api.network(name).catch(() => null);
    if (info) this.#known.set(name, info);
    else {
      this.#coming.delete(name);
      this.#failed.set(name, performance.now());
    }
    this.#tell();
    return info;
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
