// From one plain JSON value to one typed object: the reader of its apiVersion and kind does the
// work, here is what all of them share: finding the reader, saying what is wrong with a kind that
// has none, taking lists apart, freezing what comes out.
import { isMapping } from "./decoder.ts";
import { type ParseResult, type PathSegment, hasErrors } from "./field-issue.ts";
import { frozenCopy } from "./frozen-copy.ts";
import { findUnmodelledKind, groupOf, isThirdParty, unmodelledKinds } from "./known-kinds.ts";
import { nearMiss } from "./near-miss.ts";
import {
  type Complaint,
  type Place,
  type Reading,
  complain,
  converted,
  placeAt,
  rootPlace,
} from "./place.ts";
import { type Reader, readers } from "./readers.ts";

const karpenterGroups: readonly string[] = ["karpenter.sh", "karpenter.k8s.aws"];
/** Groups whose kinds Karpenter brings the definitions of, those of others beside them. */
const strictGroups: readonly string[] = [...karpenterGroups, "autoscaling.x-k8s.io"];

/**
 * Reads one Kubernetes object from a plain JSON value, in any version that Karpenter ever served.
 *
 * The result has an object exactly when no issue is an error. Lists are not objects: see
 * `parseObjects`. The value itself is neither kept nor changed.
 */
export function parseObject(raw: unknown): ParseResult {
  return parseAt(raw, []);
}

/**
 * Reads an object, or every item of a `List` (also `NodePoolList` and the like), lists in lists
 * included; in the order of the items, each with the path of its item.
 */
export function parseObjects(raw: unknown): readonly ParseResult[] {
  return parseAllAt(raw, []);
}

function parseAllAt(raw: unknown, segments: readonly PathSegment[]): readonly ParseResult[] {
  const items = isMapping(raw) ? raw["items"] : undefined;
  const kind = isMapping(raw) ? raw["kind"] : undefined;
  if (!Array.isArray(items) || typeof kind !== "string" || !kind.endsWith("List")) {
    return [parseAt(raw, segments)];
  }
  return (items as readonly unknown[]).flatMap((item, index) =>
    parseAllAt(withListType(item, raw, kind), [...segments, "items", index]),
  );
}

/** Items of a typed list need not name their type: `NodePoolList` holds NodePools. */
function withListType(item: unknown, list: unknown, kind: string): unknown {
  const isTyped = kind !== "List" && isMapping(item) && isMapping(list);
  if (!isTyped || item["kind"] !== undefined) return item;
  return { apiVersion: list["apiVersion"], kind: kind.slice(0, -"List".length), ...item };
}

function parseAt(raw: unknown, segments: readonly PathSegment[]): ParseResult {
  const apiVersion = isMapping(raw) ? raw["apiVersion"] : undefined;
  const kind = isMapping(raw) ? raw["kind"] : undefined;
  const type = {
    apiVersion: typeof apiVersion === "string" ? apiVersion : "",
    kind: typeof kind === "string" ? kind : "",
  };
  const isStrict = strictGroups.includes(groupOf(type.apiVersion));
  const reading: Reading = { issues: [], unknownFields: isStrict ? "error" : "unsupported" };
  const place = placeAt(rootPlace(reading), ...segments);
  const { issues } = reading;
  const nothing = { ...type, currentKind: type.kind, segments, companions: [], issues };
  if (!isMapping(raw) || type.apiVersion === "" || type.kind === "") {
    complainOfType(raw, place);
    return { ...nothing, support: "unknown" };
  }
  if (type.kind === "List") {
    complain(placeAt(place, "items"), {
      code: "apis/type",
      value: raw["items"],
      allowed: "a list of Kubernetes objects, as kubectl get -o yaml prints",
      sentence: "a List holds its objects in a list of items",
    });
    return { ...nothing, support: "unknown" };
  }
  const reader = readers.find(
    (one) => one.kind === type.kind && one.apiVersion === type.apiVersion,
  );
  if (reader === undefined) return { ...nothing, support: complainOfKind(place, type) };
  return { ...nothing, ...readWith(reader, raw, place) };
}

