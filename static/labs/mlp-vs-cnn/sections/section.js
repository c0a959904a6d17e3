import { LabSection } from "../../../components/lab-section.js";
import * as api from "../../../core/api.js";
import { session } from "../session.js";

export { frame } from "../../../components/lab-section.js";

/** @typedef {import("../../../core/wire.js").MlpVsCnnRequest} Request */
/** @typedef {import("../../../core/wire.js").MlpVsCnnAnswer} Answer */

/** Ask the lab for exact numbers. @param {Request} body @param {AbortSignal} signal @returns {Promise<Answer>} */
function ask(body, signal) {
  return api.mlpVsCnn(body, { tensors: "float32", signal });
}

/** A section of the lab. @extends {LabSection<Request, Answer>} */
export class Section extends LabSection {
  constructor() {
    super({ session, name: "mlp-vs-cnn", ask });
  }
}
