// Random cases, the same for the same seed. A topic decides which constraints occur; everything else
// is drawn anew for each case.
import { type RandomStream, stream } from "../sim/engine/index.ts";
import type { CaseInstanceType, ConformanceCase, Manifest } from "./cases.ts";
import { between, chance } from "./dice.ts";
import { generateAttachments, generateCsiNode, generateStorage } from "./generate-attachments.ts";
import { generateBudgets, generateProtection } from "./generate-budgets.ts";
import { generateCatalogueTypes, nodeClassManifest } from "./generate-catalogue-types.ts";
import { generateDaemonSets } from "./generate-daemon-sets.ts";
import {
  generateInstanceTypes,
  generateOverridden,
  generateSystems,
} from "./generate-instance-types.ts";
import { generateNodeOverlays } from "./generate-node-overlays.ts";
import { generateNodePools } from "./generate-node-pools.ts";
import { generateNode } from "./generate-nodes.ts";
import {
  appNames,
  generatePodGroup,
  type PodGroup,
  podManifest,
  podName,
} from "./generate-pods.ts";
import { type Topic, topics } from "./generate-topics.ts";
import { type ClaimTemplate, generateVolumes } from "./generate-volumes.ts";

export { topics } from "./generate-topics.ts";

const setSizes = [20, 40, 120, 400] as const;
/** Types of the embedded catalogue; about 900 are sold in one region. */
const catalogueSizes = [50, 200, 900] as const;
/** At most so many pods wait, with the probability of the entry. */
const podsMax = [
  [0.6, 30],
  [0.85, 100],
  [1, 300],
] as const;
const now = "2026-03-01T00:00:00Z";

const anySet = [
  ...setSizes.map((size) => `types-${size}`),
  ...catalogueSizes.map((size) => `catalogue-${size}`),
];

/** The sets of instance types that cases choose from. */
export function generateInstanceTypeSets(
  seed: number,
): Readonly<Record<string, readonly CaseInstanceType[]>> {
  const sets = setSizes.map((size) => {
    const name = `types-${size}`;
    return [name, generateInstanceTypes(stream(seed, "instance-types", name), size)] as const;
  });
  const catalogueSets = catalogueSizes.map((size) => {
    const name = `catalogue-${size}`;
    return [name, generateCatalogueTypes(stream(seed, "instance-types", name), size)] as const;
  });
  const of = (name: string) => stream(seed, "instance-types", name);
  return {
    ...Object.fromEntries([...sets, ...catalogueSets]),
    reserved: generateInstanceTypes(of("reserved"), 30, true),
    systems: generateSystems(of("systems"), 60),
    overridden: generateOverridden(of("overridden"), 40),
  };
}

/** `countByTopic` cases of every topic. */
export function generateCases(
  seed: number,
  countByTopic: number,
  sets: Readonly<Record<string, readonly CaseInstanceType[]>>,
): readonly ConformanceCase[] {
  return topics.flatMap((topic) =>
    Array.from({ length: countByTopic }, (_, index) => generateNumbered(seed, index, topic, sets)),
  );
}

/**
 * `count` cases, of every topic in turn; `only` are names of topics. They are the first ones that
 * {@link generateCases} gives of each.
 */
export function generateCount(
  seed: number,
  count: number,
  sets: Readonly<Record<string, readonly CaseInstanceType[]>>,
  only: readonly string[] = topics.map(({ name }) => name),
): readonly ConformanceCase[] {
  const chosen = topics.filter(({ name }) => only.includes(name));
  return Array.from({ length: count }, (_, serial): ConformanceCase | undefined => {
    const topic = chosen[serial % chosen.length];
    const index = Math.floor(serial / chosen.length);
    return topic === undefined ? undefined : generateNumbered(seed, index, topic, sets);
  }).filter((it) => it !== undefined);
}

function generateNumbered(
  seed: number,
  index: number,
  topic: Topic,
  sets: Readonly<Record<string, readonly CaseInstanceType[]>>,
): ConformanceCase {
  const name = `${topic.name}-${seed}-${String(index).padStart(3, "0")}`;
  return generateCase(stream(seed, "conformance-case", name), name, topic, sets);
}

const largeCases = [
  ["packing", 5000],
  ["topology-on-nodes", 2000],
  ["preferences", 3000],
  ["daemons", 4000],
] as const;

/** A few cases of thousands of pods. */
export function generateLargeCases(
  seed: number,
  sets: Readonly<Record<string, readonly CaseInstanceType[]>>,
): readonly ConformanceCase[] {
  return largeCases.flatMap(([topicName, podCount]) => {
    const name = `large-${topicName}-${seed}-${podCount}`;
    const random = stream(seed, "conformance-case", name);
    return topics
      .filter((topic) => topic.name === topicName)
      .map((topic) => generateCase(random, name, { ...topic, name: "large" }, sets, podCount));
  });
}