function readWith(
  reader: Reader,
  raw: unknown,
  place: Place,
): Pick<ParseResult, "currentKind" | "support" | "companions" | "object" | "pending"> {
  const { apiVersion, kind, becomes } = reader;
  const currentKind = becomes?.split(" ")[1] ?? kind;
  if (becomes !== undefined) {
    const meaning = "an older form, see the conversions of its fields";
    converted(place, `${apiVersion} ${kind}`, becomes, meaning);
  }
  const parsed = reader.read(raw, place);
  if (parsed === undefined || hasErrors(place.reading.issues)) {
    return { currentKind, support: reader.support, companions: [] };
  }
  return {
    currentKind,
    support: reader.support,
    object: frozenCopy(parsed.object),
    companions: (parsed.companions ?? []).map(frozenCopy),
    ...(parsed.pending === undefined ? {} : { pending: parsed.pending }),
  };
}

function complainOfType(raw: unknown, place: Place): void {
  if (!isMapping(raw)) {
    complain(place, {
      code: "apis/type",
      value: raw,
      allowed: "a Kubernetes object with apiVersion and kind",
      sentence: "not a Kubernetes object: a mapping with apiVersion and kind is expected",
    });
    return;
  }
  for (const field of ["apiVersion", "kind"] as const) {
    if (typeof raw[field] === "string" && raw[field] !== "") continue;
    complain(placeAt(place, field), {
      code: "apis/required",
      value: raw[field],
      allowed: field === "kind" ? "a kind such as NodePool" : "a version such as karpenter.sh/v1",
      ...(field === "kind" && Array.isArray(raw["items"])
        ? { hint: "kubectl writes the kind of a List last: the file may be cut short" }
        : {}),
      sentence: "Required value",
    });
  }
}

/** Says what is the matter with a kind that has no reader, and how serious that is. */
function complainOfKind(
  place: Place,
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
): ParseResult["support"] {
  const unmodelled = findUnmodelledKind(apiVersion, kind);
  if (unmodelled !== undefined) {
    const { missed, isUnplayed } = unmodelled;
    complain(placeAt(place, "kind"), {
      code: "apis/unmodelled-kind",
      severity: missed === undefined ? "neutral" : isUnplayed ? "unplayed" : "unsupported",
      value: kind,
      allowed: "anything; it is not simulated",
      sentence: `${kind} is not modelled: ${missed ?? "nothing that is simulated depends on it"}`,
    });
    return "not-modelled";
  }
  complain(placeAt(place, "kind"), unknownKind(apiVersion, kind));
  return "unknown";
}

function unknownKind(apiVersion: string, kind: string): Complaint {
  const group = groupOf(apiVersion);
  const versions = readers.filter((one) => one.kind === kind).map((one) => one.apiVersion);
  const [version] = versions;
  const names = [...readers, ...unmodelledKinds].map((one) => one.kind);
  const meant = nearMiss(kind, [...new Set(names)]);
  const isOurs = versions.length > 0 || karpenterGroups.includes(group);
  // No part of Karpenter reads other people's kinds; a slip of the pen looks like one of ours.
  const isOthers = isThirdParty(group) && meant === undefined;
  const rest = { value: `${apiVersion} ${kind}`, code: "apis/unknown-kind" } as const;
  if (version !== undefined) {
    return {
      ...rest,
      severity: "error",
      allowed: `apiVersion ${versions.join(" or ")}`,
      hint: `write apiVersion: ${version}`,
      sentence: `no matches for kind "${kind}" in version "${apiVersion}"`,
    };
  }
  return {
    ...rest,
    severity: isOurs ? "error" : isOthers ? "unplayed" : "unsupported",
    allowed: `one of ${readers.map((one) => `${one.apiVersion} ${one.kind}`).join(", ")}`,
    hint: meant === undefined ? undefined : `did you mean ${meant}?`,
    sentence:
      `no matches for kind "${kind}" in version "${apiVersion}"` +
      (isOurs ? "" : ": it is not simulated"),
  };
}
