import { labelRegion, labelZone } from "../../core/apis/index.ts";
import type { ClusterObject } from "../../core/state/index.ts";
import { compareStrings } from "../../core/units/index.ts";

/** Where a snapshot's cluster is, as far as it tells. */
export interface SnapshotPlace {
  readonly region: string;
  /** Sorted. */
  readonly zones: readonly string[];
  /** What told the region and the zones, for people. */
  readonly source: string;
}

/** What the user says of it. */
export interface GivenPlace {
  readonly region?: string | undefined;
  readonly zones?: readonly string[] | undefined;
}

const fallbackRegion = "us-east-1";
const zoneForm = /^([a-z]{2}(?:-[a-z]+)+-\d+)[a-z]$/;

/**
 * The region and its zones: what is given, else the labels of nodes and NodeClaims
 * together with the subnets of EC2NodeClasses, else us-east-1 and zones a, b and c.
 *
 * Of several regions the one with the most nodes counts, then the first by name. A NodePool may
 * launch where its subnets are, so these are zones of the cluster even when no node is there yet.
 */
export function findPlace(objects: readonly ClusterObject[], given: GivenPlace): SnapshotPlace {
  const labelled = zonesOfNodes(objects);
  const subnets = objects.flatMap((object) =>
    object.kind === "EC2NodeClass" ? object.status.subnets.map(({ zone }) => zone) : [],
  );
  const regions = [...regionsOfNodes(objects), ...[...labelled, ...subnets].map(regionOf)];
  const region =
    given.region ??
    (given.zones === undefined ? undefined : regionOf(given.zones[0] ?? "")) ??
    mostFrequent(regions.filter((each) => each !== undefined)) ??
    fallbackRegion;
  if (given.zones !== undefined) {
    return { region, zones: sorted(given.zones), source: "as given" };
  }
  const zones = sorted([...labelled, ...subnets].filter((zone) => regionOf(zone) === region));
  if (zones.length > 0) return { region, zones, source: "of the nodes and subnets" };
  const assumed = ["a", "b", "c"].map((letter) => `${region}${letter}`);
  return { region, zones: assumed, source: "assumed, since the snapshot names none" };
}

function sorted(zones: readonly string[]): readonly string[] {
  return [...new Set(zones)].sort(compareStrings);
}

function zonesOfNodes(objects: readonly ClusterObject[]): readonly string[] {
  return labelsOfNodes(objects).flatMap((labels) => labels[labelZone] ?? []);
}

function regionsOfNodes(objects: readonly ClusterObject[]): readonly string[] {
  return labelsOfNodes(objects).flatMap((labels) => labels[labelRegion] ?? []);
}

function labelsOfNodes(
  objects: readonly ClusterObject[],
): readonly Readonly<Record<string, string>>[] {
  return objects.flatMap(({ kind, metadata }) =>
    kind === "Node" || kind === "NodeClaim" ? [metadata.labels] : [],
  );
}

/** The region of an Availability Zone; undefined for a local zone or what is none. */
function regionOf(zone: string): string | undefined {
  return zoneForm.exec(zone)?.[1];
}

function mostFrequent(names: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const ranked = [...counts].sort(([a, m], [b, n]) => n - m || compareStrings(a, b));
  return ranked[0]?.[0];
}
