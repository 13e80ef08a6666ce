import type { ManifestObject, NodeSelectorRequirement } from "../../core/apis/index.ts";
import { labelCapacityType, labelZoneId, objectKey } from "../../core/apis/index.ts";
import type { Diagnostic } from "../../core/units/index.ts";
import type { ScenarioSpec } from "../scenario-schema.ts";
import { isMapping } from "../policies/merge-patch.ts";
import { changesOf } from "./check-changes.ts";
import { atKey, atValue } from "./document-place.ts";
import type { PolicyCluster } from "./load-clusters.ts";
import type { LoadedTraces } from "./load-traces.ts";
import { fromLabels, nodeRequirements } from "./node-requirements.ts";
import type { ScenarioDocument } from "./scenario-document.ts";

/** What was read, for the search for what nothing answers to. */
export interface LoadedInputs {
  readonly document: ScenarioDocument;
  readonly spec: ScenarioSpec;
  readonly clusters: readonly PolicyCluster[];
  readonly traces: Pick<LoadedTraces, "interruptions">;
}

/**
 * Warnings of what the inputs ask for in a form that is valid, and that nothing simulated answers to:
 * reservations, dedicated tenancy, ids of zones, NodeOverlays, CapacityBuffers and static NodePools
 * without their gate, recorded recommendations to rebalance. Scenario first, then manifests in their
 * order, then traces.
 */
export function unmodelledRequests(inputs: LoadedInputs): readonly Diagnostic[] {
  return [
    ...workloadRequests(inputs),
    ...undescribedSelectors(inputs),
    ...objectRequests(inputs.clusters, tellsAccountZoneIds(inputs.spec)),
    ...illnessWithoutRepair(inputs),
    ...rebalanceRows(inputs.traces),
  ];
}

interface Request {
  readonly code: string;
  readonly found: string;
  readonly allowed: string;
  /** Continues the name of what asks. */
  readonly message: string;
}

const labelTenancy = "karpenter.k8s.aws/instance-tenancy";

/** Whether a requirement names a value, or refuses the other one of two. */
function asksFor(
  { operator, values }: NodeSelectorRequirement,
  value: string,
  other?: string,
): boolean {
  return (
    (operator === "In" && values.includes(value)) ||
    (operator === "NotIn" && other !== undefined && values.includes(other))
  );
}

function requestsOf(
  requirements: readonly NodeSelectorRequirement[],
  knowsZoneIds: boolean,
): readonly Request[] {
  const reserved = requirements.some(
    (one) => one.key === labelCapacityType && asksFor(one, "reserved"),
  );
  const dedicated = requirements.some(
    (one) => one.key === labelTenancy && asksFor(one, "dedicated", "default"),
  );
  const zoneId = !knowsZoneIds && requirements.some(({ key }) => key === labelZoneId);
  return [
    ...(reserved ? [reservedRequest] : []),
    ...(dedicated ? [dedicatedRequest] : []),
    ...(zoneId ? [zoneIdRequest] : []),
  ];
}

const reservedRequest: Request = {
  code: "scenario/capacity-reservations",
  found: "reserved",
  allowed: "spot, on-demand",
  message: "asks for capacity type reserved: there are no capacity reservations, none is used",
};
const dedicatedRequest: Request = {
  code: "scenario/dedicated-tenancy",
  found: "dedicated",
  allowed: "default",
  message: "asks for dedicated tenancy, which is billed at the price of shared tenancy",
};
const zoneIdRequest: Request = {
  code: "scenario/zone-ids",
  found: labelZoneId,
  allowed: "topology.kubernetes.io/zone",
  message: `asks for ${labelZoneId}, and no id of a zone is known: only spec.account and subnets in the status of an EC2NodeClass tell them`,
};

/** What the objects of every policy ask for; the policies are named unless it is all of them. */
function objectRequests(
  clusters: readonly PolicyCluster[],
  accountTellsZoneIds: boolean,
): readonly Diagnostic[] {
  const asked = new Map<string, { readonly diagnostic: Diagnostic; readonly under: string[] }>();
  for (const { policy, manifests } of clusters) {
    const knowsZoneIds = accountTellsZoneIds || manifests.objects.some(tellsZoneIds);
    const { nodeOverlay, capacityBuffer, staticCapacity } = policy.karpenter.featureGates ?? {};
    const gated: ReadonlyMap<string, readonly Request[]> = new Map([
      ["NodeOverlay", nodeOverlay === true ? [] : [overlayWithoutGate]],
      ["CapacityBuffer", capacityBuffer === true ? [] : [bufferWithoutGate]],
    ]);
    for (const object of manifests.objects) {
      const name = `${object.kind} ${objectKey(object)}`;
      const isStatic = object.kind === "NodePool" && object.spec.replicas !== undefined;
      const requests = [
        ...(isStatic && staticCapacity !== true ? [staticWithoutGate] : []),
        ...(gated.get(object.kind) ?? requestsOf(nodeRequirements(object), knowsZoneIds)),
      ];
      for (const request of requests) {
        const message = `${name} ${request.message}`;
        const known = asked.get(message);
        const origin = manifests.origins.get(name) ?? { file: "manifests" };
        if (known !== undefined) known.under.push(policy.name);
        else {
          asked.set(message, {
            diagnostic: { ...origin, ...request, message },
            under: [policy.name],
          });
        }
      }
    }
  }
  return [...asked.values()].map(({ diagnostic, under }) =>
    under.length === clusters.length
      ? diagnostic
      : { ...diagnostic, message: `${diagnostic.message} (policy ${under.join(", ")})` },
  );
}

