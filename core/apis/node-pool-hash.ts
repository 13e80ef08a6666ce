// The structural hash by which drift notices that a NodePool's template has changed: FNV-1 (64 bit)
// over type names, field names and values, blind to the order of maps and lists. It equals
// upstream's, so NodeClaims of a real cluster compare with NodePools read here.
import type { NodeClassReference } from "./node-claim.ts";
import type { NodeClaimTemplate, NodePool } from "./node-pool.ts";
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
 * @see https://pkg.go.dev/github.com/mitchellh/hashstructure/v2#FormatV2
 */
export function nodePoolHash(nodePool: NodePool): string {
  return hashOfTemplate(nodePool.spec.template).toString();
}

const offsetBasis = 0xcbf29ce484222325n;
const prime = 0x100000001b3n;
const nanosecondsPerMillisecond = 1_000_000n;

type Hash = bigint;

function hashOfTemplate(template: NodeClaimTemplate): Hash {
  const { spec } = template;
  const metadata = structOf("ObjectMeta", [
    ["Labels", mapOf(template.labels)],
    ["Annotations", mapOf(template.annotations)],
  ]);
  return structOf("NodeClaimTemplate", [
    [
      "ObjectMeta",
      isEmpty(template.labels) && isEmpty(template.annotations) ? undefined : metadata,
    ],
    [
      "Spec",
      structOf("NodeClaimTemplateSpec", [
        ["Taints", setOf(spec.taints.map(hashOfTaint))],
        ["StartupTaints", setOf(spec.startupTaints.map(hashOfTaint))],
        ["NodeClassRef", hashOfReference(spec.nodeClassRef)],
        [
          "TerminationGracePeriod",
          spec.terminationGracePeriod === undefined
            ? undefined
            : structOf("Duration", [["Duration", durationOf(spec.terminationGracePeriod)]]),
        ],
        ["ExpireAfter", hashOfExpireAfter(spec.expireAfter)],
      ]),
    ],
  ]);
}

/** A set duration is behind a pointer, so even one of zero is hashed; Never is nothing at all. */
function hashOfExpireAfter(expireAfter: number | "Never"): Hash | undefined {
  if (expireAfter === "Never") return undefined;
  return structOf("NillableDuration", [["Duration", integer(nanoseconds(expireAfter))]]);
}

function hashOfTaint(taint: Taint): Hash {
  return structOf("Taint", [
    ["Key", textOf(taint.key)],
    ["Value", textOf(taint.value)],
    ["Effect", textOf(taint.effect)],
  ]);
}

function hashOfReference(reference: NodeClassReference): Hash {
  return structOf("NodeClassReference", [
    ["Kind", textOf(reference.kind)],
    ["Name", textOf(reference.name)],
    ["Group", textOf(reference.group)],
  ]);
}

function nanoseconds(durationMs: number): bigint {
  return BigInt(durationMs) * nanosecondsPerMillisecond;
}

function durationOf(durationMs: number): Hash | undefined {
  return durationMs === 0 ? undefined : integer(nanoseconds(durationMs));
}

function textOf(text: string): Hash | undefined {
  return text === "" ? undefined : string(text);
}

function isEmpty(map: Readonly<Record<string, string>>): boolean {
  return Object.keys(map).length === 0;
}

/** A struct hashes its name and its fields; a field with a zero value (`undefined`) is left out. */
function structOf(name: string, fields: readonly (readonly [string, Hash | undefined])[]): Hash {
  let hash = string(name);
  for (const [field, value] of fields) {
    if (value !== undefined) hash = integers(hash ^ integers(string(field), value));
  }
  return hash;
}

function mapOf(map: Readonly<Record<string, string>>): Hash | undefined {
  if (isEmpty(map)) return undefined;
  let hash = 0n;
  for (const key of Object.keys(map)) hash ^= integers(string(key), string(map[key] ?? ""));
  return integers(hash);
}

function setOf(hashes: readonly Hash[]): Hash | undefined {
  return hashes.length === 0 ? undefined : hashes.reduce((sum, hash) => sum ^ hash, 0n);
}

function string(text: string): Hash {
  return fnv(utf8(text));
}

function integer(value: bigint): Hash {
  return integers(value);
}

/** FNV over 64-bit numbers, little-endian, one behind the other. */
function integers(...values: readonly bigint[]): Hash {
  const bytes: number[] = [];
  for (const value of values) {
    for (let shift = 0n; shift < 64n; shift += 8n) bytes.push(Number((value >> shift) & 0xffn));
  }
  return fnv(bytes);
}

function fnv(bytes: readonly number[]): Hash {
  let hash = offsetBasis;
  for (const byte of bytes) hash = BigInt.asUintN(64, hash * prime) ^ BigInt(byte);
  return hash;
}

function utf8(text: string): readonly number[] {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), continuation(code));
    else if (code < 0x10000)
      bytes.push(0xe0 | (code >> 12), continuation(code >> 6), continuation(code));
    else
      bytes.push(
        0xf0 | (code >> 18),
        continuation(code >> 12),
        continuation(code >> 6),
        continuation(code),
      );
  }
  return bytes;
}

function continuation(code: number): number {
  return 0x80 | (code & 0x3f);
}
