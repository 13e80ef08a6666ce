import {
  type Decoder,
  defaulted,
  list,
  mapped,
  object,
  optional,
  present,
  required,
  silent,
  typeMeta,
} from "./decoder.ts";
import { instant, nillableDuration, plainDuration, resourceList, text } from "./decode-scalars.ts";
import type { NodeClaim, NodeClaimSpec, NodeClaimStatus } from "./node-claim.ts";
import { clusterMetadata, condition } from "./parse-metadata.ts";
import { defaultExpireAfter, limits, nodeClassReference } from "./parse-node-pool.ts";
import { nodeClaimRequirements } from "./parse-requirements.ts";
import { nodePoolTaint } from "./parse-taints.ts";

/** The parts of a NodeClaim's spec that every version has. */
export const nodeClaimSpecShape = {
  taints: defaulted(list(nodePoolTaint), []),
  startupTaints: defaulted(list(nodePoolTaint), []),
  requirements: required(nodeClaimRequirements),
  resources: optional(object({ requests: defaulted(limits, {}) })),
  terminationGracePeriod: optional(plainDuration),
} as const;

const spec: Decoder<NodeClaimSpec> = mapped(
  object({
    ...nodeClaimSpecShape,
    nodeClassRef: required(nodeClassReference),
    expireAfter: defaulted(nillableDuration, defaultExpireAfter),
  }),
  ({ resources, terminationGracePeriod, ...rest }) => ({
    ...rest,
    requests: resources?.requests ?? {},
    ...present({ terminationGracePeriod }),
  }),
);

/** The status of a NodeClaim that has none yet. */
export const emptyNodeClaimStatus: NodeClaimStatus = {
  capacity: {},
  allocatable: {},
  conditions: [],
};

/** The status of a NodeClaim, as a snapshot has it. */
export const nodeClaimStatus: Decoder<NodeClaimStatus> = mapped(
  object({
    nodeName: optional(text),
    providerID: optional(text),
    imageID: optional(text),
    capacity: defaulted(resourceList, {}),
    allocatable: defaulted(resourceList, {}),
    conditions: defaulted(list(condition), []),
    lastPodEventTime: optional(instant),
    ...silent("requestedDRADrivers"),
  }),
  ({ nodeName, providerID, imageID, lastPodEventTime, ...rest }) => ({
    ...rest,
    ...present({ nodeName, providerId: providerID, imageId: imageID, lastPodEventTime }),
  }),
);

/**
 * A karpenter.sh/v1 NodeClaim.
 *
 * @see karpenter v1.14.1 pkg/apis/crds/karpenter.sh_nodeclaims.yaml
 */
export const nodeClaim: Decoder<NodeClaim> = mapped(
  object({
    ...typeMeta,
    metadata: required(clusterMetadata),
    spec: required(spec),
    status: defaulted(nodeClaimStatus, emptyNodeClaimStatus),
  }),
  (read) => ({ kind: "NodeClaim", ...read }),
);
