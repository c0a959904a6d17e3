import { LabSection } from "../../../components/lab-section.js";
import * as api from "../../../core/api.js";
import { session } from "../session.js";

export { frame } from "../../../components/lab-section.js";

/** @typedef {import("../../../core/wire.js").NormalizationRequest} Request */
/** @typedef {import("../../../core/wire.js").NormalizationAnswer} Answer */

/** A section of the normalisation lab. @extends {LabSection<Request, Answer>} */
export class Section extends LabSection {
  constructor() {
    super({
      session,
      name: "normalization",
      ask: (body, signal) => api.normalization(body, { tensors: "float32", signal }),
    });
  }
}
