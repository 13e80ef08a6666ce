// Random disruption cases, the same for the same seed. A topic decides what occurs often; everything
// else is drawn anew for each case.
import { type RandomStream, stream } from "../../sim/engine/index.ts";
import type { CaseInstanceType, Manifest } from "../cases.ts";
import { between, chance, some } from "../dice.ts";
import { generateDaemonSets } from "../generate-daemon-sets.ts";
import { generatePodGroup, podFeatures, type PodFeature, podManifest } from "../generate-pods.ts";
import type { CaseCarryOut, CaseFacts, DisruptionCase } from "./cases.ts";
import { generateChanges } from "./generate-changes.ts";
import {
  generateMachine,
  type GeneratedMachine,
  type MachineChoices,
} from "./generate-machines.ts";
import { generatePools, now, type PoolChoices } from "./generate-pools.ts";
import {
  generatePodBudgets,
  generateRunningPods,
  type RunningChoices,
} from "./generate-running-pods.ts";

/** What cases of a topic are like, where they differ from the ordinary. */
interface Topic {
  readonly name: string;
  readonly features?: readonly PodFeature[];
  readonly machines?: readonly [low: number, high: number];
  readonly pools?: Partial<PoolChoices>;
  readonly machine?: Partial<MachineChoices>;
  readonly running?: Partial<RunningChoices>;
  readonly podBudgetChance?: number;
  /** At most so many pods wait for a node. */
  readonly pendingMax?: number;
  readonly instanceTypeSets?: readonly string[];
  readonly hasFacts?: boolean;
  readonly spotToSpotChance?: number;
  /** How long the controller runs; 0: only the methods are asked. */
  readonly seconds?: readonly number[];
  /** Decisions are carried out, and the next ones taken. */
  readonly isCarriedOut?: boolean;
  readonly hasDaemonSets?: boolean;
  /** Something happens while commands wait to be looked at again. */
  readonly hasChanges?: boolean;
}

const few = ["reserved", "catalogue-50"];
const many = ["types-120", "catalogue-200"];

export const disruptionTopics: readonly Topic[] = [
  { name: "emptiness", running: { emptyChance: 0.7 }, pools: { budgetChance: 0.5 } },
  { name: "single-node", machines: [1, 3], instanceTypeSets: many },
  { name: "multi-node", machines: [4, 14], running: { perMachineMax: 2, emptyChance: 0.05 } },
  {
    name: "spot-to-spot",
    machine: { capacityType: "spot" },
    spotToSpotChance: 0.8,
    instanceTypeSets: many,
    running: { perMachineMax: 3, emptyChance: 0 },
  },
  {
    name: "balanced",
    pools: { policies: ["Balanced", "Balanced", "WhenEmptyOrUnderutilized"] },
    running: { emptyChance: 0.05, special: 1 },
  },
  { name: "drift", machine: { drifted: 0.5 }, pools: { budgetChance: 0.5 } },
  { name: "static", pools: { isStatic: true }, machine: { drifted: 0.6 } },
  { name: "budgets", pools: { budgetChance: 1 }, machine: { drifted: 0.2 } },
  {
    name: "blocked",
    machine: { blocked: 2, drifted: 0.3 },
    running: { special: 1.5 },
    podBudgetChance: 0.6,
    hasFacts: true,
  },
  {
    name: "min-values",
    pools: { hasMinValues: true },
    instanceTypeSets: ["types-40", "catalogue-200"],
  },
  {
    name: "topology",
    features: ["zone-spread", "hostname-spread", "pod-affinity", "pod-anti-affinity"],
    machines: [2, 12],
  },
  { name: "preferences", features: ["preferences", "selectors", "zone-spread"] },
  { name: "pending", pendingMax: 8, machine: { blocked: 1.5 } },
  { name: "reserved", instanceTypeSets: ["reserved"], machine: { capacityType: "reserved" } },
  {
    name: "everything",
    features: podFeatures,
    machines: [1, 24],
    pools: {
      policies: ["WhenEmpty", "WhenEmptyOrUnderutilized", "Balanced"],
      budgetChance: 0.5,
      hasMinValues: true,
      isStatic: true,
    },
    machine: { blocked: 1, drifted: 0.15 },
    running: { special: 1 },
    podBudgetChance: 0.3,
    pendingMax: 4,
    hasFacts: true,
    spotToSpotChance: 0.5,
  },
  {
    name: "steps",
    machines: [4, 16],
    running: { perMachineMax: 3, emptyChance: 0.25 },
    machine: { drifted: 0.2 },
    pools: { policies: ["WhenEmptyOrUnderutilized", "Balanced"], budgetChance: 0.5 },
    seconds: [300, 480, 600],
    isCarriedOut: true,
  },
  { name: "many-nodes", machines: [60, 200], instanceTypeSets: few, seconds: [0, 16] },
  { name: "daemon-sets", hasDaemonSets: true, machine: { drifted: 0.2 } },
  {
    name: "changes",
    hasChanges: true,
    machines: [2, 8],
    machine: { drifted: 0.2 },
    running: { perMachineMax: 3, emptyChance: 0.3 },
    seconds: [20, 45],
  },
];

