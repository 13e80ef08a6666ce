import type { Command } from "commander";
import {
  after,
  days,
  type Diagnostic,
  fail,
  ok,
  type Result,
  simTime,
  type SimTime,
} from "../core/units/index.ts";
import type { LoadedManifests, ManifestFile } from "../scenarios/index.ts";
import { describeBudgets, loadManifests, newestTime } from "../scenarios/index.ts";
import { BadInputError, valueOrBadInput } from "./bad-input-error.ts";
import { type BudgetWords, readBudgetOptions } from "./budget-options.ts";
import { formatBudget } from "./format-budget.ts";
import { formatWarnings } from "./format-warnings.ts";
import { readManifestFile } from "./read-manifest-file.ts";
import { budgetKinds } from "./snapshot-kinds.ts";
import { jsonText, textStyleFor } from "./terminal.ts";

const millisecondsPerDay = days(1);
/** Objects that the calendar is about: one that cannot be read is no small matter. */
const aboutBudgets: ReadonlySet<string> = new Set([
  "NodePool",
  "PodDisruptionBudget",
  "Deployment",
  "ReplicaSet",
  "StatefulSet",
  "DaemonSet",
  "Job",
  "CronJob",
  "Pod",
  "HorizontalPodAutoscaler",
]);

/** `dryfit budget`: the calendar of allowed disruptions. */
export function configure(command: Command): void {
  command
    .description(
      "Shows how many nodes NodePools' budgets let Karpenter disrupt, hour by hour, and what blocks it.",
    )
    .argument("<manifests...>", "YAML or JSON with NodePools and PodDisruptionBudgets; - for stdin")
    .option(
      "--from <time>",
      "first day (UTC); default: of the newest time in the files, else today",
    )
    .option("--days <n>", "how many days", "7")
    .option(
      "--nodes <count>",
      "nodes for percentages: N, or NODEPOOL=N,..; default: those in the files",
      // Not variadic: that would take the files behind it for counts.
      (count: string, others: readonly string[] = []) => [...others, count],
    )
    .option("--quiet", "no warnings")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `\nOf a cluster:\n  kubectl get ${budgetKinds} \\\n    -A -o yaml | dryfit budget -`,
    )
    .action(budget);
}

async function budget(names: readonly string[], words: BudgetWords): Promise<void> {
  const options = readBudgetOptions(words);
  const loaded = readBudgetManifests(await Promise.all(names.map(readManifestFile)));
  const { objects } = valueOrBadInput(loaded);
  checkNodePools(options.nodesByNodePool, objects);
  const start = options.from ?? startOfDay(newestTime(objects) ?? simTime(Date.now()));
  const to = after(start, days(options.days));
  const report = describeBudgets(objects, { ...options, from: start, to });
  const warnings = loaded.ok ? loaded.warnings : [];
  if (words.quiet !== true) process.stderr.write(formatWarnings(warnings));
  if (words.json === true) {
    process.stdout.write(jsonText({ ...report, warnings }));
    return;
  }
  process.stdout.write(formatBudget(report, textStyleFor(process.stdout)));
}

function startOfDay(time: SimTime): SimTime {
  return simTime(Math.floor(time / millisecondsPerDay) * millisecondsPerDay);
}

/**
 * The manifests, of which objects that the calendar is not about may be unreadable. Warnings are about
 * these only: what else a simulation would miss is of no concern here.
 */
function readBudgetManifests(files: readonly ManifestFile[]): Result<LoadedManifests> {
  const loaded = loadManifests(files, { invalidObjects: "leave-out" });
  if (!loaded.ok) return loaded;
  const { objects, leftOut } = loaded.value;
  const serious = leftOut.filter(({ kind }) => aboutBudgets.has(kind));
  if (serious.length > 0) return fail(serious.flatMap(({ errors }) => errors));
  const warnings = loaded.warnings.filter(({ code }) => code === "manifests/left-out");
  if (objects.some(({ kind }) => kind === "NodePool" || kind === "PodDisruptionBudget")) {
    return ok(loaded.value, warnings);
  }
  const kinds = [...new Set(objects.map(({ kind }) => kind))].sort();
  const nothing: Diagnostic = {
    file: files.map(({ name }) => name).join(", "),
    code: "budget/no-node-pool",
    found: kinds.length === 0 ? "no objects" : kinds.join(", "),
    allowed: "at least one NodePool or PodDisruptionBudget",
    hint: `kubectl get ${budgetKinds} -A -o yaml`,
    message: "there is no NodePool and no PodDisruptionBudget to make a calendar of",
  };
  return fail([nothing]);
}

/** A name in --nodes that no NodePool has would silently change nothing. */
function checkNodePools(
  named: ReadonlyMap<string, number>,
  objects: LoadedManifests["objects"],
): void {
  const names = objects
    .filter(({ kind }) => kind === "NodePool")
    .map(({ metadata }) => metadata.name);
  const unknown = [...named.keys()].filter((name) => !names.includes(name));
  if (unknown.length === 0) return;
  throw new BadInputError(
    unknown.map((name) => ({
      file: "--nodes",
      code: "usage/bad-option",
      found: name,
      allowed: names.length === 0 ? "a count without a name" : names.join(", "),
      message: `there is no NodePool ${name}`,
    })),
  );
}
