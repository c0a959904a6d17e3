/**
 * What the page is about: its state, and what the server says to it. Knows nothing of how it is drawn, and
 * is loaded before what draws it, so that the first questions are on their way while the elements load.
 */

import * as api from "../core/api.js";
import { Latest } from "../core/latest.js";
import { State } from "../core/state.js";
import { ClassHeat } from "./class-heat.js";
import { affected, columnsOf, inputColumn } from "./columns.js";
import { DEFAULT_NETWORK, DEFAULT_PICTURE, fields } from "./fields.js";
import { firstRoom, gap, inSight, layout } from "./layout.js";
import { keyOf, nextJob } from "./requests.js";
import { Subject } from "./subject.js";

/** @typedef {import("../core/wire.js").NetworkInfo} NetworkInfo */
/** @typedef {import("../core/wire.js").NetworkCard} NetworkCard */
/** @typedef {import("../core/wire.js").Sample} Sample */
/** @typedef {import("./columns.js").Column} Column */
/** @typedef {import("./requests.js").Job} Job */

const IMAGE_ID = /^[0-9a-f]{64}$/;

/** Dispatches `update` whenever there is something new to draw. */
export class Session extends EventTarget {
  state = new State(fields);
  /** What is drawn: the last subject that has results, or the first one before it has any. @type {Subject | null} */ view =
    null;
  /** @type {readonly Sample[]} */ samples = api.samples();
  /** All networks, once known. @type {readonly NetworkCard[]} */ cards = [];
  /** What else went wrong. @type {unknown} */ error = null;
  /** What of a link is not there any more. @type {"" | "picture" | "network"} */ gone = "";
  busy = false;
  /** What there is for the strip's maps. */ room = firstRoom();
  heat = new ClassHeat(() => this.#tell());

  /** Changes that the server refused, and why. @type {{key: string, error: api.ApiError} | null} */
  #refusal = null;
  /** Where `view` is heading. @type {Subject | null} */ #subject = null;
  /** @type {Map<string, NetworkInfo>} */ #infos = new Map();
  /** @type {{info: NetworkInfo, zoom: string, columns: Column[]} | null} */ #columns = null;
  /** Names of columns, as the strip reports them. @type {ReadonlySet<string> | null} */ #sight =
    null;
  #turn = 0;
  #stuck = false;
  /** The question in flight. @type {Job | null} */ #job = null;

  #runs = new Latest((/** @type {null} */ _, signal) => this.#ask(signal), {
    done: (answer) => this.#take(answer),
    failed: (error) => this.#fail(error),
    busy: (busy) => {
      this.busy = busy;
      this.#tell();
    },
  });

  start() {
    this.state.addEventListener("change", (event) => {
      this.#onState(/** @type {CustomEvent<Set<string>>} */ (event).detail);
    });
    const info = api.broughtNetwork(DEFAULT_NETWORK);
    if (info) this.#infos.set(info.name, info);
    this.#resolve();
  }

  /** Try again after an error. */
  retry() {
    this.#stuck = false;
    this.error = null;
    this.#resolve();
  }

  /** Close the notices. */
  dismiss() {
    this.gone = "";
    this.error = null;
    this.#tell();
  }

  /** Why the server refused the present changes; null where it did not. */
  get refused() {
    const refusal = this.#refusal;
    return refusal?.key === keyOf(this.state.values) ? refusal.error : null;
  }

  /** The columns of what is drawn, or of another network. @param {NetworkInfo} [info] */
  columns(info = this.view?.info) {
    if (!info) return [];
    const { zoom } = this.state.values;
    if (this.#columns?.info !== info || this.#columns.zoom !== zoom)
      this.#columns = { info, zoom, columns: columnsOf(info, zoom) };
    return this.#columns.columns;
  }

  /** How the columns are laid out: each one's width and rows, and how far they stand apart. */
  layout() {
    const slots = layout(this.columns(), this.room);
    return { slots, gap: gap(slots, this.room) };
  }

  /** How much room the strip has for maps. @param {import("./layout.js").Room} room */
  setRoom(room) {
    if (JSON.stringify(room) === JSON.stringify(this.room)) return;
    this.room = room;
    this.#tell();
    this.#runs.send(null);
  }

  /** Which columns are in sight. @param {ReadonlySet<string>} names */
  setSight(names) {
    this.#sight = names;
    this.#runs.send(null);
  }

  /** Fetch the list of networks. */
  async list() {
    this.cards = await api.networks().catch(() => []); // the one in use is known anyway
    this.#tell();
  }

  /** Another network: what was changed and chosen in the old one has no meaning there. @param {string} net */
  chooseNetwork(net) {
    this.gone = "";
    const none = { changes: [], layer: "", ch: 0, pin: null, class: -1, diff: false };
    this.state.set({ ...none, net }, { push: true });
  }

  /** @param {string} id of a picture: samples are written by name */
  choosePicture(id) {
    const sample = this.samples.find((each) => each.id === id);
    this.gone = "";
    this.state.set({ img: sample?.name ?? id, pin: null }, { push: true });
  }

  /** @param {ReadonlySet<string>} names */
  #onState(names) {
    this.#stuck = false;
    this.error = null;
    if (names.has("net") || names.has("img")) this.#resolve();
    if (!this.state.values.changes.length) this.view?.restore();
    this.#runs.send(null);
    this.#wantHeat();
    this.#tell();
  }

  /** Find the network and the picture that the state names, and head for them. */
  async #resolve() {
    const { net, img } = this.state.values;
    const turn = ++this.#turn;
    // Without a pause where nothing must be waited for: the question goes out before anything is drawn.
    let info = this.#infos.get(net);
    const image = this.#known(img);
    try {
      if (!image) throw new api.ApiError({ code: "no-such-image" });
      info ??= await this.#info(net);
    } catch (error) {
      if (turn === this.#turn) this.#fail(error);
      return;
    }
    if (turn !== this.#turn) return;
    const { view } = this;
    const same = view?.info === info && view.image === image;
    this.#subject = same ? view : new Subject(info, image);
    this.#runs.replace(null);
  }

  /** @param {string} name */
  async #info(name) {
    const info = await api.network(name);
    this.#infos.set(name, info);
    return info;
  }

  /** The id of a picture, where it can be told. @param {string} img a sample's name or an id */
  #known(img) {
    return IMAGE_ID.test(img) ? img : this.samples.find(({ name }) => name === img)?.id;
  }

  /** @returns {Job | null} */
  #next() {
    const subject = this.#subject;
    if (!subject || this.#stuck) return null;
    const columns = this.columns(subject.info);
    const slots = layout(columns, this.room);
    const sight = subject.info === this.view?.info ? this.#sight : null;
    const near = sight ? null : new Set(inSight(columns, this.room));
    const seen = columns.flatMap((column, i) => {
      const slot = slots[i];
      return slot && (near?.has(column) ?? sight?.has(column.name)) ? [{ column, slot }] : [];
    });
    const input = inputColumn(subject.info);
    if (input)
      seen.push({ column: input, slot: { width: 0, rows: input.channels, fold: 0, across: 1 } });
    const { values } = this.state;
    return nextJob(subject, seen, values, {
      touched: affected(subject.info, values.changes),
      refused: this.#refusal?.key ?? null,
    });
  }

  /** @param {AbortSignal} signal */
  async #ask(signal) {
    const job = this.#next();
    this.#job = job;
    return job && api.run(job.subject.info.name, job.body, { signal });
  }

  /** @param {import("../core/wire.js").RunAnswer | null} answer */
  #take(answer) {
    const job = this.#job;
    if (!job || !answer) return;
    job.subject.take(job, answer);
    if (job.key !== null) this.#refusal = null;
    this.error = null;
    this.#settle(job.subject);
  }

  /** Draw a subject as soon as it is complete, and ask for what is missing. @param {Subject} subject */
  #settle(subject) {
    const { values } = this.state;
    if (!values.changes.length) subject.restore();
    const complete =
      subject.base.predictions.length && (!values.changes.length || subject.now || this.refused);
    if (subject === this.#subject && complete && this.view !== subject) {
      if (this.view?.info !== subject.info) this.#sight = null;
      this.view = subject;
    }
    const known = subject.info.nodes.some(({ name }) => name === values.layer);
    if (values.layer && !known && this.view === subject) this.state.set({ layer: "" });
    this.#wantHeat();
    this.#tell();
    if (this.#next()) this.#runs.send(null);
  }

  /** @param {unknown} error */
  #fail(error) {
    const job = this.#job;
    const { code, status } = error instanceof api.ApiError ? error : { code: "", status: 0 };
    const { net, img } = this.state.values;
    if (code === "no-such-image" && img !== DEFAULT_PICTURE) {
      this.state.set({ img: DEFAULT_PICTURE });
      this.gone = "picture";
    } else if (code === "no-such-network" && net !== DEFAULT_NETWORK) {
      this.chooseNetwork(DEFAULT_NETWORK);
      this.gone = "network";
    } else if (error instanceof api.ApiError && status === 422 && job?.key) {
      this.#refusal = { key: job.key, error };
      this.#settle(job.subject);
    } else {
      this.error = error;
      this.#stuck = true;
    }
    this.#tell();
  }

  #wantHeat() {
    const { view } = this;
    if (view) this.heat.want(view.info, view.image, view.applied, this.state.values.class);
  }

  #tell() {
    this.dispatchEvent(new Event("update"));
  }
}

export const session = new Session();
session.start();
