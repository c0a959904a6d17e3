// Put each page's own modules and style sheets together in static/bundle, one file of each, so that a
// first visit asks for two files instead of half a hundred. Large libraries that come later stay
// where the import map says. In development (`make dev`) pages take the files as they are.
import { rmSync } from "node:fs";
import { build } from "esbuild";

const labs = ["convolution", "normalization", "dropout", "mlp-vs-cnn", "principles"];
const entries = ["core/page.js", "css/page.css", "css/reference.css", "explorer/main.js"];
entries.push("css/explorer.css");
entries.push(...labs.flatMap((name) => [`labs/${name}.js`, `css/${name}.css`]));
const outdir = "static/bundle";

rmSync(outdir, { recursive: true, force: true });
for (const entry of entries)
  await build({
    entryPoints: [`static/${entry}`],
    outfile: `${outdir}/${entry.replaceAll("/", "-")}`, // no folders: its place relative to static/css stays
    bundle: true,
    external: ["katex", "uplot"],
    format: "esm",
    minify: true,
    target: "es2022",
  });
