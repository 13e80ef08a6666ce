/**
 * The pods of upstream's own scheduling benchmark, as manifests, drawn from a seed: the same pods on
 * every machine, so that two schedulers can be given the same ones.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/scheduling_benchmark_test.go
 */
import type { RandomStream } from "../../sim/engine/index.ts";
import type { Manifest } from "../../conformance/cases.ts";

const cpuMillicores = [100, 250, 500, 1000, 1500] as const;
const memoryMebibytes = [100, 256, 512, 1024, 2048, 4096] as const;
const letters = ["a", "b", "c", "d", "e", "f", "g"] as const;
const zoneKey = "topology.kubernetes.io/zone";
const hostnameKey = "kubernetes.io/hostname";
const nginx = { app: "nginx" } as const;
const kindsOfPods = 5;

type Labels = Readonly<Record<string, string>>;

interface PodDraft {
  readonly labels: Labels;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly cpu: string;
  readonly memory: string;
}

/** A fifth each of plain pods, spread by zone and by host, with affinity and anti-affinity. */
export function diversePods(random: RandomStream, count: number): readonly Manifest[] {
  const each = Math.floor(count / kindsOfPods);
  const repeat = (times: number, make: () => PodDraft) => Array.from({ length: times }, make);
  return manifests([
    ...repeat(each, () => genericPod(random)),
    ...repeat(each, () => spreadPod(random, zoneKey)),
    ...repeat(each, () => spreadPod(random, hostnameKey)),
    ...repeat(each, () => affinityPod(random)),
    ...repeat(each, () => antiAffinityPod(random)),
    ...repeat(count - kindsOfPods * each, () => genericPod(random)),
  ]);
}

/** Alike pods that prefer a zone, which they can have, and other zones each, which they cannot. */
export function preferencePods(random: RandomStream, count: number): readonly Manifest[] {
  const size = drawSize(random);
  const selector = { matchLabels: nginx };
  const affinity = {
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 1,
          preference: {
            matchExpressions: [{ key: zoneKey, operator: "In", values: ["test-zone-1"] }],
          },
        },
      ],
    },
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 10, podAffinityTerm: { labelSelector: selector, topologyKey: zoneKey } },
        { weight: 1, podAffinityTerm: { labelSelector: selector, topologyKey: hostnameKey } },
      ],
    },
  };
  return manifests(
    Array.from({ length: count }, () => ({ labels: nginx, spec: { affinity }, ...size })),
  );
}

/**
 * `shapes` distinct Deployments with about as many replicas each: sizes between a tenth of a core and
 * eight, every second with a constraint (zone spread, host anti-affinity, architecture, capacity type).
 */
export function deploymentPods(
  random: RandomStream,
  count: number,
  shapes: number,
): readonly Manifest[] {
  const drafts = Array.from({ length: shapes }, (_, index) => deploymentPod(random, index));
  return manifests(
    Array.from({ length: count }, (_, index) => drafts[index % shapes]).filter(
      (draft) => draft !== undefined,
    ),
  );
}

function deploymentPod(random: RandomStream, index: number): PodDraft {
  const labels = { app: `app-${index}` };
  const selector = { matchLabels: labels };
  const cores = random.pick([0.1, 0.25, 0.5, 1, 2, 4, 8]);
  const constraints: readonly Readonly<Record<string, unknown>>[] = [
    { topologySpreadConstraints: [spreadOver(zoneKey, labels)] },
    {
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { labelSelector: selector, topologyKey: hostnameKey },
          ],
        },
      },
    },
    { nodeSelector: { "kubernetes.io/arch": "arm64" } },
    { nodeSelector: { "karpenter.sh/capacity-type": "on-demand" } },
  ];
  const spec = index % 2 === 0 ? {} : (constraints[((index - 1) / 2) % constraints.length] ?? {});
  // The index keeps the shapes apart.
  const cpu = `${Math.round(cores * 1000) + index}m`;
  return { labels, spec, cpu, memory: `${Math.round(cores * random.pick([1, 2, 4, 8]) * 1024)}Mi` };
}

function genericPod(random: RandomStream): PodDraft {
  return { labels: randomLabels(random), ...drawSize(random) };
}

function spreadPod(random: RandomStream, key: string): PodDraft {
  const labels = randomLabels(random);
  const topologySpreadConstraints = [spreadOver(key, randomLabels(random))];
  return { labels, spec: { topologySpreadConstraints }, ...drawSize(random) };
}

function affinityPod(random: RandomStream): PodDraft {
  const labels = { "my-affininity": random.pick(letters) };
  return {
    labels,
    spec: { affinity: { podAffinity: required(labels, zoneKey) } },
    ...drawSize(random),
  };
}

function antiAffinityPod(random: RandomStream): PodDraft {
  const spec = { affinity: { podAntiAffinity: required(nginx, hostnameKey) } };
  return { labels: nginx, spec, ...drawSize(random) };
}

function required(matchLabels: Labels, topologyKey: string) {
  const term = { labelSelector: { matchLabels }, topologyKey };
  return { requiredDuringSchedulingIgnoredDuringExecution: [term] };
}

function spreadOver(topologyKey: string, matchLabels: Labels) {
  const whenUnsatisfiable = "DoNotSchedule";
  return { maxSkew: 1, topologyKey, whenUnsatisfiable, labelSelector: { matchLabels } };
}

function randomLabels(random: RandomStream): Labels {
  return { "my-label": random.pick(letters) };
}

function drawSize(random: RandomStream): { readonly cpu: string; readonly memory: string } {
  const cpu = `${random.pick(cpuMillicores)}m`;
  return { cpu, memory: `${random.pick(memoryMebibytes)}Mi` };
}

/** Names and uids count up, so that ties in the queue follow the order of construction. */
function manifests(drafts: readonly PodDraft[]): readonly Manifest[] {
  return drafts.map(({ labels, spec, cpu, memory }, index) => {
    const name = `pod-${String(index).padStart(5, "0")}`;
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name,
        namespace: "default",
        uid: name,
        creationTimestamp: "2026-03-01T00:00:00Z",
        labels,
      },
      spec: {
        containers: [{ name: "main", image: "main", resources: { requests: { cpu, memory } } }],
        ...spec,
      },
      status: {
        phase: "Pending",
        conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }],
      },
    };
  });
}
