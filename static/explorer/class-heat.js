import * as api from "../core/api.js";
import { Latest } from "../core/latest.js";
import { decode } from "../core/tensor.js";

/** @typedef {import("../core/wire.js").NetworkInfo} NetworkInfo */
/** @typedef {import("../core/wire.js").ExplainRequest} ExplainRequest */

/** Where the picture speaks for a class: Grad-CAM, or the input's gradient where a network has no maps. */
export class ClassHeat {
  /** @type {import("../core/tensor.js").Tensor | null} height × width */ map = null;
  /** @type {"grad_cam" | "input_gradient"} */ method = "grad_cam";
  /** @type {unknown} */ error = null;
  #key = "";
  #questions;

  /** @param {() => void} tell called when something new is known */
  constructor(tell) {
    this.#questions = new Latest(
      (/** @type {{name: string, body: ExplainRequest}} */ { name, body }, signal) =>
        api.explain(name, body, { signal }),
      {
        done: ({ map }) => {
          const heat = decode(map);
          this.map = heat.reshape([1, ...heat.shape]); // a matrix is one map
          this.error = null;
          tell();
        },
        failed: (error) => {
          this.error = error;
          tell();
        },
      },
    );
  }

  /** Ask for the heat map of a class; −1 for none.
   * @param {NetworkInfo} info
   * @param {string} image
   * @param {readonly import("../core/wire.js").Intervention[]} interventions
   * @param {number} index
   */
  want(info, image, interventions, index) {
    const key = JSON.stringify([info.name, image, interventions, index]);
    if (key === this.#key) return;
    const subject = JSON.stringify([info.name, image, index]);
    const same = JSON.stringify(JSON.parse(this.#key || "[]").toSpliced(2, 1)) === subject;
    this.#key = key;
    if (!same) {
      this.map = null;
      this.#questions.cancel();
    }
    if (index < 0 || index >= info.classes.length) return;
    const maps = info.nodes.some(({ kind, shape }) => kind !== "input" && (shape[1] ?? 1) > 1);
    this.method = maps ? "grad_cam" : "input_gradient";
    const body = {
      image,
      interventions: [...interventions],
      method: this.method,
      class_index: index,
    };
    this.#questions.send({ name: info.name, body });
  }
}
