// Random cases, the same for the same seed. A topic decides which constraints occur; everything else
// is drawn anew for each case.
import { type RandomStream, stream } from "../sim/engine/index.ts";
import type { CaseInstanceType, ConformanceCase, Manifest } from "./cases.ts";
import { between, chance } from "./dice.ts";
import { generateCatalogueTypes } from "./generate-catalogue-types.ts";
import { generateInstanceTypes } from "./generate-instance-types.ts";
import { generateNode, generateNodePools } from "./generate-nodes.ts";
import { generatePodGroup, podFeatures, type PodFeature, podManifest } from "./generate-pods.ts";
import { type ClaimTemplate, generateVolumes } from "./generate-volumes.ts";

/** What cases of a topic may have, beside resources and tolerations. */
interface Topic {
  readonly name: string;
  readonly features: readonly PodFeature[];
  readonly hasNodes?: boolean;
  readonly hasDaemons?: boolean;
  readonly hasVolumes?: boolean;
  readonly hasLimits?: boolean;
  readonly hasMinValues?: boolean;
  readonly hasRacks?: boolean;
  readonly instanceTypeSets?: readonly string[];
}

export const topics: readonly Topic[] = [
  { name: "packing", features: ["selectors"] },
  { name: "zone-spread", features: ["zone-spread"] },
  { name: "hostname-spread", features: ["hostname-spread"] },
  { name: "capacity-type-spread", features: ["capacity-type-spread"] },
  { name: "custom-spread", features: ["custom-spread"], hasRacks: true, hasNodes: true },
  { name: "pod-affinity", features: ["pod-affinity"] },
  { name: "pod-anti-affinity", features: ["pod-anti-affinity"] },
  { name: "node-pools", features: ["selectors"], hasLimits: true },
  { name: "min-values", features: ["selectors"], hasMinValues: true },
  { name: "preferences", features: ["preferences", "selectors", "zone-spread"] },
  { name: "existing-nodes", features: ["selectors", "host-ports"], hasNodes: true },
  {
    name: "topology-on-nodes",
    features: ["zone-spread", "hostname-spread", "pod-affinity", "pod-anti-affinity"],
    hasNodes: true,
  },
  { name: "daemons", features: ["host-ports"], hasDaemons: true, hasNodes: true },
  { name: "volumes", features: ["zone-spread"], hasVolumes: true, hasNodes: true },
  { name: "reservations", features: ["selectors"], instanceTypeSets: ["reserved"] },
  {
    name: "everything",
    features: podFeatures,
    hasNodes: true,
    hasDaemons: true,
    hasVolumes: true,
    hasLimits: true,
    hasMinValues: true,
    hasRacks: true,
    instanceTypeSets: ["types-40", "types-120", "reserved", "catalogue-50", "catalogue-200"],
  },
];

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
  const reserved = generateInstanceTypes(stream(seed, "instance-types", "reserved"), 30, true);
  return { ...Object.fromEntries([...sets, ...catalogueSets]), reserved };
}

/** `countByTopic` cases of every topic. */
export function generateCases(
  seed: number,
  countByTopic: number,
  sets: Readonly<Record<string, readonly CaseInstanceType[]>>,
): readonly ConformanceCase[] {
  return topics.flatMap((topic) =>
    Array.from({ length: countByTopic }, (_, index) => {
      const name = `${topic.name}-${seed}-${String(index).padStart(3, "0")}`;
      return generateCase(stream(seed, "conformance-case", name), name, topic, sets);
    }),
  );
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
  const pools = generateNodePools(random, {
    count: between(random, 1, 4),
    withLimits: topic.hasLimits === true,
    withMinValues: topic.hasMinValues === true,
    withRacks: topic.hasRacks === true,
  });
  const volumes = topic.hasVolumes === true ? generateVolumes(random) : undefined;
  return {
    name,
    topic: topic.name,
    now,
    options: {
      preferencePolicy: chance(random, 0.15) ? "Ignore" : "Respect",
      minValuesPolicy: topic.hasMinValues === true && chance(random, 0.4) ? "BestEffort" : "Strict",
    },
    instanceTypeSet,
    objects: {
      kind: "List",
      items: [
        namespaceManifest("default", {}),
        namespaceManifest("other", { kind: "second" }),
        ...pools,
        ...(volumes?.manifests ?? []),
        ...(topic.hasDaemons === true ? generateDaemonSets(random) : []),
        ...generatePods(random, topic, {
          pools,
          types: sets[instanceTypeSet] ?? [],
          volumes,
          podCount,
        }),
      ],
    },
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
          generateNode(random, index, world.pools, world.types),
        )
      : [];
  let serial = 0;
  const running = nodes
    .filter(({ hasNode }) => hasNode)
    .flatMap(({ name }) =>
      Array.from({ length: random.integer(4) }, () =>
        podManifest(random.pick(groups), serial++, {
          nodeName: name,
          isTerminating: chance(random, 0.08),
        }),
      ),
    );
  const claims: ClaimTemplate[] = [];
  const length = world.podCount ?? between(random, 1, drawPodsMax(random));
  const waiting = Array.from({ length }, () => {
    const claim = chance(random, 0.4) ? world.volumes?.claim(random, serial) : undefined;
    if (claim !== undefined) claims.push(claim);
    const spec = claim === undefined ? {} : { volumes: claim.volumes };
    return podManifest(random.pick(groups), serial++, { spec });
  });
  const claimManifests = waiting.flatMap(() => {
    const claim = claims.shift();
    return claim === undefined ? [] : claim.manifests;
  });
  return [
    ...nodes.flatMap(({ manifests }) => manifests),
    ...claimManifests,
    ...running,
    ...waiting,
  ];
}

function generateDaemonSets(random: RandomStream): readonly Manifest[] {
  return Array.from({ length: between(random, 1, 3) }, (_, index) => {
    const labels = { daemon: `daemon-${index}` };
    const nodeSelector = chance(random, 0.4)
      ? { "kubernetes.io/arch": random.pick(["amd64", "arm64"]) }
      : {};
    const ports = chance(random, 0.3)
      ? [{ containerPort: 1, hostPort: 9090, protocol: "TCP" }]
      : [];
    return {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name: `daemon-${index}`, namespace: "default", uid: `uid-daemon-${index}` },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            nodeSelector,
            tolerations: chance(random, 0.7) ? [{ operator: "Exists" }] : [],
            containers: [
              {
                name: "main",
                image: "example/daemon",
                ports,
                resources: { requests: { cpu: random.pick(["50m", "200m"]), memory: "100Mi" } },
              },
            ],
          },
        },
      },
    };
  });
}
