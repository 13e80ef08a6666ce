import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { type GeneratedCluster, generatedClusters } from "../../test/support/generated-clusters.ts";
import { objectKey } from "../apis/index.ts";
import { solve } from "../provisioning/index.ts";
import { type ClusterObject, setCondition } from "../state/index.ts";
import { parseTime, seconds, usdPerHour } from "../units/index.ts";
import { liveView } from "./live-view.ts";
import type { DisruptionMethod, MethodDecision } from "./method.ts";
import { decideMethod, disruptionMethods, ListedView } from "./methods.ts";
import { defaultDisruptionOptions } from "./options.ts";
import type { DisruptionView } from "./view.ts";

const since = parseTime("2026-02-28T00:00:00Z");

/** Everything may be consolidated, and every third machine has drifted. */
function consolidatable(object: ClusterObject): ClusterObject {
  if (object.kind === "NodePool") {
    const budgets = [{ nodes: "60%" }];
    const policy = object.metadata.name === "pool-a" ? "Balanced" : "WhenEmptyOrUnderutilized";
    const disruption = {
      budgets,
      consolidateAfter: seconds(0),
      consolidationPolicy: policy,
    } as const;
    return { ...object, spec: { ...object.spec, disruption } };
  }
  if (object.kind !== "NodeClaim") return object;
  const change = { status: "True" } as const;
  const isDrifted = Number(object.metadata.name.slice(-1)) % 3 === 0;
  const consolidated = setCondition(object, { type: "Consolidatable", ...change }, since);
  return isDrifted
    ? setCondition(consolidated, { type: "Drifted", ...change }, since)
    : consolidated;
}

function viewOf({ cluster, state, instanceTypes, now }: GeneratedCluster): DisruptionView {
  const options = { ...defaultDisruptionOptions, spotToSpotConsolidation: true };
  const cloudProvider = { getInstanceTypes: () => instanceTypes };
  const costs = { nodePoolCost: () => usdPerHour(5) };
  return liveView({ cluster, state, cloudProvider, costs, options }, new Set(), now);
}

/** The same view, whose simulations share nothing: each is handed the remaining nodes alone. */
function fromScratch(view: DisruptionView): DisruptionView {
  return {
    ...view,
    schedulingBase: (request) => {
      const { input } = view.schedulingBase(request);
      return {
        input,
        solve: (podsToSchedule, without = []) => {
          const gone = new Set(without);
          const stateNodes = input.stateNodes.filter((it) => !gone.has(it));
          return solve({ ...input, stateNodes, podsToSchedule });
        },
      };
    },
  };
}

/** What the method decides and says of it, as plain data. */
function told(method: DisruptionMethod, view: DisruptionView, { now }: GeneratedCluster): unknown {
  const listed = new ListedView(view, now);
  const { candidates } = listed.candidatesOf(method);
  const { commands, ...decision } = decideMethod(method, listed, candidates, []);
  return { ...decision, commands: commands.map(describeCommand) };
}

function describeCommand({
  candidates,
  replacements,
  results,
}: MethodDecision["commands"][number]) {
  return {
    candidates: candidates.map(({ name }) => name),
    replacements: replacements.map((it) =>
      it.kind === "static"
        ? it.nodePool.metadata.name
        : {
            types: it.nodeClaim.instanceTypeOptions.map(({ name }) => name),
            requirements: it.nodeClaim.requirements.list.map(String),
            pods: it.nodeClaim.pods.map(objectKey),
          },
    ),
    placements: results?.existingNodes.map(({ stateNode, pods }) => [
      stateNode.name,
      pods.map(objectKey),
    ]),
  };
}

describe("simulations that share what they have in common", () => {
  test.prop([fc.nat()], { numRuns: 5 })(
    "lead every method to the decisions, refusals and events of simulations from scratch",
    (seed) => {
      for (const generated of generatedClusters(seed, consolidatable)) {
        const view = viewOf(generated);
        for (const method of disruptionMethods) {
          const shared = told(method, view, generated);
          const name = `${generated.name} ${method.name}`;
          expect(shared, name).toEqual(told(method, fromScratch(view), generated));
        }
      }
    },
  );

  it("are tried on clusters where something is decided, and something refused", () => {
    const decisions = generatedClusters(1, consolidatable).flatMap((generated) =>
      disruptionMethods.map((method) => told(method, viewOf(generated), generated)),
    ) as MethodDecision[];
    const sum = (of: (it: MethodDecision) => number) =>
      decisions.reduce((total, it) => total + of(it), 0);
    expect(sum((it) => it.commands.length)).toBeGreaterThan(5);
    expect(sum((it) => it.refusals.length)).toBeGreaterThan(10);
    expect(sum((it) => it.considered.length)).toBeGreaterThan(20);
  });
});
