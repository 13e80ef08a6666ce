import {
  type Affinity,
  labelZone,
  nearMiss,
  objectKey,
  type Pod,
  wellKnownLabelNames,
} from "../../core/apis/index.ts";
import { normalizeLabel, podRequirements } from "../../core/scheduling/index.ts";
import type { ClusterObject } from "../../core/state/index.ts";
import { compareStrings, type Diagnostic } from "../../core/units/index.ts";
import type { Origin } from "../manifests/index.ts";
import type { SnapshotPlace } from "./place.ts";

/** What labels the nodes of a cluster have or may get. */
interface KnownLabels {
  readonly keys: ReadonlySet<string>;
  readonly zones: readonly string[];
}

/**
 * Labels that pending pods ask of nodes and no NodePool gives and no node has, and zones outside of
 * the cluster's; once per label and value, in the order of the pods. Such a pod stays pending.
 */
export function findUnknownLabels(
  pods: readonly Pod[],
  objects: readonly ClusterObject[],
  zones: readonly string[],
  origins: ReadonlyMap<string, Origin>,
): readonly Diagnostic[] {
  const known: KnownLabels = { keys: knownKeys(objects), zones };
  const told = new Map<string, Diagnostic>();
  for (const pod of pods) {
    for (const diagnostic of complaints(pod, known, origins)) {
      const key = `${diagnostic.code} ${diagnostic.found}`;
      if (!told.has(key)) told.set(key, diagnostic);
    }
  }
  return [...told.values()];
}

function knownKeys(objects: readonly ClusterObject[]): ReadonlySet<string> {
  const keys = new Set<string>([...wellKnownLabelNames, "kubernetes.io/hostname"]);
  for (const object of objects) {
    if (object.kind === "Node") {
      for (const key of Object.keys(object.metadata.labels)) keys.add(normalizeLabel(key));
    } else if (object.kind === "NodePool") {
      const { labels, spec } = object.spec.template;
      for (const key of Object.keys(labels)) keys.add(normalizeLabel(key));
      for (const { key } of spec.requirements) keys.add(normalizeLabel(key));
    }
  }
  return keys;
}

function complaints(
  pod: Pod,
  { keys, zones }: KnownLabels,
  origins: ReadonlyMap<string, Origin>,
): readonly Diagnostic[] {
  const name = `Pod ${objectKey(pod)}`;
  const origin = origins.get(name) ?? { file: "snapshot" };
  const requirements = podRequirements(pod);
  const asked = [
    ...requirements.list
      .filter(({ operator }) => operator !== "DoesNotExist" && operator !== "NotIn")
      .map(({ key }) => ({ key, path: pathOf(pod, key) })),
    ...pod.spec.topologySpreadConstraints.map(({ topologyKey }, index) => ({
      key: topologyKey,
      path: `spec.topologySpreadConstraints[${index}].topologyKey`,
    })),
    ...affinityKeys(pod),
  ];
  const unknown = asked.flatMap(({ key, path }): Diagnostic[] => {
    if (keys.has(normalizeLabel(key))) return [];
    const meant = nearMiss(key, [...keys].sort(compareStrings));
    const hint = meant === undefined ? {} : { hint: `write ${meant}` };
    const question = meant === undefined ? "" : `; did you mean ${meant}?`;
    const message = `${name}: ${path}: no NodePool and no node has a label ${key}${question}`;
    const allowed = "a label of a NodePool, of a node, or one that Karpenter knows";
    return [{ ...origin, path, code: "plan/unknown-label", found: key, allowed, ...hint, message }];
  });
  const zone = requirements.find(labelZone);
  if (zone?.operator !== "In" || zones.some((each) => zone.has(each))) return unknown;
  const found = zone.sortedValues.join(", ");
  const path = pathOf(pod, labelZone);
  const message = `${name}: ${path}: ${found} is none of the cluster's zones ${zones.join(", ")}`;
  const allowed = zones.join(", ");
  return [...unknown, { ...origin, path, code: "plan/unknown-zone", found, allowed, message }];
}

/** Topology keys of affinity and anti-affinity, and where they stand. */
function affinityKeys(pod: Pod): readonly { readonly key: string; readonly path: string }[] {
  const { affinity } = pod.spec;
  if (affinity === undefined) return [];
  const keys = (
    part: string,
    required: Affinity["requiredPodAffinity"],
    preferred: Affinity["preferredPodAffinity"],
  ): readonly { readonly key: string; readonly path: string }[] => {
    const at = `spec.affinity.${part}`;
    return [
      ...required.map(({ topologyKey }, index) => ({
        key: topologyKey,
        path: `${at}.requiredDuringSchedulingIgnoredDuringExecution[${index}].topologyKey`,
      })),
      ...preferred.map(({ podAffinityTerm }, index) => ({
        key: podAffinityTerm.topologyKey,
        path: `${at}.preferredDuringSchedulingIgnoredDuringExecution[${index}].podAffinityTerm.topologyKey`,
      })),
    ];
  };
  return [
    ...keys("podAffinity", affinity.requiredPodAffinity, affinity.preferredPodAffinity),
    ...keys("podAntiAffinity", affinity.requiredPodAntiAffinity, affinity.preferredPodAntiAffinity),
  ];
}

/**
 * Zones that NodePools name and the cluster does not have, in the order of the objects, once per
 * requirement; nothing is ever launched there.
 */
export function findUnknownZones(
  objects: readonly ClusterObject[],
  { zones, source }: SnapshotPlace,
  origins: ReadonlyMap<string, Origin>,
): readonly Diagnostic[] {
  return objects.flatMap((object) => {
    if (object.kind !== "NodePool") return [];
    const name = `NodePool ${object.metadata.name}`;
    const { labels, spec } = object.spec.template;
    const named = [
      ...Object.entries(labels).map(([key, value]) => ({
        key,
        values: [value],
        path: `spec.template.metadata.labels[${key}]`,
      })),
      ...spec.requirements.flatMap(({ key, operator, values }, index) =>
        operator === "In"
          ? [{ key, values, path: `spec.template.spec.requirements[${index}]` }]
          : [],
      ),
    ];
    return named.flatMap(({ key, values, path }): readonly Diagnostic[] => {
      const unknown = values.filter((value) => !zones.includes(value));
      if (normalizeLabel(key) !== labelZone || unknown.length === 0) return [];
      const found = unknown.join(", ");
      const allowed = zones.join(", ");
      const none = unknown.length === 1 ? "is none" : "are none";
      const message = `${name}: ${path}: ${found} ${none} of the cluster's zones ${allowed} (${source})`;
      const origin = origins.get(name) ?? { file: "snapshot" };
      return [{ ...origin, path, code: "plan/unknown-zone", found, allowed, message }];
    });
  });
}

function pathOf(pod: Pod, key: string): string {
  const isSelected = Object.keys(pod.spec.nodeSelector).some(
    (each) => normalizeLabel(each) === key,
  );
  return isSelected ? `spec.nodeSelector[${key}]` : "spec.affinity.nodeAffinity";
}
