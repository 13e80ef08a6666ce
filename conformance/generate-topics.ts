import { type PodFeature, podFeatures } from "./generate-pods.ts";

/** What cases of a topic may have, beside resources and tolerations. */
export interface Topic {
  readonly name: string;
  readonly features: readonly PodFeature[];
  readonly hasNodes?: boolean;
  readonly hasDaemons?: boolean;
  readonly hasVolumes?: boolean;
  /** Storage of which nodes attach so much and no more. */
  readonly hasAttachments?: boolean;
  readonly limits?: "some" | "every";
  readonly hasMinValues?: boolean;
  readonly hasRacks?: boolean;
  /** Startup taints, several taints, softer ones; on nodes those that come and go. */
  readonly hasTaints?: boolean;
  /** NodePools that launch nothing. */
  readonly hasIdleNodePools?: boolean;
  /** NodeOverlays, with their feature gate on. */
  readonly hasNodeOverlays?: boolean;
  /** Many nodes that are being deleted, and pods that stay all the same. */
  readonly hasDeletions?: boolean;
  /** Reservations as consolidation sees them, or with their feature gate off. */
  readonly hasReservedFallback?: boolean;
  readonly instanceTypeSets?: readonly string[];
}

const shapes = ["zone-spread", "hostname-spread", "pod-affinity", "pod-anti-affinity"] as const;
const catalogues = ["catalogue-50", "catalogue-200"] as const;

/** The generator's topics; counts and options of commands go by their names. */
export const topics: readonly Topic[] = [
  { name: "packing", features: ["selectors"] },
  { name: "zone-spread", features: ["zone-spread"] },
  { name: "hostname-spread", features: ["hostname-spread"] },
  { name: "capacity-type-spread", features: ["capacity-type-spread"] },
  { name: "custom-spread", features: ["custom-spread"], hasRacks: true, hasNodes: true },
  { name: "pod-affinity", features: ["pod-affinity"] },
  { name: "pod-anti-affinity", features: ["pod-anti-affinity"] },
  { name: "namespaces", features: ["pod-affinity", "pod-anti-affinity", "namespaces"] },
  { name: "node-pools", features: ["selectors"], limits: "some", hasIdleNodePools: true },
  {
    name: "limits",
    features: ["selectors", "slots"],
    limits: "every",
    hasNodes: true,
    instanceTypeSets: ["types-40", "overridden", ...catalogues],
  },
  { name: "min-values", features: ["selectors"], hasMinValues: true },
  { name: "preferences", features: ["preferences", "selectors", "zone-spread"] },
  { name: "taints", features: ["tolerations", "preferences"], hasTaints: true, hasNodes: true },
  { name: "containers", features: ["containers", "host-ports"], hasDaemons: true, hasNodes: true },
  { name: "systems", features: ["systems"], instanceTypeSets: ["systems"], hasNodes: true },
  { name: "existing-nodes", features: ["selectors", "host-ports"], hasNodes: true },
  { name: "topology-on-nodes", features: shapes, hasNodes: true },
  { name: "deleting-nodes", features: shapes, hasNodes: true, hasDeletions: true },
  { name: "daemons", features: ["host-ports"], hasDaemons: true, hasNodes: true },
  { name: "volumes", features: ["zone-spread"], hasVolumes: true, hasNodes: true },
  { name: "attachments", features: ["zone-spread"], hasAttachments: true, hasNodes: true },
  { name: "reservations", features: ["selectors"], instanceTypeSets: ["reserved"] },
  {
    name: "reserved-fallback",
    features: ["selectors", "preferences"],
    hasReservedFallback: true,
    instanceTypeSets: ["reserved"],
  },
  {
    name: "node-overlays",
    features: ["selectors", "slots"],
    hasNodeOverlays: true,
    hasMinValues: true,
    instanceTypeSets: ["types-40", "reserved", "overridden", "catalogue-50"],
  },
  {
    name: "offering-overrides",
    features: ["selectors", "slots"],
    hasDaemons: true,
    instanceTypeSets: ["overridden"],
  },
  {
    name: "everything",
    features: podFeatures,
    hasNodes: true,
    hasDaemons: true,
    hasVolumes: true,
    limits: "some",
    hasMinValues: true,
    hasRacks: true,
    hasTaints: true,
    hasIdleNodePools: true,
    hasNodeOverlays: true,
    instanceTypeSets: ["types-40", "types-120", "reserved", "overridden", "systems", ...catalogues],
  },
];
