// @ts-check
/*
 * Bundles what ships: `dist/cli.js`, one chunk per command, one file per worker, and the assets.
 *
 * Every output file lies directly in dist/, so `import.meta.url` always points there. Sources locate
 * what they need at run time with the standard form, which works unbundled (tsx, vitest) as it stands
 * and is rewritten here for the bundle:
 *
 *   new URL("./sweep-worker.ts", import.meta.url)   a worker: `worker.ts` or `*-worker.ts` is an
 *                                                   entry of its own and becomes ./sweep-worker.js
 *   new URL("./data/catalog.json.gz", import.meta.url)   a data file: copied to dist/assets/...
 *   new URL("../../dist/assets/browser.js", import.meta.url)   something built here: kept
 *
 * A worker started from a `.ts` URL needs `execArgv: ["--import", <URL of tsx>]`; from a `.js` one
 * nothing. dist/assets/browser.js is the script of the HTML report (reports/html/browser-entry.ts),
 * built as a classic script so that it can be inlined; in development run `npm run build` first.
 */
import { chmod, cp, mkdir, readFile, readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = path.join(root, "dist");
const rooms = ["core", "sim", "traces", "scenarios", "reports", "commands"];
const browserEntry = path.join(root, "reports/html/browser-entry.ts");

// Found at run time in node_modules: optional packages; piscina, which starts a file beside its own;
// `canvas`, which must stay absent, or charts would be measured with it.
const external = [
  "piscina",
  "canvas",
  "tsx",
  "@duckdb/node-api",
  "bullmq",
  "ioredis",
  "@aws-sdk/*",
  "@resvg/resvg-wasm",
  "@fontsource/inter",
];

/** @param {string} file */
async function exists(file) {
  return stat(file).then(
    () => true,
    () => false,
  );
}

async function loadEsbuild() {
  try {
    return await import("esbuild");
  } catch (error) {
    if (await exists(path.join(dist, "cli.js"))) {
      console.error("build: esbuild is not installed; keeping the dist/ that is there");
      process.exit(0);
    }
    throw new Error("build: esbuild is not installed; run npm ci with development packages", {
      cause: error,
    });
  }
}

/** Worker entries, sorted by path; their base names become file names in dist/ and must differ. */
async function findWorkers() {
  const found = [];
  for (const room of rooms) {
    const folder = path.join(root, room);
    if (await exists(folder)) {
      for (const file of await readdir(folder, { recursive: true })) {
        if (/(^|[\\/-])worker\.ts$/.test(file)) {
          found.push(path.join(folder, file));
        }
      }
    }
  }
  found.sort();
  const names = new Set(found.map((file) => path.basename(file)));
  if (names.size !== found.length) {
    throw new Error(`build: two workers share a file name: ${found.join(", ")}`);
  }
  return found;
}

const assetUrl = /new URL\(\s*(["'])(\.{1,2}\/[^"']+)\1,\s*import\.meta\.url,?\s*\)/g;

/**
 * Rewrites `new URL(relative, import.meta.url)` for files that end up in dist/, and gathers the data
 * files to copy.
 * @param {Set<string>} assets
 * @returns {import("esbuild").Plugin}
 */
function assetUrls(assets) {
  /** @type {(source: string, relative: string) => string} */
  const place = (source, relative) => {
    const target = path.resolve(path.dirname(source), relative);
    if (!path.relative(dist, target).startsWith("..")) {
      return `./${path.relative(dist, target).replaceAll("\\", "/")}`;
    }
    if (target.endsWith(".ts")) {
      return `./${path.basename(target, ".ts")}.js`;
    }
    assets.add(target);
    return `./assets/${path.relative(root, target).replaceAll("\\", "/")}`;
  };
  return {
    name: "asset-urls",
    setup(build) {
      build.onLoad({ filter: /\.tsx?$/ }, async ({ path: source }) => {
        const text = await readFile(source, "utf8");
        if (source.includes(`${path.sep}node_modules${path.sep}`) || !text.includes("new URL(")) {
          return undefined;
        }
        const contents = text.replace(
          assetUrl,
          (_match, _quote, relative) =>
            `new URL(${JSON.stringify(place(source, relative))}, import.meta.url)`,
        );
        return { contents, loader: source.endsWith("x") ? "tsx" : "ts" };
      });
    },
  };
}

/** @param {typeof import("esbuild")} esbuild */
async function bundleProgram(esbuild) {
  /** @type {Set<string>} */
  const assets = new Set();
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: [path.join(root, "cli.ts"), ...(await findWorkers())],
    entryNames: "[name]",
    chunkNames: "[name]-[hash]",
    outdir: dist,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    jsx: "automatic",
    jsxImportSource: "preact",
    external,
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
    legalComments: "none",
    logLevel: "warning",
    plugins: [assetUrls(assets)],
  });
  for (const asset of [...assets].sort()) {
    const copy = path.join(dist, "assets", path.relative(root, asset));
    await mkdir(path.dirname(copy), { recursive: true });
    await cp(asset, copy, { recursive: true });
  }
  await chmod(path.join(dist, "cli.js"), 0o755);
}

/** @param {typeof import("esbuild")} esbuild */
async function bundleBrowserScript(esbuild) {
  if (!(await exists(browserEntry))) {
    return;
  }
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: [browserEntry],
    outfile: path.join(dist, "assets", "browser.js"),
    bundle: true,
    minify: true,
    format: "iife",
    platform: "browser",
    target: "es2022",
    charset: "ascii",
    legalComments: "none",
    logLevel: "warning",
  });
}

const esbuild = await loadEsbuild();
await rm(dist, { recursive: true, force: true });
await Promise.all([bundleProgram(esbuild), bundleBrowserScript(esbuild)]);
