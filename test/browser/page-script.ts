import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** The script of the HTML report out of its source, bundled as scripts/build.mjs does. */
export async function bundlePageScript(): Promise<string> {
  const result = await build({
    entryPoints: [fileURLToPath(new URL("../../reports/html/browser-entry.ts", import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    platform: "browser",
    target: "es2022",
    charset: "ascii",
    legalComments: "none",
    logLevel: "warning",
  });
  const [file] = result.outputFiles;
  if (file === undefined) throw new Error("esbuild gave no output");
  return file.text;
}
