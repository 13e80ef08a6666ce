/*
 * Holds the figures of README.md to what the quickstart prints:
 *
 *   npx dryfit compare scenarios/quickstart > quickstart.txt
 *   tsx scripts/check-readme.ts quickstart.txt
 *
 * Ends with 1 and the paragraphs that are not printed like that, if there are any.
 */
import { readFileSync } from "node:fs";
import { notPrinted, shownParagraphs } from "./shown-output.ts";

const page = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const printed = readFileSync(process.argv[2] ?? "quickstart.txt", "utf8");
const shown = shownParagraphs(page);
const wrong = notPrinted(page, printed);
if (shown.length === 0) throw new Error("README.md shows no output of the quickstart");
process.stdout.write(
  wrong.length === 0
    ? `README.md shows ${shown.length} paragraphs, all as printed\n`
    : `README.md shows what the quickstart does not print:\n\n${wrong.join("\n\n")}\n`,
);
process.exitCode = wrong.length === 0 ? 0 : 1;
