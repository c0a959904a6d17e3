import { html, nothing } from "lit";
import { heard } from "../../components/heard.js";
import { gettext } from "../../core/i18n.js";
import { inputSize, kernelSize, problem } from "./about.js";
import { MOST_KERNELS } from "./fields.js";
import { filled } from "./kernel-list.js";
import { FAR, fits, furthest } from "./limits.js";
import { padding, paddingMode } from "./padding-controls.js";
import { SessionPart } from "./part.js";
import { pooling } from "./pooling-controls.js";
import { session } from "./session.js";
import "../../components/choice-field.js";
import "../../components/pair-field.js";

/** @typedef {import("./fields.js").Pair} Pair */
/** @typedef {typeof session.state.values} Values */

/** `<convolution-controls>`: how the kernels slide, and what follows. Sliders end where no output would be left;
 * a number typed beyond that goes to the server, and what it says stands under the control. */
export class ConvolutionControls extends SessionPart {
  render() {
    const { values } = session.state;
    const { mode, linked } = values;
    const back = mode === "transposed";
    return html`<section class="sliding" aria-label=${gettext("How they slide")}>
        <header><h2>${gettext("How they slide")}</h2>
          <button type="button" class="plain link" aria-pressed=${linked} @click=${link}>${
            linked ? gettext("Set height and width apart") : gettext("Height and width together")
          }</button></header>
        ${stride(values)}
        ${padding(values)}
        ${back ? nothing : paddingMode(values)}
        ${dilation(values)}
        ${back ? outputPadding(values) : nothing}
        ${groups(values)}
        ${turning(values)}
        <choice-field small label=${gettext("Kind")} .value=${mode} .options=${[
          { value: "convolution", label: gettext("convolution") },
          { value: "transposed", label: gettext("transposed") },
        ]} @value-change=${heard(setMode)}></choice-field>
        ${said("mode")}
        ${back ? html`<p class="hint">${gettext("Each input writes the whole kernel, times its value, into the output; where these overlap they add up.")}</p>` : nothing}
      </section>
      <section class="after" aria-label=${gettext("What follows")}>
        <header><h2>${gettext("What follows")}</h2></header>
        <choice-field small label=${gettext("Activation")} .value=${values.relu ? "relu" : "none"} .options=${[
          { value: "none", label: gettext("none") },
          { value: "relu", label: "ReLU" },
        ]} @value-change=${heard((/** @type {string} */ value) => session.state.set({ relu: value === "relu" }, { push: true }))}></choice-field>
        ${pooling(values)}
      </section>`;
  }
}

/** What the server says against a setting, for controls that cannot say it themselves. @param {...string} names */
export function said(...names) {
  const words = problem(...names);
  return words ? html`<p class="problem" role="alert">${words}</p>` : nothing;
}

/** Both bounds of a pair of numbers: as far as there is an output, and never short of what is.
 * @param {Values} values
 * @param {"stride" | "dilation" | "output_padding"} name
 * @param {number} least
 * @param {number} most
 * @returns {Pair}
 */
function bounds(values, name, least, most) {
  const [size, kernel] = [inputSize(), kernelSize()];
  const along = (/** @type {0 | 1} */ axis) => {
    const test = (/** @type {number} */ n) =>
      fits({ ...values, [name]: values[name].with(axis, n) }, size, kernel);
    return furthest(least, Math.max(least, most), test);
  };
  return [along(0), along(1)];
}

/** @param {Values} values */
function stride(values) {
  const act = heard((/** @type {Pair} */ pair) => session.state.set({ stride: pair }));
  const [height, width] = inputSize();
  const max = bounds(values, "stride", 1, Math.min(FAR.stride, Math.max(height, width)));
  return html`<pair-field slider free data-control="stride" .labels=${[gettext("Stride"), gettext("Stride down"), gettext("Stride across")]}
    .value=${values.stride} .max=${max} ?linked=${values.linked} problem=${problem("stride")}
    hint=${values.padding === "same_pytorch" && values.mode === "convolution" ? gettext("PyTorch’s “same” takes stride 1 only.") : ""}
    @value-input=${act} @value-change=${act}></pair-field>`;
}

