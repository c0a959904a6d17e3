/**
 * What the lab is about: its state, what both networks make of it, and what is held and pointed at. Knows nothing of how
 * it is drawn.
 */

import * as api from "../../core/api.js";
import { ApiError } from "../../core/api.js";
import { Latest } from "../../core/latest.js";
import { imageId } from "../../core/members.js";
import { Networks } from "../../core/networks.js";
import { State } from "../../core/state.js";
import { decode } from "../../core/tensor.js";
import { fields } from "./fields.js";
import { placed, placeOf, sceneOf } from "./scene.js";

/** @typedef {import("../../core/tensor.js").Tensor} Tensor */
/** @typedef {import("../../core/wire.js").MlpVsCnnRequest} Request */
/** @typedef {import("../../core/wire.js").MlpVsCnnAnswer} Wire */
/** @typedef {import("./fields.js").Corner} Corner */
/** @typedef {Omit<Wire["networks"][number], "hidden"> & {hidden: Tensor | null}} Network */
/** @typedef {Omit<Wire, "canvas" | "responses" | "networks"> & {canvas: Tensor | null, responses: Tensor | null,
 *   networks: Network[], request: Request}} Answer with its arrays decoded; `request`: what was asked */
/** @typedef {NonNullable<Wire["positions"]>} WirePositions */
/** @typedef {Omit<WirePositions, "maps"> & {maps: (Omit<WirePositions["maps"][number], "map"> & {map: Tensor})[],
 *   classes: Wire["classes"]}} Positions */

/** Fields that a drag changes. */
const PLACE = new Set(["at", "dy", "dx"]);
/** Milliseconds without a move after which it is settled where things are. */
const SETTLED = 250;

/** Dispatches "update" whenever there is something new to draw, but for what may change with every frame: "move" where
 * something is elsewhere, "answer" where that has been answered, "pixel" where another pixel is pointed at; and "busy" when
 * waiting begins and ends.
 */
