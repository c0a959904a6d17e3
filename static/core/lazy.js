/** The large libraries, fetched when first needed, each with its style sheet. */

/** @type {Map<string, Promise<void>>} */
const sheets = new Map();

/** The chart library. */
export async function chart() {
  const [{ default: uPlot }] = await Promise.all([import("uplot"), sheet("uplot")]);
  return uPlot;
}

/** The formula library. */
export async function formulas() {
  const [{ default: katex }] = await Promise.all([import("katex"), sheet("katex")]);
  return katex;
}

/** @param {string} library whose style sheet lies beside it under the same name */
function sheet(library) {
  let loading = sheets.get(library);
  if (!loading) {
    loading = new Promise((done) => {
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.href = import.meta.resolve(library).replace(/\.js$/, ".css");
      link.onload = link.onerror = () => done();
      document.head.append(link);
    });
    sheets.set(library, loading);
  }
  return loading;
}
