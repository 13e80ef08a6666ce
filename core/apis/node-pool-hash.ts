// The structural hash by which drift notices that a NodePool's template has changed. It equals
// upstream's, so NodeClaims of a real cluster compare with NodePools read here.
import type { NodeClassReference } from "./node-claim.ts";
import type { NodeClaimTemplate, NodePool } from "./node-pool.ts";
import {
  hashOfInteger,
  hashOfMap,
  hashOfSet,
  hashOfStruct,
  hashOfText,
  type StructuralHash as Hash,
} from "./structural-hash.ts";
import type { Taint } from "./taint.ts";

/**
 * Version of the hash; goes up when the hashed fields or their defaults change.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/nodepool.go NodePoolHashVersion
 */
export const nodePoolHashVersion = "v3";

/**
 * Hash of the NodePool's template without its requirements, as a decimal number.
 *
 * Empty lists and maps count as absent, where upstream tells `[]` written out from nothing written.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/nodepool.go NodePool.Hash
 */
export function nodePoolHash(nodePool: NodePool): string {
  return hashOfTemplate(nodePool.spec.template).toString();
}

const nanosecondsPerMillisecond = 1_000_000n;

function hashOfTemplate(template: NodeClaimTemplate): Hash {
  const { spec } = template;
  const metadata = hashOfStruct("ObjectMeta", [
    ["Labels", mapOf(template.labels)],
    ["Annotations", mapOf(template.annotations)],
  ]);
  return hashOfStruct("NodeClaimTemplate", [
    [
      "ObjectMeta",
      isEmpty(template.labels) && isEmpty(template.annotations) ? undefined : metadata,
    ],
    [
      "Spec",
      hashOfStruct("NodeClaimTemplateSpec", [
        ["Taints", setOf(spec.taints.map(hashOfTaint))],
        ["StartupTaints", setOf(spec.startupTaints.map(hashOfTaint))],
        ["NodeClassRef", hashOfReference(spec.nodeClassRef)],
        [
          "TerminationGracePeriod",
          spec.terminationGracePeriod === undefined
            ? undefined
            : hashOfStruct("Duration", [["Duration", durationOf(spec.terminationGracePeriod)]]),
        ],
        ["ExpireAfter", hashOfExpireAfter(spec.expireAfter)],
      ]),
    ],
  ]);
}

/** A set duration is behind a pointer, so even one of zero is hashed; Never is nothing at all. */
function hashOfExpireAfter(expireAfter: number | "Never"): Hash | undefined {
  if (expireAfter === "Never") return undefined;
  return hashOfStruct("NillableDuration", [["Duration", hashOfInteger(nanoseconds(expireAfter))]]);
}

function hashOfTaint(taint: Taint): Hash {
  return hashOfStruct("Taint", [
    ["Key", textOf(taint.key)],
    ["Value", textOf(taint.value)],
    ["Effect", textOf(taint.effect)],
  ]);
}

function hashOfReference(reference: NodeClassReference): Hash {
  return hashOfStruct("NodeClassReference", [
    ["Kind", textOf(reference.kind)],
    ["Name", textOf(reference.name)],
    ["Group", textOf(reference.group)],
  ]);
}

function nanoseconds(durationMs: number): bigint {
  return BigInt(durationMs) * nanosecondsPerMillisecond;
}

function durationOf(durationMs: number): Hash | undefined {
  return durationMs === 0 ? undefined : hashOfInteger(nanoseconds(durationMs));
}

function textOf(text: string): Hash | undefined {
  return text === "" ? undefined : hashOfText(text);
}

function isEmpty(map: Readonly<Record<string, string>>): boolean {
  return Object.keys(map).length === 0;
}

function mapOf(map: Readonly<Record<string, string>>): Hash | undefined {
  return isEmpty(map) ? undefined : hashOfMap(map, hashOfText);
}

function setOf(hashes: readonly Hash[]): Hash | undefined {
  return hashes.length === 0 ? undefined : hashOfSet(hashes);
}
