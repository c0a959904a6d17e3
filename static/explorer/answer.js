import { html, nothing } from "lit";
import { PageElement } from "../components/element.js";
import * as format from "../core/format.js";
import { gettext, pick } from "../core/i18n.js";
import { NARROW } from "./layout.js";
import { session } from "./session.js";
import "../components/prediction-bars.js";
import "../components/status-notice.js";
import "./change-list.js";

/**
 * `<network-answer>`: what the network says, before and after; a class to see the heat map of; what is changed.
 * Drawn from the session.
 */
export class NetworkAnswer extends PageElement {
  #update = () => this.requestUpdate();

  connectedCallback() {
    super.connectedCallback();
    session.addEventListener("update", this.#update);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    session.removeEventListener("update", this.#update);
  }

  render() {
    const { view, state } = session;
    const { class: chosen, changes, layer } = state.values;
    const now = view?.now ?? view?.base;
    const before = view?.now ? view.base.predictions : null;
    const first = now?.predictions[0];
    return html`
      <section class="prediction">
        <h2>${view?.now ? gettext("What it says now") : gettext("What it says")}</h2>
        <p class="unseen" role="status">${first ? html`<b>${pick(first.name)}</b> ${format.percent(first.probability)}` : nothing}</p>
        <prediction-bars pickable .predictions=${now?.predictions.slice(0, 5) ?? []} .baseline=${before} .rows=${layer || innerWidth < NARROW ? 3 : 5}
          .picked=${chosen < 0 ? null : chosen} @class-select=${this.#onClass}></prediction-bars>
        ${chosen < 0 ? html`<p class="small soft advice">${gettext("Choose a class to see where in the picture it is seen.")}</p>` : this.#heat()}
      </section>
      <change-list .changes=${changes} .refusal=${session.refused}></change-list>`;
  }

  #heat() {
    import("../components/number-field.js");
    const { heat, state, view } = session;
    const name = view?.info.classes[state.values.class];
    const words =
      heat.method === "grad_cam"
        ? gettext("Where “{name}” is seen (Grad-CAM)", { name: name ? pick(name) : "" })
        : gettext("Pixels that sway “{name}” most (gradient)", { name: name ? pick(name) : "" });
    return html`<div class="heat-field">
      <p>${words}</p>
      <number-field slider label=${gettext("Opacity")} min="0" max="100" step="5" unit="%" .value=${Math.round(state.values.heat * 100)}
        @value-input=${this.#onOpacity} @value-change=${this.#onOpacity}></number-field>
      <status-notice .error=${heat.error}></status-notice>
      <button type="button" class="plain" @click=${() => state.set({ class: -1 })}>${gettext("Without heat map")}</button>
    </div>`;
  }

  /** @param {CustomEvent<{index: number | null}>} event */
  #onClass({ detail }) {
    session.state.set({ class: detail.index ?? -1 });
  }

  /** @param {CustomEvent<{value: number}>} event */
  #onOpacity({ detail }) {
    session.state.set({ heat: detail.value / 100 });
  }
}

customElements.define("network-answer", NetworkAnswer);