export class Session extends EventTarget {
  state = new State(fields);
  networks = new Networks(() => this.tell());
  /** @type {Answer | null} */ answer = null;
  /** Why the server refused the present state; null where it did not. @type {ApiError | null} */ error =
    null;
  /** P(class) at all places. @type {Positions | null} */ positions = null;
  /** Whether the maps belong to another scene than the canvas shows. */
  outdated = false;
  busy = false;
  /** Whether the picture of a link is not here any more. */
  gone = false;
  /** Which of the faces is held. */
  held = 0;
  /** The pixel that is pointed at. @type {{y: number, x: number} | null} */ pixel = null;
  #question = "";
  #asked = "";
  /** The CNN whose description is here or on its way. */ #known = "";
  #frame = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #moving;
  #runs = new Latest(
    (/** @type {Request} */ body, signal) => api.mlpVsCnn(body, { tensors: "uint8", signal }),
    {
      done: (wire, request) => this.#take(wire, request),
      failed: (error) => this.#fail(error),
      busy: (busy) => {
        this.busy = busy;
        this.tell("busy");
      },
    },
  );
  #maps = new Latest(
    (/** @type {Request} */ body, signal) => api.mlpVsCnn(body, { tensors: "float32", signal }),
    {
      done: (wire, request) => this.#takeMaps(wire, request),
      failed: () => {
        this.#asked = "";
      },
    },
  );

  start() {
    this.state.addEventListener("change", (event) => {
      const { detail } = /** @type {CustomEvent<Set<string>>} */ (event);
      if ([...detail].every((name) => PLACE.has(name))) this.#move();
      else {
        this.#frame ||= requestAnimationFrame(this.#ask);
        this.tell();
      }
    });
    this.#ask();
  }

  /** Where what is held is; null where nothing is. */
  get place() {
    return placeOf(this.state.values, this.held);
  }

  /** Put what is held elsewhere. @param {Corner} place */
  move(place) {
    const { values } = this.state;
    this.state.set(/** @type {Partial<typeof values>} */ (placed(values, this.held, place)));
  }

  /** Hold another face. @param {number} index */
  hold(index) {
    if (index === this.held || index < 0) return;
    this.held = index;
    this.#frame ||= requestAnimationFrame(this.#ask);
    this.tell("move");
  }

  /** Point at a pixel of the canvas, or at none. @param {{y: number, x: number} | null} pixel */
  point(pixel) {
    if (pixel?.y === this.pixel?.y && pixel?.x === this.pixel?.x) return;
    this.pixel = pixel;
    this.tell("pixel");
  }

  /** The scene as the server wants it; null where its picture is not known. @returns {Request["scene"] | null} */
  get scene() {
    const { values } = this.state;
    const image = values.what === "picture" ? imageId(values.image) : null;
    if (values.what === "picture" && !image) return null;
    return /** @type {Request["scene"]} */ (sceneOf(values, this.held, image));
  }

  /** The question for the canvas. @returns {Request | null} */
  params() {
    const { scene } = this;
    const { layer } = this.state.values;
    return scene && { scene, layer: layer || null, record: ["canvas", "responses", "hidden"] };
  }

  /** Try again after an error. */
  retry() {
    this.dismiss();
    this.#ask();
  }

  /** Close the notices. */
  dismiss() {
    this.gone = false;
    this.error = null;
    this.tell();
  }

  /** Moved: at most one question a frame, and nothing is drawn anew that does not follow the place. */
  #move() {
    clearTimeout(this.#moving);
    this.#moving = setTimeout(() => {
      this.#moving = undefined;
      this.tell();
    }, SETTLED);
    this.#frame ||= requestAnimationFrame(this.#ask);
    this.tell("move");
  }

  #ask = () => {
    this.#frame = 0;
    const body = this.params();
    if (!body) return this.#lose();
    const question = JSON.stringify(body);
    if (question === this.#question) return;
    this.#question = question;
    this.#runs.send(body);
    this.#askMaps();
  };

  /** All places of what is held: the same wherever it is. */
  #askMaps() {
    const { scene } = this;
    if (!scene) return;
    const target = this.state.values.target ?? this.#guess(scene);
    const asked = JSON.stringify([elsewhere(scene), target]);
    if (asked === this.#asked || target === undefined) return;
    this.#asked = asked;
    this.outdated = true;
    this.tell("move");
    if (scene.kind === "faces" && !scene.faces?.length) {
      this.#maps.cancel();
      this.positions = null;
      return;
    }
    const step = scene.kind === "faces" ? 1 : 2;
    this.#maps.send({ scene, target, record: [], positions: { step } });
  }

  /** Whose probability is looked at where nothing is chosen: the right class, which the server knows (null); of a picture
   * that nobody has named, what the CNN takes it for (undefined: not known yet).
   * @param {Request["scene"]} scene
   */
  #guess(scene) {
    if (scene.kind !== "picture") return null;
    const { answer } = this;
    const known = answer && JSON.stringify(answer.request.scene) === JSON.stringify(scene);
    return known ? answer.networks.find(({ kind }) => kind === "cnn")?.predicted : undefined;
  }

  /** @param {Wire} wire @param {Request} request */
  #take(wire, request) {
    const { canvas, responses, networks } = wire;
    this.answer = {
      ...wire,
      canvas: canvas && decode(canvas),
      responses: responses && decode(responses),
      networks: networks.map((network) => ({
        ...network,
        hidden: network.hidden && decode(network.hidden),
      })),
      request,
    };
    this.error = null;
    const { name = "" } = networks.find(({ kind }) => kind === "cnn") ?? {};
    if (name !== this.#known) this.networks.want(name);
    this.#known = name;
    if (request.scene.kind === "picture") this.#askMaps();
    this.tell(this.#moving === undefined ? "update" : "answer");
  }

  /** @param {Wire} wire @param {Request} request */
  #takeMaps({ positions, classes }, request) {
    this.outdated =
      JSON.stringify([elsewhere(request.scene), request.target ?? null]) !== this.#asked;
    this.positions = positions && {
      ...positions,
      maps: positions.maps.map((each) => {
        const map = decode(each.map);
        return { ...each, map: map.reshape([1, ...map.shape]) };
      }),
      classes,
    };
    this.tell();
  }

  /** The picture is not here (any more): go on with the smiley. */
  #lose() {
    this.gone = true;
    this.state.set({ what: "smile", image: "" });
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#question = "";
    if (error instanceof ApiError && error.code === "no-such-image") return this.#lose();
    this.error = error instanceof ApiError ? error : new ApiError({ detail: String(error) });
    this.tell();
  }

  /** @param {"update" | "move" | "answer" | "pixel" | "busy"} [type] */
  tell(type = "update") {
    this.dispatchEvent(new Event(type));
  }
}

/** A scene without the place of what is held. @param {Request["scene"]} scene */
function elsewhere(scene) {
  if (scene.kind !== "faces") return { ...scene, dy: 0, dx: 0 };
  const [first, ...others] = scene.faces ?? [];
  return { ...scene, faces: [{ ...first, y: 0, x: 0 }, ...others] };
}

export const session = new Session();
