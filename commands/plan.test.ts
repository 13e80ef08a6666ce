// The plan as people and machines read it; the page about it shows the same text.
import { readFileSync } from "node:fs";
import nodePath from "node:path";
import { describe, expect, it } from "vitest";
import { invariant, parseTime } from "../core/units/index.ts";
import { kindsOfDecisions, type Plan } from "../scenarios/index.ts";
import { planSnapshot, snapshotText } from "../test/support/planned-snapshot.ts";
import { type Ended, root, runCommand, dryfit as runDryfit } from "../test/support/command-line.ts";
import { BadInputError } from "./bad-input-error.ts";
import { formatPlan } from "./format-plan.ts";
import { plainPaint } from "./paint.ts";
import { configure } from "./plan.ts";
import { budgetKinds, planKinds } from "./snapshot-kinds.ts";
import type { PlanWords } from "./plan-options.ts";
import { readPlanOptions } from "./plan-options.ts";

const folder = "scenarios/snapshot/testdata";
const read = (path: string): string => readFileSync(nodePath.join(root, path), "utf8");

function example(): Plan {
  const texts = [snapshotText("cluster.yaml"), snapshotText("pods.yaml")];
  return planSnapshot(texts, { now: parseTime("2026-03-02T10:00:00Z") }).plan;
}

describe("the text of a plan", () => {
  const plan = example();

  it("is what docs/plan.md shows", () => {
    const [, shown] = /```text\n([\s\S]*?)```/.exec(read("docs/plan.md")) ?? [];
    expect(formatPlan(plan, { columns: 80, paint: plainPaint, showsNodes: false })).toBe(shown);
  });

  it.each([80, 120])("fits into %i columns, but for words that are longer", (columns) => {
    const lines = formatPlan(plan, { columns, paint: plainPaint, showsNodes: false }).split("\n");
    const tooLong = lines.filter((line) => line.length > columns && line.trim().includes(" "));
    expect(tooLong).toEqual([]);
  });

  it.each([80, 120])("of nodes with long names fits into %i columns as well", (columns) => {
    for (const showsNodes of [false, true]) {
      const eks = planSnapshot([snapshotText("eks.yaml")]).plan;
      const text = formatPlan(eks, { columns, paint: plainPaint, showsNodes });
      const lines = text.split("\n");
      expect(lines.filter((line) => line.length > columns)).toEqual([]);
      expect(text).toMatch(
        columns === 80
          ? /^ip-10-20-35-64.eu-west-1.compute.internal\n {2}general +m6i.2xlarge +on-demand/m
          : /^ip-10-20-35-64.eu-west-1.compute.internal +general +m6i.2xlarge +on-demand/m,
      );
    }
  });

  it("names every pod once with its fate", () => {
    const text = formatPlan(plan, { columns: 80, paint: plainPaint, showsNodes: false });
    for (const name of ["web-1", "web-2", "far-1", "gpu-1", "gated-1"]) {
      expect(text.split(`shop/${name}`).length).toBe(2);
    }
  });

  it("says loudly that Spot prices are modelled", () => {
    expect(formatPlan(plan, { columns: 80, paint: plainPaint, showsNodes: false })).toContain(
      "\n! Spot prices are modelled: ",
    );
  });

  it("puts pods with the same reasons together, and counts those beyond eight", () => {
    const [first] = plan.unschedulable;
    invariant(first !== undefined, "a pod is unschedulable");
    const unschedulable = Array.from({ length: 12 }, (_, n) => ({ ...first, pod: `x/pod-${n}` }));
    const text = formatPlan(
      { ...plan, unschedulable },
      { columns: 80, paint: plainPaint, showsNodes: false },
    );
    expect(text.replaceAll(/\s+/g, " ")).toContain("and 4 more (--json has all)");
    expect(text.split("did not tolerate taint").length).toBe(2);
  });
});

describe("the options of plan", () => {
  const policies = { preferencePolicy: "Respect", minValuesPolicy: "Strict" };
  const readWords = (words: Partial<PlanWords>) =>
    readPlanOptions({ ...policies, ...words }, ["eu-west-1", "us-east-1"]);

  it("reads feature gates as Karpenter writes them", () => {
    const featureGates =
      "NodeOverlay=true,ReservedCapacity=false,SpotToSpotConsolidation=true,CapacityBuffer=true";
    expect(readWords({ featureGates }).choices.featureGates).toEqual({
      capacityBuffer: true,
      nodeOverlay: true,
      reservedCapacity: false,
      spotToSpotConsolidation: true,
      staticCapacity: false,
    });
  });

  it.each<[Partial<PlanWords>, string]>([
    [{ region: "us-eest-1" }, "--region"],
    [{ region: "us-east-1", zones: "eu-west-1a" }, "--zones"],
    [{ now: "yesterday" }, "--now"],
    [{ featureGates: "NodeOverlays=true" }, "--feature-gates"],
    [{ featureGates: "CapacityBuffer=maybe" }, "--feature-gates"],
    [{ preferencePolicy: "respect" }, "--preference-policy"],
    [{ minValuesPolicy: "Lax" }, "--min-values-policy"],
  ])("refuses %j at %s", (words, option) => {
    try {
      readWords(words);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(BadInputError);
      expect((error as BadInputError).diagnostics.map(({ file }) => file)).toEqual([option]);
    }
  });
});

