import { html, nothing } from "lit";
import { gettext } from "../../core/i18n.js";
import { FEWEST_CELLS, MOST_CELLS } from "./fields.js";
import { SessionPart } from "./part.js";
import { session } from "./session.js";
import "../../components/choice-field.js";
import "../../components/number-field.js";
import "../../components/picture-picker.js";
import "../../components/status-notice.js";
import "./take.js";

/** `<convolution-tools>`: what is convolved, and how large it is shown. */
export class ConvolutionTools extends SessionPart {
  render() {
    const { state, busy, error, gone, answer } = session;
    // What is wrong with a setting stands beside that setting.
    const elsewhere = error?.field && !error.field.startsWith("input") && answer;
    const fault = elsewhere ? null : error;
    const { view, source, size, img } = state.values;
    const numbers = view === "cells" && source === "grid";
    return html`<div class="tools row">
      <choice-field label=${gettext("Magnification")} .value=${view}
        .options=${[
          { value: "cells", label: gettext("Cells") },
          { value: "picture", label: gettext("Picture") },
        ]} @value-change=${this.#on("view")}></choice-field>
      ${
        view === "cells"
          ? html`<choice-field label=${gettext("The cells are")} .value=${source}
        .options=${[
          { value: "grid", label: gettext("your numbers") },
          { value: "crop", label: gettext("cut from the picture") },
        ]} @value-change=${this.#on("source")}></choice-field>`
          : nothing
      }
      <choice-field label=${gettext("Channels")} .value=${session.channels === 3 ? "rgb" : "grey"}
        .options=${[
          { value: "grey", label: gettext("one (grey)") },
          { value: "rgb", label: gettext("three (RGB)") },
        ]} @value-change=${this.#onChannels}></choice-field>
      ${numbers ? this.#dimensions() : nothing}
      ${
        view === "picture"
          ? html`<number-field label=${gettext("Longest side")} unit="px" min="16" max="512" step="16" .value=${size}
        @value-change=${this.#on("size")}></number-field>`
          : nothing
      }
      <status-notice .busy=${busy}></status-notice>
      <convolution-take></convolution-take>
    </div>
    ${fault || gone ? this.#notice(fault) : nothing}
    ${numbers ? nothing : html`<picture-picker .value=${session.imageId(img) ?? ""} @picture-change=${this.#onPicture}></picture-picker>`}`;
  }

  /** @param {unknown} fault */
  #notice(fault) {
    const lost = gettext("The picture of this link is not here any more. Here is the cat instead.");
    return html`<status-notice .error=${fault} .message=${fault ? "" : lost} closable ?retry=${Boolean(fault)}
      @notice-close=${() => session.dismiss()} @notice-retry=${() => session.retry()}></status-notice>`;
  }

  #dimensions() {
    const [plane = []] = session.state.values.grid;
    const height = plane.length;
    const width = plane[0]?.length ?? 0;
    const field = (
      /** @type {string} */ label,
      /** @type {number} */ value,
      /** @type {(value: number) => [number, number]} */ sides,
    ) => html`<number-field label=${label} .value=${value} min=${FEWEST_CELLS} max=${MOST_CELLS}
        @value-change=${(/** @type {CustomEvent<{value: number}>} */ event) => this.#resize(...sides(event.detail.value))}></number-field>`;
    return html`${field(gettext("Height"), height, (value) => [value, width])}
      ${field(gettext("Width"), width, (value) => [height, value])}
      <button type="button" class="plain" @click=${() => this.#fill(() => 0)}>${gettext("Clear")}</button>`;
  }

  /** @param {"view" | "source" | "size"} name */
  #on(name) {
    return (/** @type {CustomEvent<{value: any}>} */ event) =>
      session.state.set({ [name]: event.detail.value }, { push: true });
  }

  /** @param {CustomEvent<{value: "grey" | "rgb"}>} event */
  #onChannels({ detail: { value } }) {
    const { view, source, grid } = session.state.values;
    const [plane = []] = grid;
    const planes = value === "rgb" ? [plane, plane, plane] : [plane];
    session.state.set(
      view === "cells" && source === "grid" ? { grid: planes } : { colour: value },
      { push: true },
    );
  }

  /** Rows and columns are added and taken away at the end. @param {number} height @param {number} width */
  #resize(height, width) {
    this.#fill((plane, y, x) => plane[y]?.[x] ?? 0, height, width);
  }

  /** @param {(plane: number[][], y: number, x: number) => number} value @param {number} [height] @param {number} [width] */
  #fill(value, height, width) {
    const grid = session.state.values.grid.map((plane) =>
      Array.from({ length: height ?? plane.length }, (_, y) =>
        Array.from({ length: width ?? plane[0]?.length ?? 0 }, (_, x) => value(plane, y, x)),
      ),
    );
    session.state.set({ grid }, { push: true });
  }

  /** @param {CustomEvent<import("../../components/picture-picker.js").Picture>} event */
  #onPicture({ detail: { id } }) {
    const sample = session.samples.find((each) => each.id === id);
    session.state.set({ img: sample?.name ?? id }, { push: true });
  }
}

customElements.define("convolution-tools", ConvolutionTools);
