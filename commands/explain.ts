import type { Command } from "commander";
import {
  type Finding,
  findObject,
  type FoundObject,
  formatObject,
  listJournals,
  type ObjectQuery,
  parseObjectQuery,
  type RunJournal,
  storyJson,
  tellStory,
} from "../reports/index.ts";
import { BadInputError } from "./bad-input-error.ts";
import { chooseJournal, readExplainOptions, type ExplainWords } from "./explain-options.ts";
import { formatStory } from "./format-story.ts";
import { jsonText, textStyleFor } from "./terminal.ts";

/** `dryfit explain`: the story of one object out of a run's journal. */
export function configure(command: Command): void {
  command
    .description("Tells the story of one pod, node, NodeClaim or NodePool out of a run's journal.")
    .argument("<run-dir>", "the folder of a run that was written with --journal, or a journal")
    .argument("<object>", "pod/NS/NAME, NS/NAME, node/NAME, nodeclaim/NAME, nodepool/NAME, i-0123")
    .option("--policy <name>", "of which policy, where the folder has several")
    .option("--seed <n>", "of which seed, where the folder has several")
    .option(
      "--from <time>",
      "only what happened or still held from then on, as 2026-03-08T00:00:00Z",
    )
    .option("--to <time>", "only what began before then")
    .option("--all", "every spell, pod and sentence in full")
    .option("--json", "as JSON, always in full")
    .addHelpText(
      "after",
      "\nThe begin or the end of a name is enough where there is only one such. A journal:\n" +
        "  dryfit run SCENARIO --out out/run --journal\n" +
        "  dryfit explain out/run nodepool/default",
    )
    .action(explain);
}

async function explain(folder: string, object: string, words: ExplainWords): Promise<void> {
  const options = readExplainOptions(words);
  const journal = chooseJournal(await listJournals(folder), options);
  const query = parseObjectQuery(object);
  const found = objectOf(await findObject(journal.path, query), query, journal);
  const told = await tellStory(journal.path, found);
  const { stdout } = process;
  const { policy, seed } = journal;
  if (options.isJson) {
    stdout.write(jsonText(storyJson(told, { policy, seed })));
    return;
  }
  const style = { ...textStyleFor(stdout), ...options };
  stdout.write(formatStory(told.story, { policy, seed }, style));
}

/** The one object that the query means. */
function objectOf(finding: Finding, { text }: ObjectQuery, { path }: RunJournal): FoundObject {
  if (finding.kind === "found") return finding.object;
  if (finding.kind === "ambiguous") {
    const { objects, count } = finding;
    const names = objects.map(formatObject);
    const more = count > names.length ? `, and ${count - names.length} more` : "";
    throw new BadInputError([
      {
        file: path,
        code: "explain/ambiguous-object",
        found: text,
        allowed: `one of ${names.join(", ")}${more}`,
        message: `${text} is the begin or the end of ${count} names`,
      },
    ]);
  }
  const known = finding.known.map(({ kind, names, count }) => {
    const more = count > names.length ? `, \u2026 (${count})` : "";
    return `${kind}/${names.join(`, ${kind}/`)}${more}`;
  });
  throw new BadInputError([
    {
      file: path,
      code: "explain/unknown-object",
      found: text,
      allowed: known.length === 0 ? "nothing: the run had no objects" : known.join("; "),
      message: `the run had no pod, node, NodeClaim, NodePool or instance called ${text}`,
    },
  ]);
}
