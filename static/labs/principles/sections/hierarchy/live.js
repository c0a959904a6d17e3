import { html, nothing } from "lit";
import { PageElement } from "../../../../components/element.js";
import * as api from "../../../../core/api.js";
import * as format from "../../../../core/format.js";
import { gettext } from "../../../../core/i18n.js";
import { pixels } from "../../../../core/picture.js";
import { Tensor } from "../../../../core/tensor.js";
import { session } from "../../session.js";
import { Dream } from "./dream.js";
import { paintColours } from "./patches.js";
import { requestFor, settings } from "./settings.js";
import "../../../../components/line-chart.js";
import "../../../../components/status-notice.js";
import "../../../../components/take-away.js";

/** @typedef {import("../../../../core/wire.js").MaximiseRequest} Request */

/** `<live-dream>`: the image that excites a channel, as it was made beforehand and as it forms now.
 *
 * Properties: `network`, `layer`, `channel`; `made` {{activation, image: url} | null} the image made beforehand;
 * `making` how it was made; `strongest` {number | null} the highest value in real pictures; `others` {Tensor[]} their
 * patches, to be taken away with the image; `small` {boolean} its images have few pixels.
 * A run ends when the element leaves the page or is given another channel.
 */
export class LiveDream extends PageElement {
  static properties = {
    network: {},
    layer: {},
    channel: { type: Number },
    made: { attribute: false },
    making: { attribute: false },
    strongest: { attribute: false },
    others: { attribute: false },
    small: { type: Boolean },
  };

  #dream = new Dream(api.maximise);

  constructor() {
    super();
    this.network = "";
    this.layer = "";
    this.channel = 0;
    /** @type {import("./feature.js").Stage["channels"][number] | null} */ this.made = null;
    /** @type {import("../../../../core/wire.js").Features["settings"] | null} */ this.making =
      null;
    /** @type {number | null} */ this.strongest = null;
    /** @type {readonly Tensor[]} */ this.others = [];
    this.small = false;
  }

  /** Draw anew. */
  redraw = () => this.requestUpdate();
  #leave = () => this.#dream.stop();

  connectedCallback() {
    super.connectedCallback();
    this.#dream.addEventListener("update", this.redraw);
    session.addEventListener("update", this.redraw);
    addEventListener("pagehide", this.#leave);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#dream.removeEventListener("update", this.redraw);
    session.removeEventListener("update", this.redraw);
    removeEventListener("pagehide", this.#leave);
    this.#dream.clear();
  }

  get #request() {
    return requestFor(this.layer, this.channel);
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("channel") || changed.has("layer") || changed.has("network"))
      this.#dream.clear();
  }

  render() {
    const { running, subject } = this.#dream;
    const other = running && JSON.stringify(subject?.body) !== JSON.stringify(this.#request);
    return html`${this.#before()}${this.#now()}${settings(other)}${this.#curve()}`;
  }

  #before() {
    const { made, channel } = this;
    const small = this.small ? "fine" : "";
    return html`<figure class="made"><figcaption>${gettext("Made beforehand")}</figcaption>
      <div class="square">${
        made
          ? html`<img src=${made.image} class=${small} alt=${gettext("Image that excites channel {channel} of {layer}", { channel, layer: this.layer })}>`
          : html`<p class="soft">${gettext("No image of this channel was made beforehand: start one.")}</p>`
      }</div>
      <p class="soft line">${made ? this.#madeWords(made) : nothing}</p></figure>`;
  }

