import {
  type Decoder,
  defaulted,
  list,
  mapped,
  neutrals,
  object,
  observed,
  required,
  silent,
  typeMeta,
  unmodelled,
} from "./decoder.ts";
import { flag, integer, oneOf, resourceList, text } from "./decode-scalars.ts";
import { warnOfNodeProtection } from "./do-not-disrupt.ts";
import type { Namespace } from "./namespace.ts";
import type { Node } from "./node.ts";
import { warnOfObsoleteOwner } from "./obsolete-names.ts";
import { clusterMetadata, condition } from "./parse-metadata.ts";
import { nodeTaint } from "./parse-taints.ts";
import { placeAt } from "./place.ts";
import type { PriorityClass } from "./workloads.ts";

const nodeStatus = object({
  capacity: defaulted(resourceList, {}),
  allocatable: defaulted(resourceList, {}),
  conditions: defaulted(list(condition), []),
  ...silent("phase", "addresses", "daemonEndpoints", "nodeInfo", "images", "volumesInUse"),
  ...silent("volumesAttached", "config", "runtimeHandlers", "features", "declaredFeatures"),
});

const nodeMetadata = observed(clusterMetadata, ({ labels, annotations }, place) => {
  warnOfObsoleteOwner(labels, placeAt(place, "labels"));
  warnOfNodeProtection(annotations, placeAt(place, "annotations"));
});

/** A node, as a snapshot of a cluster has it. */
export const node: Decoder<Node> = mapped(
  object({
    ...typeMeta,
    metadata: required(nodeMetadata),
    spec: defaulted(
      mapped(
        object({
          providerID: defaulted(text, ""),
          taints: defaulted(list(nodeTaint), []),
          unschedulable: defaulted(flag, false),
          configSource: unmodelled("kubelet settings come from the node class"),
          ...silent("podCIDR", "podCIDRs", "externalID"),
        }),
        ({ providerID, ...rest }) => ({ providerId: providerID, ...rest }),
      ),
      { providerId: "", taints: [], unschedulable: false },
    ),
    status: defaulted(nodeStatus, { capacity: {}, allocatable: {}, conditions: [] }),
  }),
  ({ metadata, spec, status }) => ({ kind: "Node", metadata, spec, status }),
);

/** A priority class. @see kubernetes pkg/apis/scheduling/v1/defaults.go SetDefaults_PriorityClass */
export const priorityClass: Decoder<PriorityClass> = mapped(
  object({
    ...typeMeta,
    metadata: required(clusterMetadata),
    value: required(integer()),
    globalDefault: defaulted(flag, false),
    preemptionPolicy: defaulted(oneOf(["PreemptLowerPriority", "Never"]), "PreemptLowerPriority"),
    ...neutrals("description"),
  }),
  (written) => ({ kind: "PriorityClass", ...written }),
);

/** A namespace, of which only the labels are kept. */
export const namespace: Decoder<Namespace> = mapped(
  object({
    ...typeMeta,
    metadata: required(clusterMetadata),
    ...silent("spec", "status"),
  }),
  ({ metadata }) => ({ kind: "Namespace", metadata }),
);
