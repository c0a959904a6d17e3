import { formulas } from "../core/lazy.js";
import { PageElement } from "./element.js";

/**
 * `<math-formula>`: a formula in TeX; until KaTeX has come, and where it cannot, the `plain` words.
 * `\htmlClass{tone-mean}{\mu}` gives a symbol the colour that it has everywhere.
 *
 * Properties: `tex`, `plain` (also the text for those who do not see it), `block` {boolean} on a line of
 * its own.
 */
export class MathFormula extends PageElement {
  static properties = { tex: {}, plain: {}, block: { type: Boolean, reflect: true } };

  constructor() {
    super();
    this.tex = "";
    this.plain = "";
    this.block = false;
  }

  /** KaTeX writes the content, so lit must not. */
  render() {}

  async updated() {
    const { tex, plain, block } = this;
    if (!this.childNodes.length) this.textContent = plain;
    const katex = await formulas().catch(() => null);
    if (!katex || this.tex !== tex || this.block !== block) return;
    katex.render(tex, this, {
      displayMode: block,
      throwOnError: false,
      strict: false,
      trust: ({ command }) => command === "\\htmlClass",
    });
  }
}

customElements.define("math-formula", MathFormula);
