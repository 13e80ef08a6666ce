// `dryfit plan` on a case: its List goes through plan's own reading and deciding, with the case's
// instance types, options and time, and the plan has to say what upstream decided.
import type { InstanceType } from "../core/cloudprovider/index.ts";
import { invariant, parseResourceList, parseTime } from "../core/units/index.ts";
import { decidePlan, loadSnapshot, type Plan } from "../scenarios/index.ts";
import { loadCatalogue } from "../traces/index.ts";
import type { ConformanceCase, Decision, Manifest, RecordedCases } from "./cases.ts";
import { errorDifferences } from "./compare.ts";
import { TextComparison } from "./compared-texts.ts";
import { buildInstanceTypes } from "./decide.ts";
import { nodeClassManifest } from "./generate-catalogue-types.ts";
import type { CaseResult } from "./replay.ts";

/** Where no catalogue is asked for anything, any place will do. */
const place = { region: "us-east-1", zones: ["us-test-1a"], source: "as given" };

/**
 * Whether plan can be asked: it provisions, so it never falls back from reservations, and it wants a
 * ready NodePool that has its EC2NodeClass. Without, plan takes the NodePool for not ready whatever it
 * says of itself, as Karpenter soon would.
 */
export function isForPlan({ options, objects }: ConformanceCase): boolean {
  const names = objects.items.flatMap(({ kind, metadata }) =>
    kind === "EC2NodeClass" ? [(metadata as { readonly name: string }).name] : [],
  );
  const nodePools = objects.items.filter(({ kind }) => kind === "NodePool");
  const hasNodeClass = nodePools.some(
    (nodePool) => isReady(nodePool) && names.includes(nodeClassOf(nodePool)),
  );
  const isComplete = names.length === 0 ? nodePools.length > 0 : hasNodeClass;
  return options.reservedOfferingMode === undefined && isComplete;
}

function isReady({ status }: Manifest): boolean {
  interface Status {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  }
  const { conditions = [] } = (status ?? {}) as Status;
  return conditions.some((it) => it.type === "Ready" && it.status === "True");
}

function nodeClassOf({ spec }: Manifest): string {
  interface Spec {
    readonly template: { readonly spec: { readonly nodeClassRef: { readonly name: string } } };
  }
  return (spec as Spec).template.spec.nodeClassRef.name;
}

/** The cases of a recorded file that plan can be asked about, and where it plans something else. */
export function comparePlans(
  { instanceTypeSets, cases, decisions }: RecordedCases,
  words: readonly string[] = [],
): readonly CaseResult[] {
  const typesBySet = new Map(
    Object.entries(instanceTypeSets).map(([name, types]) => [name, buildInstanceTypes(types)]),
  );
  return cases.flatMap((testCase, index) => {
    const { name, topic, instanceTypeSet } = testCase;
    if (words.length > 0 && !words.some((word) => name.includes(word))) return [];
    const decision = decisions[index];
    const types = typesBySet.get(instanceTypeSet);
    if (decision === undefined || types === undefined || !isForPlan(testCase)) return [];
    const texts = new TextComparison(testCase.objects.items);
    const found = planDifferences(decision, planOf(testCase, types), texts);
    return [{ name, topic: `plan: ${topic}`, differences: found, texts: texts.counts }];
  });
}

/** What plan makes of the case. */
export function planOf(testCase: ConformanceCase, instanceTypes: readonly InstanceType[]): Plan {
  const { options, now, name } = testCase;
  const text = JSON.stringify({ ...testCase.objects, apiVersion: "v1", items: itemsOf(testCase) });
  const loaded = loadSnapshot([{ name, text }]);
  invariant(loaded.ok, "plan reads the List of a case", { name, why: JSON.stringify(loaded) });
  const { featureGates = {} } = options;
  const { plan } = decidePlan(loaded.value, {
    now: parseTime(now),
    place,
    catalogue: loadCatalogue(),
    instanceTypes,
    choices: {
      preferencePolicy: options.preferencePolicy,
      minValuesPolicy: options.minValuesPolicy,
      featureGates: {
        nodeOverlay: featureGates.NodeOverlay ?? false,
        reservedCapacity: featureGates.ReservedCapacity ?? true,
        spotToSpotConsolidation: false,
        staticCapacity: featureGates.StaticCapacity ?? false,
        capacityBuffer: featureGates.CapacityBuffer ?? false,
      },
    },
  });
  return plan;
}

