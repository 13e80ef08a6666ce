/*
 * Holds the figures of README.md, and the bills that the scenario's own page names, to what the
 * quickstart prints:
 *
 *   npx dryfit compare scenarios/quickstart > quickstart.txt
 *   tsx scripts/check-readme.ts quickstart.txt
 *
 * Ends with 1 and what is not printed like that, if there is anything.
 */
import { readFileSync } from "node:fs";
import { namedBills, notPrinted, printedBills, shownParagraphs } from "./shown-output.ts";

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const page = read("README.md");
const printed = readFileSync(process.argv[2] ?? "quickstart.txt", "utf8");
const shown = shownParagraphs(page);
const [named, billed] = [namedBills(read("scenarios/quickstart/README.md")), printedBills(printed)];
if (shown.length === 0 || named.length === 0) throw new Error("a page shows no figures at all");
const wrong = [
  ...notPrinted(page, printed).map((paragraph) => `README.md:\n${paragraph}`),
  ...(named.join() === billed.join() ? [] : [`scenarios/quickstart: ${named.join(", ")}`]),
];
process.stdout.write(
  wrong.length === 0
    ? `README.md shows ${shown.length} paragraphs and the scenario's page ${named.length} bills, all as printed\n`
    : `What the quickstart does not print:\n\n${wrong.join("\n\n")}\n`,
);
process.exitCode = wrong.length === 0 ? 0 : 1;
