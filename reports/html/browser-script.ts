import { readFile } from "node:fs/promises";
import { OutsideError } from "../../core/units/index.ts";

/**
 * The script of the page, as `npm run build` bundles it out of browser-entry.ts.
 *
 * @throws OutsideError where it has not been built.
 */
export async function loadBrowserScript(): Promise<string> {
  const url = new URL("../../dist/assets/browser.js", import.meta.url);
  try {
    return await readFile(url, "utf8");
  } catch (error) {
    throw new OutsideError({
      code: "outside/browser-script-not-built",
      message: "the script of the HTML report has not been built",
      advice: "Run `npm run build` once, or leave html out of --format.",
      cause: error,
    });
  }
}
