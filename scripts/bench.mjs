// @ts-check
/*
 * Runs benchmarks one after the other, each in a process of its own so that none warms up the next:
 * `npm run bench` runs every file of bench/, `npm run bench -- engine` only bench/engine.ts. What
 * they measured is left in bench/results/, a JSON file each.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../bench", import.meta.url));
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
  .map((file) => file.slice(0, -".ts".length))
  .sort();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(", ")}; there are: ${names.join(", ")}`);
  process.exit(2);
}
mkdirSync(`${folder}/results`, { recursive: true });
for (const name of wanted.length > 0 ? wanted : names) {
  console.log(`== ${name}`);
  const tsx = import.meta.resolve("tsx");
  const words = [`${folder}/${name}.ts`, "--json", `${folder}/results/${name}.json`];
  const { status } = spawnSync(process.execPath, ["--import", tsx, ...words], {
    stdio: "inherit",
  });
  if (status !== 0) {
    process.exit(status ?? 3);
  }
}