function tellsAccountZoneIds({ account }: ScenarioSpec): boolean {
  return Object.values(account.subnets ?? {}).some(({ zoneId }) => zoneId !== undefined);
}

function tellsZoneIds(object: ManifestObject): boolean {
  return (
    object.kind === "EC2NodeClass" &&
    object.status.subnets.some(({ zoneId }) => zoneId !== undefined)
  );
}

/** With the gate off a NodeOverlay has no effect in Karpenter either, and that is worth a word. */
const overlayWithoutGate: Request = {
  code: "scenario/node-overlay",
  found: "NodeOverlay",
  allowed: "karpenter.featureGates.nodeOverlay: true",
  message: "has no effect: the feature gate nodeOverlay is off",
};

const bufferWithoutGate: Request = {
  code: "scenario/capacity-buffer",
  found: "CapacityBuffer",
  allowed: "karpenter.featureGates.capacityBuffer: true",
  message: "has no effect: the feature gate capacityBuffer is off",
};

const staticWithoutGate: Request = {
  code: "scenario/static-capacity",
  found: "spec.replicas",
  allowed: "karpenter.featureGates.staticCapacity: true",
  message: "has replicas and launches nothing: the feature gate staticCapacity is off",
};

/** Pods that come without a manifest. */
function workloadRequests({ document, spec, clusters }: LoadedInputs): readonly Diagnostic[] {
  const knowsZoneIds =
    tellsAccountZoneIds(spec) ||
    clusters.some(({ manifests }) => manifests.objects.some(tellsZoneIds));
  return spec.workloads.flatMap((workload, index) => {
    if (!("nodeSelector" in workload)) return [];
    const steps = ["spec", "workloads", index, "nodeSelector"];
    return requestsOf(fromLabels(workload.nodeSelector), knowsZoneIds).map((request) => ({
      ...atValue(document, steps),
      ...request,
      message: `this workload ${request.message}`,
    }));
  });
}

/** Changes of selectors that find the same things as before, for want of an account. */
function undescribedSelectors({ document, spec }: LoadedInputs): readonly Diagnostic[] {
  const parts = [
    ["subnetSelectorTerms", "subnets"],
    ["securityGroupSelectorTerms", "securityGroups"],
  ] as const;
  return changesOf(spec).flatMap(([steps, { ec2NodeClasses }]) =>
    Object.entries(ec2NodeClasses ?? {}).flatMap(([name, patch]) =>
      parts.flatMap(([field, part]) => {
        const isChanged = isMapping(patch["spec"]) && Object.hasOwn(patch["spec"], field);
        if (!isChanged || spec.account[part] !== undefined) return [];
        const path = ["spec", ...steps, "ec2NodeClasses", name, "spec", field];
        return [
          {
            ...atKey(document, path),
            code: "scenario/undescribed-account",
            found: field,
            allowed: `spec.account.${part}: what there is to find`,
            message: `the change of ${field} has no effect: spec.account describes no ${part}`,
          },
        ];
      }),
    ),
  );
}

/** With the gate off Karpenter leaves unhealthy nodes alone, and that is worth a word. */
function illnessWithoutRepair({ document, spec, clusters }: LoadedInputs): readonly Diagnostic[] {
  const index = spec.faults.findIndex(({ nodeCondition }) => nodeCondition !== undefined);
  const without = clusters.filter(
    ({ policy }) => policy.karpenter.featureGates?.nodeRepair !== true,
  );
  if (index < 0 || without.length === 0) return [];
  const steps = ["spec", "faults", index, "nodeCondition"];
  const under = without.map(({ policy }) => policy.name).join(", ");
  const policies = without.length === clusters.length ? "" : ` (policy ${under})`;
  return [
    {
      ...atKey(document, steps),
      code: "scenario/node-repair",
      found: "faults of node conditions",
      allowed: "karpenter.featureGates.nodeRepair: true",
      message: `unhealthy nodes are not replaced: the feature gate nodeRepair is off${policies}`,
    },
  ];
}

function rebalanceRows({ interruptions }: LoadedInputs["traces"]): readonly Diagnostic[] {
  if (interruptions === undefined) return [];
  const rows = interruptions.value.events.filter(({ kind }) => kind === "rebalance").length;
  if (rows === 0) return [];
  return [
    {
      file: interruptions.file.path,
      code: "scenario/recorded-rebalance",
      found: `${rows} rows of kind rebalance`,
      allowed: "interruption, unavailable-from, unavailable-until",
      message: `recorded recommendations to rebalance are not replayed (${rows} rows)`,
    },
  ];
}
