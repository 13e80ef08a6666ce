import {
  finalizerTermination,
  labelEc2NodeClass,
  type Node,
  type NodeClaim,
} from "../apis/index.ts";
import type { CloudProvider } from "../cloudprovider/index.ts";
import type { Cluster, ClusterState } from "../state/index.ts";
import type { DurationMs } from "../units/index.ts";
import type { LifecycleRecorder } from "./lifecycle-recorder.ts";
import type { MachineIndex } from "./machine-index.ts";
import type { RegistrationHook } from "./registration.ts";
import type { RegistrationHealth } from "./registration-health.ts";

/** Settings of the lifecycle controllers. */
export interface LifecycleOptions {
  readonly featureGates: { readonly nodeRepair: boolean; readonly staticCapacity: boolean };
  /** How long a launch may take; 5 min unless the provider says otherwise. */
  readonly launchTimeout?: DurationMs;
}

/** What lifecycle controllers work with. */
export interface LifecycleContext {
  readonly cluster: Cluster;
  readonly cloudProvider: CloudProvider;
  readonly state: ClusterState;
  readonly options: LifecycleOptions;
  readonly recorder: LifecycleRecorder;
  readonly machines: MachineIndex;
  readonly registrationHealth: RegistrationHealth;
  readonly registrationHooks: readonly RegistrationHook[];
}

/**
 * Writes what a controller has changed of a NodeClaim over the server's present one, so that a
 * deletion in between isn't lost. False when the NodeClaim is gone.
 */
export function writeNodeClaim(cluster: Cluster, changed: NodeClaim): boolean {
  const current = cluster.nodeClaim(changed.metadata.name);
  if (current === undefined || current.metadata.uid !== changed.metadata.uid) return false;
  const { labels, annotations, finalizers } = changed.metadata;
  return cluster.updateNodeClaim({
    ...current,
    metadata: { ...current.metadata, labels, annotations, finalizers },
    status: changed.status,
  });
}

/**
 * Whether the Node is one of ours: it carries its NodeClass's label. What others have launched is
 * left alone, even under a NodePool's label.
 *
 * @see karpenter v1.14.1 pkg/utils/node/node.go IsManaged
 */
export function isManagedNode({ metadata }: Node): boolean {
  return metadata.labels[labelEc2NodeClass] !== undefined;
}

/** Whether the object waits for Karpenter before it goes. */
export function hasTerminationFinalizer(object: Pick<NodeClaim, "metadata">): boolean {
  return object.metadata.finalizers.includes(finalizerTermination);
}

/** The finalizers without Karpenter's. */
export function withoutTerminationFinalizer(finalizers: readonly string[]): readonly string[] {
  return finalizers.filter((finalizer) => finalizer !== finalizerTermination);
}
