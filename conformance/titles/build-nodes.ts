import type { Manifest } from "../cases.ts";
import { archKey, capacityTypeKey, hostnameKey, osKey, typeKey, zoneKey } from "./build.ts";

const longAgo = "2026-02-28T00:00:00Z";

interface NodeDetails {
  readonly zone?: string;
  readonly capacityType?: string;
  readonly arch?: string;
  readonly cpu?: string;
  readonly taints?: readonly Manifest[];
  readonly startupTaints?: readonly Manifest[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly isInitialized?: boolean;
  readonly isDeleting?: boolean;
  /** Launched, not yet registered: there is a NodeClaim only. */
  readonly isWithoutNode?: boolean;
}

/** A node of NodePool `default` with its NodeClaim; initialized unless said otherwise. */
export function node(name: string, details: NodeDetails = {}): readonly Manifest[] {
  const labels = nodeLabels(name, details);
  const { isWithoutNode = false, isInitialized = true, taints = [] } = details;
  const resources = resourcesOf(details);
  const conditions = {
    Launched: true,
    Registered: !isWithoutNode,
    Initialized: isInitialized && !isWithoutNode,
  };
  const nodeClaim = {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: {
      name: `claim-${name}`,
      uid: `uid-claim-${name}`,
      labels,
      finalizers: ["karpenter.sh/termination"],
      ...(details.isDeleting === true ? { deletionTimestamp: "2026-02-28T23:00:00Z" } : {}),
    },
    spec: {
      nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
      requirements: [],
      ...(details.startupTaints === undefined ? {} : { startupTaints: details.startupTaints }),
    },
    status: {
      providerID: `aws:///zone/${name}`,
      ...(isWithoutNode ? {} : { nodeName: name }),
      ...resources,
      conditions: Object.entries(conditions).map(([type, it]) => ({
        type,
        status: it ? "True" : "Unknown",
        reason: type,
        message: "",
        lastTransitionTime: longAgo,
      })),
    },
  };
  return isWithoutNode ? [nodeClaim] : [nodeClaim, nodeManifest(name, labels, resources, taints)];
}

/** A node that Karpenter did not launch. */
export function unownedNode(name: string, details: NodeDetails = {}): Manifest {
  const { zone = "test-zone-1", arch = "amd64", taints = [] } = details;
  const labels = {
    [zoneKey]: zone,
    [archKey]: arch,
    [osKey]: "linux",
    [hostnameKey]: name,
    ...details.labels,
  };
  return nodeManifest(name, labels, resourcesOf(details), taints);
}

function nodeLabels(name: string, details: NodeDetails): Readonly<Record<string, string>> {
  const { zone = "test-zone-1", capacityType = "on-demand", arch = "amd64" } = details;
  const { isWithoutNode = false, isInitialized = true } = details;
  return {
    [zoneKey]: zone,
    [capacityTypeKey]: capacityType,
    [archKey]: arch,
    [osKey]: "linux",
    [typeKey]: "m1.xlarge",
    "karpenter.sh/nodepool": "default",
    ...(isWithoutNode ? {} : { [hostnameKey]: name, "karpenter.sh/registered": "true" }),
    ...(isInitialized && !isWithoutNode ? { "karpenter.sh/initialized": "true" } : {}),
    ...details.labels,
  };
}

function resourcesOf({ cpu = "4" }: NodeDetails): Manifest {
  const amounts = { cpu, memory: "16Gi", pods: "20" };
  return { capacity: amounts, allocatable: amounts };
}

function nodeManifest(
  name: string,
  labels: Readonly<Record<string, string>>,
  resources: Manifest,
  taints: readonly Manifest[],
): Manifest {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, uid: `uid-${name}`, labels },
    spec: { providerID: `aws:///zone/${name}`, ...(taints.length > 0 ? { taints } : {}) },
    status: {
      ...resources,
      conditions: [{ type: "Ready", status: "True", lastTransitionTime: longAgo }],
    },
  };
}

/** A DaemonSet that goes wherever its specification lets it. */
export function daemonSet(name: string, cpu: string, spec: Manifest = {}): Manifest {
  const labels = { daemon: name };
  const resources = { requests: { cpu } };
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name, namespace: "default", uid: `uid-${name}` },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: "main", image: "example/daemon", resources }], ...spec },
      },
    },
  };
}
