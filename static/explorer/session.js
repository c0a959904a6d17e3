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
import { changed, mapsWanted, plain } from "./requests.js";
import { Results, zeros } from "./results.js";

/** @typedef {import("../core/wire.js").NetworkInfo} NetworkInfo */
/** @typedef {import("../core/wire.js").Intervention} Intervention */
/** @typedef {import("./columns.js").Column} Column */
/** @typedef {import("./results.js").Layer} Layer */
/** @typedef {{info: NetworkInfo, image: string, base: Results, now: Results | null,
 *   applied: readonly Intervention[], differs: boolean}} Subject
 * one picture in one network; `now`: with the changes `applied`, null without any; `differs`: it holds
 * the differences, too */
/** @typedef {{subject: Subject, columns: Column[], key: string | null, changes: readonly Intervention[],
 *   difference: boolean}} Job
 * `key` null: the unchanged network */

/** @type {{now: null, applied: [], differs: false}} */
const UNCHANGED = { now: null, applied: [], differs: false };
const NO_SLOT = { width: 0, rows: 1, fold: 0 };
const IMAGE_ID = /^[0-9a-f]{64}$/;

/** Dispatches `update` whenever there is something new to draw. */
export class Session extends EventTarget {
  state = new State(fields);
  /** What is drawn: the last subject that has results. @type {Subject | null} */ view = null;
  /** @type {readonly import("../core/wire.js").Sample[] | null} */ samples = null;
  /** @type {readonly import("../core/wire.js").NetworkCard[]} */ cards = [];
  /** Changes that the server refused, and why. @type {{key: string, error: api.ApiError} | null} */
  refusal = null;
  /** What else went wrong. @type {unknown} */ error = null;
  /** Something to tell once: "gone" where a link's picture is not there any more. @type {"" | "gone"} */
  notice = "";
  busy = false;
  heat = new ClassHeat(() => this.#tell());

  /** @type {Subject | null} where `view` is heading */ #subject = null;
  /** @type {Map<string, Promise<NetworkInfo>>} */ #infos = new Map();
  /** @type {Promise<readonly import("../core/wire.js").Sample[]> | undefined} */ #sampling;
  /** @type {{info: NetworkInfo, zoom: string, columns: Column[]} | null} */ #columns = null;
  /** @type {ReadonlySet<string> | null} column names, as the strip reports them */ #sight = null;
  #room = firstRoom();
  #turn = 0;
  #stuck = false;

  #runs = new Latest((/** @type {null} */ _, signal) => this.#ask(signal), {
    done: (done) => done && this.#take(done.job, done.answer),
    failed: (error) => this.#fail(error),
    busy: (busy) => {
      this.busy = busy;
      this.#tell();
    },
  });
  /** @type {Job | null} */ #job = null;

  start() {
    this.state.addEventListener("change", (event) => {
      this.#onState(/** @type {CustomEvent<Set<string>>} */ (event).detail);
    });
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
    this.notice = "";
    this.error = null;
    this.#tell();
  }

  /** The columns of what is drawn (or of another network). @param {NetworkInfo} [info] */
  columns(info = this.view?.info) {
    if (!info) return [];
    const { zoom } = this.state.values;
    if (this.#columns?.info !== info || this.#columns.zoom !== zoom)
      this.#columns = { info, zoom, columns: columnsOf(info, zoom) };
    return this.#columns.columns;
  }

  /** The columns' widths and rows. */
  slots() {
    return layout(this.columns(), this.#room);
  }

  /** How far the columns stand apart. */
  gap() {
    return gap(this.slots(), this.#room);
  }

  /** How much room the strip has for maps. @param {import("./layout.js").Room} room */
  setRoom(room) {
    if (JSON.stringify(room) === JSON.stringify(this.#room)) return;
    this.#room = room;
    this.#tell();
    this.#runs.send(null);
  }

  /** Which columns are in sight. @param {ReadonlySet<string>} names */
  setSight(names) {
    this.#sight = names;
    this.#runs.send(null);
  }

  /** The changes in force in what is drawn. */
  get applied() {
    return this.view?.now ? this.view.applied : [];
  }

  /** What a column shows.
   * @param {Column} column
   * @returns {{layer: Layer, before: Layer, follows: boolean} | null} `follows`: the changes can be felt here
   */
  shown(column) {
    const { view } = this;
    const before = view?.base.layers.get(column.name);
    if (!view || !before) return null;
    const follows = view.now !== null && this.#affected(view.info, view.applied).has(column.name);
    const layer = follows ? view.now?.layers.get(column.name) : before;
    return layer ? { layer, before, follows } : null;
  }

  /** What a column paints: the maps, or how they differ from before; null where a difference is asked for
   * and the sizes differ.
   * @param {{layer: Layer, follows: boolean}} shown
   */
  tensor({ layer, follows }) {
    if (!this.differs) return layer.tensor;
    return follows ? layer.difference : zeros(layer.tensor);
  }

  /** Whether differences are shown. */
  get differs() {
    return this.view?.now ? this.view.differs : false;
  }

  /** The least and the greatest value of all layers known. @returns {[number, number] | null} */
  networkRange() {
    let [lo, hi] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const column of this.columns()) {
      const shown = this.shown(column);
      if (!shown) continue;
      const range = this.differs ? this.tensor(shown)?.range() : shown.layer.range;
      lo = Math.min(lo, range?.[0] ?? lo);
      hi = Math.max(hi, range?.[1] ?? hi);
    }
    return lo <= hi ? [lo, hi] : null;
  }

  /** @param {readonly import("../core/wire.js").NetworkCard[]} cards all networks there are */
  setCards(cards) {
    this.cards = cards;
    this.#tell();
  }

  /** Another network: what was changed and chosen in the old one has no meaning there. @param {string} net */
  chooseNetwork(net) {
    const none = { changes: [], layer: "", ch: 0, pin: null, class: -1, diff: false };
    this.state.set({ ...none, net }, { push: true });
  }

  /** @param {string} id of a picture: samples are written by name */
  choosePicture(id) {
    const sample = this.samples?.find((each) => each.id === id);
    this.notice = "";
    this.state.set({ img: sample?.name ?? id, pin: null }, { push: true });
  }

  /** What the last list of changes is known by. */
  get #key() {
    const { changes, diff, seed } = this.state.values;
    return JSON.stringify([changes, diff, seed]);
  }

  /** @param {ReadonlySet<string>} names */
  #onState(names) {
    this.#stuck = false;
    this.error = null;
    if (names.has("net") || names.has("img")) this.#resolve();
    if (!this.state.values.changes.length) {
      this.refusal = null;
      if (this.view) Object.assign(this.view, UNCHANGED);
    }
    this.#runs.send(null);
    this.#wantHeat();
    this.#tell();
  }

  async #resolve() {
    const { net, img } = this.state.values;
    const turn = ++this.#turn;
    try {
      const [info, image] = await Promise.all([this.#info(net), this.#image(img)]);
      if (turn !== this.#turn) return;
      const { view } = this;
      const same = view?.info === info && view.image === image;
      this.#subject = same ? view : { info, image, base: new Results(), ...UNCHANGED };
      this.#runs.replace(null);
    } catch (error) {
      if (turn === this.#turn) this.#fail(error);
    }
  }

  /** @param {string} name */
  #info(name) {
    let info = this.#infos.get(name);
    if (!info) {
      info = api.network(name);
      this.#infos.set(name, info);
      info.catch(() => this.#infos.delete(name));
    }
    return info;
  }

  /** @param {string} img a sample's name or an id */
  async #image(img) {
    this.#sampling ??= api.samples().then((samples) => {
      this.samples = samples;
      return samples;
    });
    if (IMAGE_ID.test(img)) return img;
    const samples = await this.#sampling;
    const found = samples.find(({ name }) => name === img);
    if (found) return found.id;
    throw new api.ApiError({ code: "no-such-image" });
  }

  /** What to ask next, if anything. @returns {Job | null} */
  #next() {
    const subject = this.#subject;
    if (!subject || this.#stuck) return null;
    const columns = this.columns(subject.info);
    const slots = layout(columns, this.#room);
    const sight = this.#sight;
    const seen =
      sight && subject.info === this.view?.info
        ? columns.filter(({ name }) => sight.has(name))
        : inSight(columns, this.#room);
    const input = inputColumn(subject.info);
    if (input) seen.push(input);
    const fresh = seen.filter((column) => {
      const slot = slots[columns.indexOf(column)];
      const known = subject.base.layers.get(column.name);
      return !known || (slot && known.channels.length < mapsWanted(column, slot));
    });
    if (fresh.length || !subject.base.predictions.length)
      return { subject, columns: fresh, key: null, changes: [], difference: false };
    const { changes, diff } = this.state.values;
    const key = this.#key;
    if (!changes.length || this.refusal?.key === key) return null;
    const touched = this.#affected(subject.info, changes);
    const stale = seen.filter(
      ({ name }) => touched.has(name) && subject.now?.layers.get(name)?.key !== key,
    );
    if (!stale.length && subject.now?.key === key) return null;
    return { subject, columns: stale, key, changes, difference: diff };
  }

  /** @param {AbortSignal} signal */
  async #ask(signal) {
    const job = this.#next();
    this.#job = job;
    if (!job) return null;
    const { info, image, base } = job.subject;
    const columns = this.columns(info);
    const slots = layout(columns, this.#room);
    const own = job.columns.map((column) => slots[columns.indexOf(column)] ?? NO_SLOT);
    const { seed, class: chosen } = this.state.values;
    const classes = base.predictions.slice(0, 5).map(({ index }) => index);
    if (chosen >= 0 && chosen < info.classes.length) classes.push(chosen);
    const body =
      job.key === null
        ? plain(image, job.columns, own)
        : changed(image, job.columns, base.layers, {
            changes: job.changes,
            difference: job.difference,
            seed,
            classes: [...new Set(classes)],
          });
    return { job, answer: await api.run(info.name, body, { signal }) };
  }

  /** @param {Job} job @param {import("../core/wire.js").RunAnswer} answer */
  #take({ subject, columns, key, changes, difference }, answer) {
    if (key === null) subject.base = subject.base.with(answer, columns, "");
    else {
      subject.now = (subject.now ?? new Results()).with(answer, columns, key);
      Object.assign(subject, { applied: changes, differs: difference });
      this.refusal = null;
    }
    this.error = null;
    this.#settle(subject);
  }

  /** Draw a subject as soon as it is complete, and ask for what is missing. @param {Subject} subject */
  #settle(subject) {
    const { changes, layer } = this.state.values;
    if (!changes.length) Object.assign(subject, UNCHANGED);
    const complete = !changes.length || subject.now || this.refusal?.key === this.#key;
    if (subject === this.#subject && complete && this.view !== subject) {
      if (this.view?.info !== subject.info) this.#sight = null;
      this.view = subject;
      if (layer && !subject.info.nodes.some(({ name }) => name === layer))
        this.state.set({ layer: "" });
    }
    this.#wantHeat();
    this.#tell();
    if (this.#next()) this.#runs.send(null);
  }

  /** @param {unknown} error */
  #fail(error) {
    const job = this.#job;
    const code = error instanceof api.ApiError ? error.code : "";
    if (code === "no-such-image" && this.state.values.img !== DEFAULT_PICTURE) {
      this.notice = "gone";
      this.state.set({ img: DEFAULT_PICTURE });
    } else if (code === "no-such-network" && this.state.values.net !== DEFAULT_NETWORK) {
      this.chooseNetwork(DEFAULT_NETWORK);
      this.error = error;
    } else if (error instanceof api.ApiError && error.status === 422 && job?.key) {
      this.refusal = { key: job.key, error };
      this.#settle(job.subject);
    } else {
      this.error = error;
      this.#stuck = true;
    }
    this.#tell();
  }

  #wantHeat() {
    const { view } = this;
    if (view) this.heat.want(view.info, view.image, this.applied, this.state.values.class);
  }

  /** @type {{info: NetworkInfo, changes: readonly Intervention[], names: Set<string>} | null} */
  #reach = null;

  /** @param {NetworkInfo} info @param {readonly Intervention[]} changes */
  #affected(info, changes) {
    if (this.#reach?.info !== info || this.#reach.changes !== changes)
      this.#reach = { info, changes, names: affected(info, changes) };
    return this.#reach.names;
  }

  #tell() {
    this.dispatchEvent(new Event("update"));
  }
}

export const session = new Session();
session.start();
