import type { Command } from "commander";
import type { Diagnostic, SimTime } from "../core/units/index.ts";
import { simTime } from "../core/units/index.ts";
import type { SnapshotPlace } from "../scenarios/index.ts";
import { decidePlan, findPlace, loadSnapshot, RecordedSpotMarket } from "../scenarios/index.ts";
import type { Catalogue } from "../traces/index.ts";
import { loadCatalogue, loadSpotPriceHistory } from "../traces/index.ts";
import { BadInputError, valueOrBadInput } from "./bad-input-error.ts";
import { formatPlan } from "./format-plan.ts";
import { formatWarnings } from "./format-warnings.ts";
import type { PlanWords } from "./plan-options.ts";
import { readPlanOptions } from "./plan-options.ts";
import { readManifestFile } from "./read-manifest-file.ts";
import { planKinds } from "./snapshot-kinds.ts";
import { jsonText, textStyleFor } from "./terminal.ts";

/** `dryfit plan`: what Karpenter would launch and disrupt on a cluster snapshot. */
export function configure(command: Command): void {
  command
    .description(
      "Shows what Karpenter would launch and disrupt on a cluster snapshot, and why not more.",
    )
    .argument("<snapshot...>", "what kubectl get -A -o yaml (or json) prints; - for stdin")
    .option("--region <region>", "default: that of the nodes and subnets, else us-east-1")
    .option("--zones <list>", "default: those of the nodes and subnets, else a,b,c of the region")
    .option(
      "--now <time>",
      "time of the decision; default: the newest time in the snapshot, else the present",
    )
    .option("--prices <file>", "a Spot price history; default: the Spot Instance Advisor's savings")
    .option("--feature-gates <list>", "as Karpenter's, such as NodeOverlay=true")
    .option("--preference-policy <policy>", "Respect or Ignore", "Respect")
    .option("--min-values-policy <policy>", "Strict or BestEffort", "Strict")
    .option("--nodes", "every node with the reason why it stays, instead of nodes by reason")
    .option("--quiet", "no warnings")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `\nA snapshot:\n  kubectl get ${planKinds} \\\n    -A -o yaml > snapshot.yaml`,
    )
    .action(plan);
}

async function plan(names: readonly string[], words: PlanWords): Promise<void> {
  const catalogue = loadCatalogue();
  const options = readPlanOptions(words, catalogue.pricedRegions);
  const loaded = loadSnapshot(await Promise.all(names.map(readManifestFile)));
  const snapshot = valueOrBadInput(loaded);
  const place = findPlace(snapshot.objects, options);
  checkRegion(place, catalogue);
  const told = options.now ?? snapshot.newestTime;
  const now = told ?? simTime(Date.now());
  const warnings: Diagnostic[] = loaded.ok ? [...loaded.warnings] : [];
  const recorded =
    words.prices === undefined ? undefined : await readPrices(words.prices, place, now);
  warnings.push(...(recorded?.warnings ?? []));
  const decided = decidePlan(snapshot, {
    now,
    isPresent: told === undefined,
    place,
    catalogue,
    choices: options.choices,
    ...(recorded === undefined ? {} : { market: recorded.market }),
  });
  warnings.push(...decided.warnings);
  if (words.quiet !== true) process.stderr.write(formatWarnings(warnings));
  if (words.json === true) {
    process.stdout.write(jsonText({ ...decided.plan, warnings }));
    return;
  }
  const style = { ...textStyleFor(process.stdout), showsNodes: words.nodes === true };
  process.stdout.write(formatPlan(decided.plan, style));
}

/** The region of the nodes may be one that nobody has prices of. */
function checkRegion({ region, source }: SnapshotPlace, { pricedRegions }: Catalogue): void {
  if (pricedRegions.includes(region)) return;
  throw new BadInputError([
    {
      file: "--region",
      code: "plan/unknown-region",
      found: region,
      allowed: pricedRegions.join(", "),
      message: `there are no prices for region ${region} (${source}), so nothing can be decided`,
    },
  ]);
}

async function readPrices(
  path: string,
  { zones }: SnapshotPlace,
  now: SimTime,
): Promise<{ readonly market: RecordedSpotMarket; readonly warnings: readonly Diagnostic[] }> {
  const until = simTime(now + 1);
  const result = await loadSpotPriceHistory(path, { from: now, until, zones });
  const series = valueOrBadInput(result);
  const warnings = result.ok ? result.warnings : [];
  return { market: new RecordedSpotMarket(path, series), warnings };
}