/** @param {Values} values */
function dilation(values) {
  const act = heard((/** @type {Pair} */ pair) => session.state.set({ dilation: pair }));
  const max = bounds(values, "dilation", 1, FAR.dilation);
  return html`<pair-field slider free data-control="dilation" .labels=${[gettext("Dilation"), gettext("Dilation down"), gettext("Dilation across")]}
    .value=${values.dilation} .max=${max} ?linked=${values.linked} problem=${problem("dilation")}
    @value-input=${act} @value-change=${act}></pair-field>`;
}

/** @param {Values} values */
function outputPadding(values) {
  const act = heard((/** @type {Pair} */ pair) => session.state.set({ output_padding: pair }));
  const max = bounds(values, "output_padding", 0, FAR.padding);
  return html`<pair-field slider free data-control="output_padding"
    .labels=${[gettext("Output padding"), gettext("Output padding below"), gettext("Output padding right")]}
    .value=${values.output_padding} .min=${[0, 0]} .max=${max} ?linked=${values.linked} problem=${problem("output_padding")}
    hint=${gettext("Less than the stride or the dilation: it settles which of several sizes is meant.")}
    @value-input=${act} @value-change=${act}></pair-field>`;
}

/** @param {Values} values */
function groups({ groups: now, kernels }) {
  const { channels } = session;
  if (channels === 1) return said("groups");
  const options = [1, 2, 3]
    .filter((n) => channels % n === 0)
    .map((n) => {
      const label =
        n === 1
          ? gettext("1 (all)")
          : n === channels
            ? gettext("{n} (depthwise)", { n })
            : String(n);
      const disabled = Math.ceil(kernels.length / n) * n > MOST_KERNELS;
      const hint = disabled
        ? gettext("The kernels would become more than {n}.", { n: MOST_KERNELS })
        : "";
      return { value: String(n), label, disabled, hint };
    });
  return html`<choice-field small label=${gettext("Groups")} .value=${String(now)} .options=${options}
    @value-change=${heard((/** @type {string} */ value) => {
      const next = Number(value);
      session.state.set({ groups: next, kernels: filled(kernels, next) }, { push: true });
    })}></choice-field>${said("groups")}`;
}

/** @param {Values} values */
function turning({ flip }) {
  return html`<choice-field small label=${gettext("Kernel slides")} .value=${flip ? "turned" : "plain"} .options=${[
    {
      value: "plain",
      label: gettext("as it is"),
      hint: gettext("Cross-correlation: what networks call convolution."),
    },
    {
      value: "turned",
      label: gettext("turned"),
      hint: gettext("Convolution as mathematics has it: turned by 180°."),
    },
  ]} @value-change=${heard((/** @type {string} */ value) => session.state.set({ flip: value === "turned" }, { push: true }))}></choice-field>
  <p class="hint">${flip ? gettext("Convolution as mathematics has it: turned by 180°.") : gettext("Cross-correlation: what networks call convolution.")}</p>`;
}

/** Each mode keeps what it can of the other's settings. @param {"convolution" | "transposed"} mode */
function setMode(mode) {
  const { padding: rule } = session.state.values;
  if (mode === "convolution") {
    session.state.set({ mode, output_padding: [0, 0] }, { push: true });
    return;
  }
  const sides = Array.isArray(rule) && rule[0] === rule[1] && rule[2] === rule[3];
  const next = sides || rule === "same_tensorflow" ? rule : "valid";
  session.state.set({ mode, padding: next, padding_mode: "zeros" }, { push: true });
}

/** Linked anew, the width follows the height. */
function link() {
  const { linked, stride, dilation, output_padding, pooling } = session.state.values;
  if (linked) return session.state.set({ linked: false }, { push: true });
  const both = (/** @type {Pair} */ [height]) => /** @type {Pair} */ ([height, height]);
  session.state.set(
    {
      linked: true,
      stride: both(stride),
      dilation: both(dilation),
      output_padding: both(output_padding),
      pooling: pooling && {
        ...pooling,
        kernel_size: both(pooling.kernel_size),
        stride: both(pooling.stride),
      },
    },
    { push: true },
  );
}

customElements.define("convolution-controls", ConvolutionControls);