  /** How an image was made beforehand. @param {NonNullable<LiveDream["made"]>} made */
  #madeWords({ peak }) {
    const { making } = this;
    if (!making) return "";
    return html`${largest(peak)}<br>${gettext("after {n} steps", { n: making.steps })}`;
  }

  #now() {
    const { image, peaks, error, running } = this.#dream;
    const last = peaks.at(-1);
    const label = gettext("Image that forms now for channel {channel} of {layer}", {
      channel: this.channel,
      layer: this.layer,
    });
    return html`<figure class="forming"><figcaption>${gettext("Forming now")}</figcaption>
      <div class="square"><canvas class=${this.small ? "fine" : ""} role="img" aria-label=${label} ?hidden=${!image}></canvas>
        ${image ? nothing : html`<p class="soft">${running ? gettext("Starting from noise…") : gettext("Starts from noise and climbs, step by step.")}</p>`}</div>
      <p class="soft line">${last === undefined ? nothing : largest(last)}</p>
      <div class="row"><button type="button" class="start" @click=${this.#toggle}>${running ? gettext("Stop") : gettext("Start")}</button>
        <span class="soft">${this.#counted()}</span></div>
      <p class="unseen" role="status">${running ? nothing : this.#counted()}</p>
      <status-notice .error=${error}></status-notice></figure>`;
  }

  /** How far it has come. */
  #counted() {
    const { subject, steps, seconds, stopped } = this.#dream;
    if (!subject) return "";
    const [n, all] = [steps.at(-1) ?? 0, subject.body.steps ?? 0];
    if (seconds !== null)
      return gettext("{n} steps in {seconds} s", { n, seconds: format.number(seconds) });
    return stopped
      ? gettext("Stopped at step {n} of {all}", { n, all })
      : gettext("step {n} of {all}", { n, all });
  }

  #curve() {
    const { steps, activations, peaks, subject } = this.#dream;
    const { made, making, strongest } = this;
    const aim = subject?.body.aim ?? session.state.values.aim;
    const all = subject?.body.steps ?? session.state.values.dreamSteps;
    // The axis reaches to the last step from the start, so that the curves grow and nothing else moves.
    const ahead = steps.at(-1) === all ? [] : steps.length ? [all] : [0, all];
    const line = (/** @type {readonly number[]} */ values) => [...values, ...ahead.map(() => null)];
    // A level has the colour of the line that measures the same.
    const levels = [
      ...(made && making?.aim === aim
        ? [{ label: gettext("made beforehand"), tone: "after", at: made.activation }]
        : []),
      ...(strongest === null
        ? []
        : [{ label: gettext("largest value in a real picture"), tone: "field", at: strongest }]),
    ];
    const grows =
      aim === "map"
        ? gettext("what is to grow: root mean square of the map")
        : gettext("what is to grow: the map’s middle value");
    const label = gettext("How much it excites channel {channel}", { channel: this.channel });
    return html`<div class="climb"><line-chart .label=${label} axis=${gettext("steps")}
        .x=${[...steps, ...ahead]} .cursor=${ahead.length ? (steps.at(-1) ?? null) : null} .height=${200} .within=${[0, 0]} .levels=${levels}
        .series=${[
          { label: grows, tone: "after", values: line(activations) },
          { label: gettext("largest value of the map"), tone: "field", values: line(peaks) },
        ]}></line-chart>
      ${this.#take()}</div>`;
  }

  #take() {
    const { image } = this.#dream;
    const { made } = this;
    const call = () => ({
      method: "POST",
      url: `/api/networks/${this.network}/maximise`,
      body: this.#dream.subject?.body ?? this.#request,
      stream: true,
    });
    return html`<take-away name="convscope-${this.layer}-${this.channel}" label=${gettext("Take away the image of this channel")}
      .link=${() => session.state.href()} .call=${call} .picture=${image || made ? this.#png : null}
      .arrays=${image || made ? this.#arrays : null}></take-away>`;
  }

  /** The image that forms, or else the one made beforehand. */
  #png = async () => {
    const tensor = await this.#image();
    const canvas = document.createElement("canvas");
    paintColours(canvas, tensor);
    return new Promise((/** @type {(blob: Blob | null) => void} */ done) => canvas.toBlob(done));
  };

  #arrays = async () => {
    const image = await this.#image();
    const { steps, activations, peaks } = this.#dream;
    const line = (/** @type {readonly number[]} */ values) => ({
      shape: [values.length],
      values: Float32Array.from(values),
    });
    return {
      image,
      ...(steps.length && {
        steps: line(steps),
        activations: line(activations),
        peaks: line(peaks),
      }),
      ...Object.fromEntries(this.others.map((patch, i) => [`patch_${i}`, patch])),
    };
  };

  /** From 0 to 1. */
  async #image() {
    const { image } = this.#dream;
    if (image) return image;
    if (!this.made) throw new Error(gettext("There is no answer yet."));
    const { shape, bytes } = await pixels(this.made.image);
    return new Tensor(shape, /** @type {Uint8Array} */ (bytes), [0, 0, 0], [1, 1, 1]);
  }

  #toggle() {
    if (this.#dream.running) this.#dream.stop();
    else this.#dream.start(this.network, this.#request);
  }

  updated() {
    const { image } = this.#dream;
    const canvas = this.querySelector(".forming canvas");
    if (image && canvas instanceof HTMLCanvasElement) paintColours(canvas, image);
  }
}

/** What an image reaches somewhere in the map. @param {number} value */
function largest(value) {
  return gettext("largest value {value}", { value: format.number(value) });
}

customElements.define("live-dream", LiveDream);
