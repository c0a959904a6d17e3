import { LabSection } from "../../../components/lab-section.js";
import * as api from "../../../core/api.js";
import { session } from "../session.js";

export { frame } from "../../../components/lab-section.js";

/** @typedef {import("../../../core/wire.js").PrinciplesRequest} Request */
/** @typedef {import("../../../core/wire.js").PrinciplesAnswer} Answer */

/** Ask the lab for exact numbers. @param {Request} body @param {AbortSignal} signal @returns {Promise<Answer>} */
export function ask(body, signal) {
  return api.principles(body, { tensors: "float32", signal });
}

/** A section of the lab of the three principles. @extends {LabSection<Request, Answer>} */
export class Section extends LabSection {
  constructor() {
    super({ session, name: "principles", ask });
  }
}
