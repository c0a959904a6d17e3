// Put each page's own modules together in static/bundle, so that a first visit asks for a few
// files instead of half a hundred. npm libraries stay where the import map says. In development
// (`make dev`) pages take the modules as they are.
import { rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { build } from "esbuild";

const entries = ["core/page", "explorer/main", "explorer/session"];
const outdir = "static/bundle";
const { imports } = JSON.parse(await readFile("static/vendor/importmap.json", "utf8"));

rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: entries.map((name) => ({
    in: `static/${name}.js`,
    out: name.replace("/", "-"), // no folders: a module's place relative to static/css stays
  })),
  outdir,
  bundle: true,
  splitting: true, // what pages share, and what they load later, stays apart
  external: Object.keys(imports),
  format: "esm",
  minify: true,
  target: "es2022",
});