describe("the kinds that kubectl is asked for", () => {
  it.each([
    ["docs/plan.md", planKinds],
    ["CHANGELOG.md", planKinds],
    ["docs/budget.md", budgetKinds],
    ["CHANGELOG.md", budgetKinds],
  ])("are in %s those of the help", (page, kinds) => {
    const [, ...lists] = read(page).split("kubectl get ");
    expect(lists.map((list) => list.split(/\s/)[0])).toContain(kinds);
  });

  it("are all that a plan may take for absent, in kubectl's short names where it has some", () => {
    const shortNames = new Map([
      ["DaemonSet", "ds"],
      ["PodDisruptionBudget", "pdb"],
      ["PersistentVolumeClaim", "pvc"],
      ["PersistentVolume", "pv"],
      ["StorageClass", "sc"],
      ["Namespace", "ns"],
    ]);
    const kinds = planKinds.split(",");
    for (const kind of kindsOfDecisions) {
      expect(kinds).toContain(shortNames.get(kind) ?? `${kind.toLowerCase()}s`);
    }
  });
});

describe("dryfit plan", { timeout: 60_000 }, () => {
  const dryfit = (stdin: string, ...words: readonly string[]): Promise<Ended> =>
    words.includes("-")
      ? runDryfit(["plan", ...words], { stdin })
      : runCommand({ configure }, words);

  it("reads several snapshots, stdin among them, and prints JSON with its warnings", async () => {
    const pods = read(`${folder}/pods.yaml`);
    const { code, stdout } = await dryfit(pods, `${folder}/cluster.yaml`, "-", "--json");
    expect(code).toBe(0);
    const { warnings, ...plan } = JSON.parse(stdout) as Plan & { warnings: { code: string }[] };
    expect(plan).toEqual(example());
    expect(warnings.map((warning) => warning.code)).toEqual(["plan/unknown-zone"]);
  });

  it("ends with 2 and a sentence where no decision is possible", async () => {
    const { code, stdout, stderr } = await dryfit("", `${folder}/pods.yaml`);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("the snapshot has no NodePool");
    expect((await dryfit("", "nowhere.yaml")).stderr).toContain("nowhere.yaml cannot be read");
  });

  it("counts apart what Karpenter does not manage, where there is any", () => {
    const style = { columns: 120, paint: plainPaint, showsNodes: false };
    const text = formatPlan(planSnapshot([snapshotText("disruption.yaml")]).plan, style);
    expect(text).toMatch(/^Disruption: .* of 14 managed nodes at /m);
    expect(text).toMatch(/^Stay: \d+ nodes, 1 of them not managed by Karpenter$/m);
    expect(formatPlan(example(), style)).toMatch(/^Disruption: nothing to do, of 1 node at /m);
    expect(formatPlan(example(), style)).toMatch(/^Stay: 1 node$/m);
  });

  it("says that it is of the present where nothing tells the time", async () => {
    const timeless = read(`${folder}/cluster.yaml`).replaceAll(
      /, (creationTimestamp|lastTransitionTime): "[^"]*"|^ *creationTimestamp: .*\n/gm,
      "",
    );
    const { code, stdout } = await dryfit(timeless, "-", "--json");
    expect(code).toBe(0);
    const sentence = "no object of the snapshot tells a time: taken as of the present, ";
    const { now, notes } = JSON.parse(stdout) as Plan;
    expect(notes[0]).toBe(`${sentence}${now}; give --now for the same plan every time`);
    const told = await dryfit(timeless, "-", "--json", "--now", "2026-03-02T10:00:00Z");
    expect(told.stdout).not.toContain(sentence);
  });

  it("tells of every node with --nodes", async () => {
    const words = [`${folder}/disruption.yaml`, "--now", "2026-03-02T10:00:00Z", "--quiet"];
    const { code, stdout } = await dryfit("", ...words, "--nodes");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ip-10-0-2-14.*\n {4}stays: Pdb prevents pod evictions/m);
    expect((await dryfit("", ...words)).stdout).toContain(
      "\nStay: 10 nodes, 1 of them not managed by Karpenter\n",
    );
  });
});