/** `countByTopic` cases of every topic. */
export function generateDisruptionCases(
  seed: number,
  countByTopic: number,
  sets: Readonly<Record<string, readonly CaseInstanceType[]>>,
): readonly DisruptionCase[] {
  return disruptionTopics.flatMap((topic) =>
    Array.from({ length: countByTopic }, (_, index) => {
      const name = `${topic.name}-${seed}-${String(index).padStart(3, "0")}`;
      return generateCase(stream(seed, "disruption-case", name), name, topic, sets);
    }),
  );
}

const ordinaryPools: PoolChoices = {
  policies: ["WhenEmptyOrUnderutilized", "WhenEmptyOrUnderutilized", "Balanced", "WhenEmpty"],
  budgetChance: 0.2,
  hasMinValues: false,
  isStatic: false,
};
const ordinaryMachine: MachineChoices = { drifted: 0.03, blocked: 0.4 };
const ordinaryRunning: RunningChoices = { perMachineMax: 6, emptyChance: 0.15, special: 0.4 };

function generateCase(
  random: RandomStream,
  name: string,
  topic: Topic,
  sets: Readonly<Record<string, readonly CaseInstanceType[]>>,
): DisruptionCase {
  const instanceTypeSet = random.pick(topic.instanceTypeSets ?? Object.keys(sets).sort());
  const types = sets[instanceTypeSet] ?? [];
  const pools = generatePools(random, { ...ordinaryPools, ...topic.pools });
  const [low, high] = topic.machines ?? [1, 8];
  const used = some(random, types, 1).slice(0, between(random, 1, 12));
  const machines = Array.from({ length: between(random, low, high) }, (_, index) =>
    generateMachine(random, index, pools, used, { ...ordinaryMachine, ...topic.machine }),
  );
  const facts = topic.hasFacts === true ? generateFacts(random, machines) : {};
  const seconds = random.pick(topic.seconds ?? [0, 20, 45]);
  const plain: DisruptionCase = {
    name,
    topic: `disruption: ${topic.name}`,
    now,
    options: {
      preferencePolicy: chance(random, 0.15) ? "Ignore" : "Respect",
      minValuesPolicy: chance(random, 0.25) ? "BestEffort" : "Strict",
      featureGates: { SpotToSpotConsolidation: chance(random, topic.spotToSpotChance ?? 0.3) },
    },
    instanceTypeSet,
    facts,
    seconds: facts.queued === undefined ? seconds : 0,
    ...(topic.isCarriedOut === true ? { carryOut: generateCarryOut(random) } : {}),
    objects: {
      kind: "List",
      items: [
        namespace("default", {}),
        namespace("other", { kind: "second" }),
        ...pools,
        ...machines.flatMap(({ manifests }) => manifests),
        ...generatePods(random, topic, machines),
        ...(topic.hasDaemonSets === true ? generateDaemonSets(random) : []),
      ],
    },
  };
  if (topic.hasChanges !== true) return plain;
  return { ...plain, script: generateChanges(random, plain.objects.items) };
}

function generateCarryOut(random: RandomStream): CaseCarryOut {
  return {
    launchSeconds: between(random, 1, 6),
    initializeSeconds: between(random, 10, 60),
    terminateSeconds: between(random, 5, 40),
  };
}

function namespace(name: string, labels: Readonly<Record<string, string>>): Manifest {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

function generatePods(
  random: RandomStream,
  topic: Topic,
  machines: readonly GeneratedMachine[],
): readonly Manifest[] {
  const features = new Set(topic.features ?? (chance(random, 0.3) ? ["selectors" as const] : []));
  const groups = Array.from({ length: between(random, 1, 6) }, (_, index) =>
    generatePodGroup(random, index, features),
  );
  const running = generateRunningPods(random, machines, groups, {
    ...ordinaryRunning,
    ...topic.running,
  });
  const pending = Array.from({ length: random.integer((topic.pendingMax ?? 0) + 1) }, (_, index) =>
    podManifest(random.pick(groups), 900 + index),
  );
  return [
    ...running,
    ...pending,
    ...generatePodBudgets(random, groups, topic.podBudgetChance ?? 0.1),
  ];
}

/** What Karpenter remembers of some machines. */
function generateFacts(random: RandomStream, machines: readonly GeneratedMachine[]): CaseFacts {
  const managed = machines
    .filter(({ isManaged, hasNode }) => isManaged && hasNode)
    .map(({ name }) => name);
  const draw = (probability: number): readonly string[] =>
    managed.filter(() => chance(random, probability));
  const [marked, nominated, buffered] = [draw(0.08), draw(0.12), draw(0.08)];
  const queued = chance(random, 0.2) ? draw(0.2) : [];
  return {
    ...(marked.length > 0 ? { markedForDeletion: marked } : {}),
    ...(nominated.length > 0
      ? {
          nominatedSecondsAgo: Object.fromEntries(
            nominated.map((name) => [name, random.pick([0, 5, 25])]),
          ),
        }
      : {}),
    ...(buffered.length > 0
      ? { bufferPods: Object.fromEntries(buffered.map((name) => [name, between(random, 1, 3)])) }
      : {}),
    ...(queued.length > 0 ? { queued } : {}),
  };
}
