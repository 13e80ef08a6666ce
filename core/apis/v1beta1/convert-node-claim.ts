import {
  type Decoder,
  defaulted,
  object,
  optional,
  required,
  present,
  typeMeta,
} from "../decoder.ts";
import { kubeletConfiguration } from "../parse-kubelet.ts";
import { clusterMetadata } from "../parse-metadata.ts";
import { emptyNodeClaimStatus, nodeClaimSpecShape, nodeClaimStatus } from "../parse-node-claim.ts";
import { defaultExpireAfter } from "../parse-node-pool.ts";
import type { ParsedObject } from "../parsed-object.ts";
import { converted, placeAt } from "../place.ts";
import {
  convertReference,
  missingReference,
  olderReference,
} from "./convert-node-class-reference.ts";

const parts = object({
  ...typeMeta,
  metadata: required(clusterMetadata),
  spec: required(
    object({
      ...nodeClaimSpecShape,
      nodeClassRef: optional(olderReference),
      kubelet: optional(kubeletConfiguration),
    }),
  ),
  status: defaulted(nodeClaimStatus, emptyNodeClaimStatus),
});

/**
 * A karpenter.sh/v1beta1 NodeClaim; how long it lives is taken from its NodePool afterwards.
 *
 * @see karpenter v1.0.0 pkg/apis/v1/nodeclaim_conversion.go NodeClaim.ConvertFrom
 */
export const nodeClaimV1Beta1: Decoder<ParsedObject> = (raw, place) => {
  const read = parts(raw, place);
  if (read === undefined) return undefined;
  const { nodeClassRef, kubelet, resources, terminationGracePeriod, ...rest } = read.spec;
  const specPlace = placeAt(place, "spec");
  if (kubelet !== undefined) {
    converted(
      placeAt(specPlace, "kubelet"),
      kubelet,
      "EC2NodeClass spec.kubelet",
      "v1 keeps kubelet settings in the node class; those of the NodePool are used",
    );
  }
  converted(
    placeAt(specPlace, "expireAfter"),
    undefined,
    "spec.expireAfter",
    "taken from the NodePool, or 720h where there is none",
  );
  return {
    object: {
      kind: "NodeClaim",
      metadata: read.metadata,
      spec: {
        ...rest,
        requests: resources?.requests ?? {},
        nodeClassRef:
          nodeClassRef === undefined
            ? missingReference(specPlace, "nodeClassRef")
            : convertReference(nodeClassRef, placeAt(specPlace, "nodeClassRef")),
        ...present({ terminationGracePeriod }),
        expireAfter: defaultExpireAfter,
      },
      status: read.status,
    },
    pending: {
      takesExpireAfter: true,
      ...(nodeClassRef === undefined ? { needsNodeClass: true } : {}),
    },
  };
};
