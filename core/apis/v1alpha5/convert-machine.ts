import {
  type Decoder,
  defaulted,
  list,
  mapped,
  object,
  optional,
  present,
  required,
  typeMeta,
} from "../decoder.ts";
import { provisionerKubelet } from "../parse-kubelet.ts";
import type { Condition, ObjectMeta } from "../object-meta.ts";
import { clusterMetadata } from "../parse-metadata.ts";
import { emptyNodeClaimStatus, nodeClaimStatus } from "../parse-node-claim.ts";
import { defaultExpireAfter, limits } from "../parse-node-pool.ts";
import { nodeClaimRequirements } from "../parse-requirements.ts";
import { nodePoolTaint } from "../parse-taints.ts";
import type { ParsedObject } from "../parsed-object.ts";
import { type Place, converted, placeAt } from "../place.ts";
import {
  convertReference,
  missingReference,
  olderReference,
} from "../v1beta1/convert-node-class-reference.ts";

const parts = object({
  ...typeMeta,
  metadata: required(clusterMetadata),
  spec: required(
    object({
      taints: defaulted(list(nodePoolTaint), []),
      startupTaints: defaulted(list(nodePoolTaint), []),
      requirements: defaulted(nodeClaimRequirements, []),
      resources: optional(object({ requests: defaulted(limits, {}) })),
      kubelet: optional(provisionerKubelet),
      machineTemplateRef: optional(olderReference),
    }),
  ),
  status: defaulted(
    mapped(nodeClaimStatus, (status) => status),
    emptyNodeClaimStatus,
  ),
});

const currentLabels: ReadonlyMap<string, string> = new Map([
  ["karpenter.sh/provisioner-name", "karpenter.sh/nodepool"],
]);
const currentAnnotations: ReadonlyMap<string, string> = new Map([
  ["karpenter.sh/provisioner-hash", "karpenter.sh/nodepool-hash"],
  ["karpenter.k8s.aws/nodetemplate-hash", "karpenter.k8s.aws/ec2nodeclass-hash"],
]);

/** Labels and annotations under their current names. */
function renameMetadata(metadata: ObjectMeta, place: Place): ObjectMeta {
  const rename = (
    field: "labels" | "annotations",
    names: ReadonlyMap<string, string>,
  ): Readonly<Record<string, string>> => {
    const entries = Object.entries(metadata[field]).map(([key, value]) => {
      const current = names.get(key);
      if (current === undefined) return [key, value] as const;
      converted(placeAt(place, "metadata", field, key), value, current, "renamed");
      return [current, value] as const;
    });
    return Object.fromEntries(entries);
  };
  return {
    ...metadata,
    labels: rename("labels", currentLabels),
    annotations: rename("annotations", currentAnnotations),
  };
}

/** MachineLaunched is Launched; MachineEmpty and MachineExpired have no heir and are left out. */
function renameConditions(conditions: readonly Condition[], place: Place): readonly Condition[] {
  return conditions.flatMap((condition, index) => {
    if (!condition.type.startsWith("Machine")) return [condition];
    const current = condition.type.slice("Machine".length);
    const isGone = current === "Empty" || current === "Expired";
    converted(
      placeAt(place, "status", "conditions", index),
      condition.type,
      isGone ? "nothing" : current,
      isGone ? "v1 has no such condition" : "renamed",
    );
    return isGone ? [] : [{ ...condition, type: current }];
  });
}

/** A karpenter.sh/v1alpha5 Machine as the NodeClaim it became. */
export const machine: Decoder<ParsedObject> = (raw, place) => {
  const read = parts(raw, place);
  if (read === undefined) return undefined;
  const specPlace = placeAt(place, "spec");
  const { machineTemplateRef, kubelet, resources, ...rest } = read.spec;
  if (kubelet !== undefined) {
    const meaning = "v1 keeps kubelet settings in the node class; those of the NodePool are used";
    converted(placeAt(specPlace, "kubelet"), kubelet, "EC2NodeClass spec.kubelet", meaning);
  }
  return {
    object: {
      kind: "NodeClaim",
      metadata: renameMetadata(read.metadata, place),
      spec: {
        ...rest,
        requests: resources?.requests ?? {},
        nodeClassRef:
          machineTemplateRef === undefined
            ? missingReference(specPlace, "machineTemplateRef")
            : convertReference(machineTemplateRef, placeAt(specPlace, "machineTemplateRef")),
        expireAfter: defaultExpireAfter,
      },
      status: { ...read.status, conditions: renameConditions(read.status.conditions, place) },
    },
    pending: {
      takesExpireAfter: true,
      ...present({
        needsNodeClass: machineTemplateRef === undefined ? (true as const) : undefined,
      }),
    },
  };
};