/** Cases that say nothing of EC2NodeClasses have the one that their NodePools name. */
function itemsOf({ objects }: ConformanceCase): readonly Manifest[] {
  const hasNodeClass = objects.items.some(({ kind }) => kind === "EC2NodeClass");
  return hasNodeClass ? objects.items : [nodeClassManifest("default"), ...objects.items];
}

/** Names of all virtual pods, which a plan tells of apart from the others. */
function virtualPodsOf(plan: Plan): ReadonlySet<string> {
  return new Set([
    ...[...plan.nodeClaims, ...plan.existingNodes].flatMap((it) => it.virtualPods ?? []),
    ...unschedulableVirtualPods(plan).map(({ pod }) => pod),
  ]);
}

function unschedulableVirtualPods({ buffers }: Plan): Plan["unschedulable"] {
  return (buffers ?? []).flatMap(({ unschedulable }) => unschedulable);
}

/** Lines that say where the plan is another one than the decision; none when it says the same. */
export function planDifferences(
  decision: Decision,
  plan: Plan,
  texts: TextComparison,
): readonly string[] {
  const isVirtual = (pod: string): boolean => virtualPods.has(pod);
  const virtualPods = virtualPodsOf(plan);
  const apart = (pods: readonly string[]): readonly (readonly string[])[] => [
    pods.filter((pod) => !isVirtual(pod)),
    pods.filter(isVirtual),
  ];
  const claims = {
    upstream: decision.newNodeClaims.map(({ nodePool, pods, instanceTypes, requests }) => ({
      nodePool,
      pods: apart(pods),
      instanceTypeCount: instanceTypes.length,
      requests: withoutZeros(requests),
    })),
    ours: plan.nodeClaims.map((claim) => ({
      nodePool: claim.nodePool,
      pods: [claim.pods, claim.virtualPods ?? []],
      instanceTypeCount: claim.instanceTypeCount,
      requests: withoutZeros(parseResourceList(claim.requests)),
    })),
  };
  const nodes = {
    upstream: decision.existingNodes
      .map(({ name, pods }) => ({ name, pods: apart(pods) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    ours: plan.existingNodes.map((it) => ({
      name: it.node,
      pods: [it.pods, it.virtualPods ?? []],
    })),
  };
  return [
    ...differ("NodeClaims", claims.upstream, claims.ours),
    ...differ("existing nodes", nodes.upstream, nodes.ours),
    ...planErrorDifferences(decision, plan, texts),
    ...launchDifferences(decision, plan),
  ];
}

function planErrorDifferences(
  { podErrors }: Decision,
  plan: Plan,
  texts: TextComparison,
): readonly string[] {
  const unschedulable = [...plan.unschedulable, ...unschedulableVirtualPods(plan)];
  const ours = unschedulable.map(({ pod, message }) => [pod, message] as const);
  // Without NodePools upstream ends the run, and says so of each pod in another place.
  if (plan.outcome === "no-node-pools") return differ("errors", podErrors, {});
  return errorDifferences(podErrors, Object.fromEntries(ours), texts);
}

/** What is created and what is passed over, where the case has it recorded. */
function launchDifferences({ consequences }: Decision, plan: Plan): readonly string[] {
  if (consequences === undefined) return [];
  const refusals = plan.nodeClaims.map(({ refusal }) => refusal?.startsWith("creating node claim"));
  const ignored = Object.entries(consequences.ignoredPods);
  const told = new Map(plan.ignored.map(({ pod, message }) => [pod, message] as const));
  return [
    ...differ(
      "refused NodeClaims",
      consequences.created.map(({ error }) => error !== undefined),
      refusals.map((it) => it === true),
    ),
    ...ignored.flatMap(([pod, reason]) => differ(`ignored ${pod}`, reason, told.get(pod))),
  ];
}

function withoutZeros(requests: Readonly<Record<string, number>>): unknown {
  return Object.entries(requests)
    .filter(([, amount]) => amount !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function differ(what: string, upstream: unknown, ours: unknown): readonly string[] {
  const [left, right] = [JSON.stringify(upstream), JSON.stringify(ours)];
  return left === right ? [] : [`${what}: upstream ${left}, plan ${right}`];
}