function generateCase(
  random: RandomStream,
  name: string,
  topic: Topic,
  sets: Readonly<Record<string, readonly CaseInstanceType[]>>,
  podCount?: number,
): ConformanceCase {
  const choices = topic.instanceTypeSets ?? anySet;
  const instanceTypeSet = random.pick(choices);
  const types = sets[instanceTypeSet] ?? [];
  const pools = generateNodePools(random, {
    count: between(random, 1, 4),
    limits: topic.limits ?? "none",
    withMinValues: topic.hasMinValues === true,
    withRacks: topic.hasRacks === true,
    withTaints: topic.hasTaints === true,
    withIdle: topic.hasIdleNodePools === true,
  });
  const volumes = topic.hasVolumes === true ? generateVolumes(random) : undefined;
  return {
    name,
    topic: topic.name,
    now,
    options: generateOptions(random, topic),
    instanceTypeSet,
    objects: {
      kind: "List",
      items: [
        namespaceManifest("default", {}),
        namespaceManifest("other", { kind: "second" }),
        namespaceManifest("third", { kind: "third" }),
        nodeClassManifest("default"),
        ...pools,
        ...(topic.hasNodeOverlays === true ? generateNodeOverlays(random, types) : []),
        ...(volumes?.manifests ?? []),
        ...(topic.hasAttachments === true ? generateStorage(random) : []),
        ...(topic.hasDaemons === true ? generateDaemonSets(random) : []),
        ...(topic.hasDeletions === true ? generateBudgets(random, appNames) : []),
        ...generatePods(random, topic, { pools, types, volumes, podCount }),
      ],
    },
  };
}

function generateOptions(random: RandomStream, topic: Topic): ConformanceCase["options"] {
  const isFallback = topic.hasReservedFallback === true && chance(random, 0.7);
  const featureGates = {
    ...(topic.hasNodeOverlays === true ? { NodeOverlay: true } : {}),
    ...(topic.hasReservedFallback === true && !isFallback ? { ReservedCapacity: false } : {}),
  };
  return {
    preferencePolicy: chance(random, 0.15) ? "Ignore" : "Respect",
    minValuesPolicy: topic.hasMinValues === true && chance(random, 0.4) ? "BestEffort" : "Strict",
    ...(isFallback ? { reservedOfferingMode: "Fallback" } : {}),
    ...(Object.keys(featureGates).length > 0 ? { featureGates } : {}),
  };
}

function namespaceManifest(name: string, labels: Readonly<Record<string, string>>): Manifest {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

interface World {
  readonly pools: readonly Manifest[];
  readonly types: readonly CaseInstanceType[];
  readonly volumes: ReturnType<typeof generateVolumes> | undefined;
  /** How many pods wait; at random when not given. */
  readonly podCount: number | undefined;
}

function drawPodsMax(random: RandomStream): number {
  const draw = random.next();
  return podsMax.find(([probability]) => draw < probability)?.[1] ?? 0;
}

/** Nodes with the pods that run on them, and pods that wait. */
function generatePods(random: RandomStream, topic: Topic, world: World): readonly Manifest[] {
  const features = new Set(topic.features);
  const groups = Array.from({ length: between(random, 1, 6) }, (_, index) =>
    generatePodGroup(random, index, features),
  );
  const nodes =
    topic.hasNodes === true
      ? Array.from({ length: between(random, 1, 8) }, (_, index) =>
          generateNode(random, index, {
            pools: world.pools,
            types: world.types,
            withTaints: topic.hasTaints === true,
            deletingFraction: topic.hasDeletions === true ? 0.5 : 0.1,
          }),
        )
      : [];
  const source = { random, topic, groups, volumes: world.volumes };
  let serial = 0;
  const running = nodes
    .filter(({ hasNode }) => hasNode)
    .flatMap(({ name }) =>
      Array.from({ length: random.integer(4) }, () => generatePod(source, serial++, name)),
    );
  const length = world.podCount ?? between(random, 1, drawPodsMax(random));
  const waiting = Array.from({ length }, () => generatePod(source, serial++));
  const csiNodes =
    topic.hasAttachments === true
      ? nodes.filter((it) => it.hasNode).flatMap(({ name }) => generateCsiNode(random, name))
      : [];
  const pods = [...running, ...waiting];
  return [
    ...nodes.flatMap(({ manifests }) => manifests),
    ...csiNodes,
    ...pods.flatMap(({ claims }) => claims),
    ...pods.map(({ pod }) => pod),
  ];
}

interface PodSource {
  readonly random: RandomStream;
  readonly topic: Topic;
  readonly groups: readonly PodGroup[];
  readonly volumes: World["volumes"];
}

interface PodWithClaims {
  readonly pod: Manifest;
  readonly claims: readonly Manifest[];
}

/** A pod of one of the groups, running where a node is named, and what it mounts. */
function generatePod(
  { random, topic, groups, volumes }: PodSource,
  serial: number,
  nodeName?: string,
): PodWithClaims {
  const group = random.pick(groups);
  const claim = generateClaim(random, { topic, group, serial, volumes, nodeName });
  const spec = claim === undefined ? {} : { volumes: claim.volumes };
  const running = {
    ...(nodeName === undefined ? {} : { nodeName, isTerminating: chance(random, 0.08) }),
    ...(nodeName !== undefined && topic.hasDeletions === true
      ? { protection: generateProtection(random) }
      : {}),
  };
  const pod = podManifest(group, serial, { spec, ...running });
  return { pod, claims: claim?.manifests ?? [] };
}

function generateClaim(
  random: RandomStream,
  pod: Pick<PodSource, "topic" | "volumes"> & {
    readonly group: PodGroup;
    readonly serial: number;
    readonly nodeName: string | undefined;
  },
): ClaimTemplate | undefined {
  const { topic, volumes, group, serial, nodeName } = pod;
  if (topic.hasAttachments === true && chance(random, 0.7)) {
    return generateAttachments(random, podName(group, serial), nodeName !== undefined);
  }
  if (volumes === undefined || nodeName !== undefined || !chance(random, 0.4)) return undefined;
  return volumes.claim(random, serial);
}
