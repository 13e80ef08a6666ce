import type { NodePool } from "../apis/index.ts";
import type { InstanceType } from "../cloudprovider/index.ts";
import type { Requirements } from "../scheduling/index.ts";

/**
 * What NodeClaims of one NodePool have in common within a run.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/nodeclaimtemplate.go NodeClaimTemplate
 */
export interface SchedulingNodeClaimTemplate {
  readonly nodePool: NodePool;
  /** The template's, the NodePool's name and its NodeClass. */
  readonly labels: Readonly<Record<string, string>>;
  /** The template's, the NodePool's hash and the version of the hash. */
  readonly annotations: Readonly<Record<string, string>>;
  /** With `registered` and `initialized` set to "true", for the sake of DaemonSets that select them. */
  readonly requirements: Requirements;
  /** Types that the requirements leave, in the provider's order. */
  readonly instanceTypeOptions: readonly InstanceType[];
}
