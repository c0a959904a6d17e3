import { html, nothing } from "lit";
import { Experiment } from "../../core/experiment.js";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { SessionPart } from "./part.js";
import { ask } from "./sections/section.js";
import { session } from "./session.js";

/** `<dense-count>`: where no dense network was trained on such pictures: what a single dense unit would need. */
export class DenseCount extends SessionPart {
  #counts = new Experiment(ask);

  connectedCallback() {
    super.connectedCallback();
    this.#counts.addEventListener("update", this.redraw);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#counts.removeEventListener("update", this.redraw);
  }

  willUpdate() {
    const base = session.base();
    const [channels, height, width] =
      session.networks.info(session.state.values.net)?.input.shape ?? [];
    if (!base || !channels || !height || !width) return;
    const conv = { kernel_size: 3, stride: 1, padding: 1, filters: 1 };
    const counts = { height, width, in_channels: channels, ...conv, units: 1 };
    this.#counts.ask({ ...base, counts });
  }

  render() {
    const dense = this.#counts.answer?.counts?.layers.find(({ kind }) => kind === "dense_units");
    const info = session.networks.info(session.state.values.net);
    return html`<figure class="wiring no-twin"><figcaption><h2>${gettext("A unit of a dense layer")}</h2>
        <p class="wired">${
          dense
            ? html`<data id="dense-weights" value=${dense.multiply_adds}>${gettext("{n} weights for one unit", { n: format.whole(dense.multiply_adds) })}</data>`
            : nothing
        }</p></figcaption>
      <p>${
        dense && info
          ? gettext(
              "No dense network was trained on pictures of this size, and here is why: a single dense unit needs a weight for each of the {shape} inputs. The whole network beside it has {all}, as many as {n} such units.",
              {
                shape: format.shape(info.input.shape),
                all: format.whole(info.parameters),
                n: format.fixed(info.parameters / dense.multiply_adds, 0),
              },
            )
          : nothing
      }</p></figure>`;
  }
}

customElements.define("dense-count", DenseCount);
