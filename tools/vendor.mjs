// Turn the locked npm libraries into browser files in static/vendor, and write
// importmap.json, by which our own modules find them under their npm names.
import { rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const libraries = [
  "katex",
  "lit",
  "lit/directives/class-map.js",
  "lit/directives/guard.js",
  "lit/directives/keyed.js",
  "lit/directives/live.js",
  "lit/directives/ref.js",
  "lit/directives/repeat.js",
  "uplot",
];
const styles = { "katex/dist/katex.min.css": "katex", "uplot/dist/uPlot.min.css": "uplot" };
const outdir = "static/vendor";

/** The file a library goes to: lit/directives/live.js becomes lit-directives-live.
 * @param {string} name
 */
const fileOf = (name) => name.replace(/\.js$/, "").replaceAll("/", "-");

rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: [
    ...libraries.map((name) => ({ in: name, out: fileOf(name) })),
    ...Object.entries(styles).map(([name, out]) => ({ in: name, out })),
  ],
  outdir,
  bundle: true,
  splitting: true, // so that all entry points share one copy of lit
  format: "esm",
  minify: true,
  legalComments: "linked",
  target: "es2022",
  loader: { ".woff2": "file", ".woff": "empty", ".ttf": "empty" },
});
const imports = Object.fromEntries(libraries.map((name) => [name, `vendor/${fileOf(name)}.js`]));
writeFileSync(`${outdir}/importmap.json`, JSON.stringify({ imports }, null, 2));
