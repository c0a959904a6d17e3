import { html, nothing } from "lit";
import { heard } from "../../../components/heard.js";
import * as format from "../../../core/format.js";
import { gettext } from "../../../core/i18n.js";
import { Tensor } from "../../../core/tensor.js";
import { session } from "../session.js";
import { frame, Section } from "./section.js";
import { again, networkName, question } from "./subject.js";
import "../../../components/choice-field.js";
import "../../../components/number-field.js";

/** @typedef {NonNullable<import("./section.js").Answer["depth"]>} Depth */

/** Samples drawn. */
const SAMPLES = 8;
/** Branches of either network. */
const BRANCHES = 6;

/** `<drop-depth>`: a residual network as a chain of branches, of which some are skipped. */
export class DropDepth extends Section {
  question() {
    const { chain, lastP, skip, seed } = session.state.values;
    return question(
      {
        variant: "element",
        depth: { network: chain, seed, members: SAMPLES, p: lastP, variant: skip || null },
      },
      { alone: true },
    );
  }

  render() {
    const found = this.answer?.depth ?? null;
    return frame({
      id: "depth",
      title: gettext("Stochastic depth and DropPath"),
      words: html`<p>${gettext("A residual network can leave out a branch: what comes along the skip connection simply goes on. Stochastic depth leaves branches out in training, deeper ones more often; DropPath decides for each sample by itself.")}</p>`,
      settings: this.#settings(found),
      figure: this.#chain(found),
      see: html`<p>${
        found
          ? gettext(
              "On average {expected} of {total} branches are gone through; the samples drawn here go through {least} to {most}. What is skipped need not be computed.",
              {
                expected: format.number(found.expected),
                total: found.total,
                least: Math.min(...found.drawn),
                most: Math.max(...found.drawn),
              },
            )
          : nothing
      }</p>
      <p>${gettext("The probability grows in a straight line with depth: the first branches find what all others build on. In evaluation every branch is there.")}</p>`,
      take: this.take("depth", gettext("Take away the branches drawn"), () => this.#arrays()),
    });
  }

  /** @param {Depth | null} found */
  #settings(found) {
    const { chain, lastP, skip } = session.state.values;
    const set = (/** @type {"chain" | "lastP" | "skip"} */ name) =>
      heard((/** @type {any} */ value) => session.state.set({ [name]: value }));
    const trained = found?.branches.at(-1)?.p ?? 0;
    return html`<choice-field small label=${gettext("Which network")} .value=${chain} .options=${[
      { value: "mini_resnet", label: networkName("mini_resnet") },
      { value: "mini_vit", label: networkName("mini_vit") },
    ]} @value-change=${set("chain")}></choice-field>
      <choice-field small label=${gettext("Decided for")} .value=${skip} .options=${[
        { value: "batch", label: gettext("whole batch") },
        { value: "row", label: gettext("each sample") },
        { value: "", label: gettext("as trained") },
      ]} @value-change=${set("skip")}></choice-field>
      <number-field label=${gettext("p of the last")} .value=${lastP ?? trained} .min=${0} .max=${1} .step=${0.01} slider ?disabled=${lastP === null}
        @value-input=${set("lastP")} @value-change=${set("lastP")}></number-field>
      <label class="check"><input type="checkbox" .checked=${lastP === null}
        @change=${(/** @type {Event} */ event) => session.state.set({ lastP: /** @type {HTMLInputElement} */ (event.target).checked ? null : 0.5 })}>
        <span>${gettext("p as trained")}</span></label>
      ${again()}${this.notice()}`;
  }

  /** A row for each sample: branch after branch, from left to right. @param {Depth | null} found */
  #chain(found) {
    const branches = Array.from(
      { length: found?.branches.length ?? BRANCHES },
      (_, i) => found?.branches[i] ?? null,
    );
    return html`<div class="chains" tabindex="0" role="group" aria-label=${gettext("Branches gone through")}><table>
      <thead><tr><th scope="col"><span class="unseen">${gettext("Sample")}</span></th>
        ${branches.map(
          (
            branch,
          ) => html`<th scope="col"><span class="survival" .style=${`--part:${branch?.survival ?? 0}`} aria-hidden="true"></span>
            <b>${branch ? format.percent(branch.survival) : "–"}</b><small>${branch ? short(branch.name) : "–"}</small></th>`,
        )}
        <th scope="col" class="amount"><small>${gettext("of {n}", { n: found?.total ?? BRANCHES })}</small></th></tr></thead>
      <tbody>${Array.from(
        { length: found?.drawn.length ?? SAMPLES },
        (_, sample) => html`<tr><th scope="row">${gettext("sample {n}", { n: sample })}</th>
          ${branches.map((branch) => {
            const kept = branch?.kept[sample];
            const words =
              kept === undefined ? "" : kept ? gettext("gone through") : gettext("skipped");
            return html`<td class="link ${kept === undefined ? "open" : kept ? "kept" : "skipped"}"><svg viewBox="0 0 100 40" preserveAspectRatio="none" aria-hidden="true">
              <path d="M0 31H100" class="skip"></path><path d="M8 31C14 31 12 14 24 14M76 14C88 14 86 31 92 31" class="branch"></path><rect x="24" y="4" width="52" height="20" rx="3" class="box"></rect></svg><span class="unseen">${words}</span></td>`;
          })}
          <td class="amount"><b>${found ? found.drawn[sample] : "–"}</b></td></tr>`,
      )}</tbody></table></div>
      <p class="hint wide-hint">${gettext("Above each branch: how likely it is to be gone through. Hollow: skipped, only the skip connection is left.")}</p>`;
  }

  #arrays() {
    const found = this.answer?.depth;
    /** @type {Record<string, Tensor>} */ const arrays = {};
    if (!found) return arrays;
    const { branches, drawn } = found;
    arrays.survival = new Tensor(
      [branches.length],
      Float32Array.from(branches, ({ survival }) => survival),
    );
    arrays.kept = new Tensor(
      [branches.length, drawn.length],
      Float32Array.from(branches.flatMap(({ kept }) => kept)),
    );
    return arrays;
  }
}

/** A branch's name without the word that all have in common. @param {string} name */
function short(name) {
  return name.replace(/\.drop$/, "");
}

customElements.define("drop-depth", DropDepth);
