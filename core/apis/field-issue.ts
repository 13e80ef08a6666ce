import type { ManifestObject } from "./manifest-object.ts";
import type { KubeletConfiguration } from "./ec2-node-class.ts";

/** One step into a document: a key of a mapping, or an index of a list. */
export type PathSegment = string | number;

export const issueSeverities = [
  "error",
  "unsupported",
  "unplayed",
  "converted",
  "neutral",
] as const;

/**
 * What an issue means for the run.
 *
 * `error`: there is no object. `unsupported`: the API knows the field and Karpenter or Kubernetes
 * would act on it, the simulator does not. `unplayed`: the same, but only for what happens as time
 * passes; one decision on a cluster that stands still is the same with it and without it.
 * `converted`: an older form was read as the current one.
 * `neutral`: the API knows the field, and nothing that is simulated depends on it.
 */
export type IssueSeverity = (typeof issueSeverities)[number];

/** Codes of the complaints that reading an object can raise. */
export const issueCodes = [
  "apis/required",
  "apis/type",
  "apis/enum",
  "apis/pattern",
  "apis/range",
  "apis/quantity",
  "apis/duration",
  "apis/time",
  "apis/rule",
  "apis/runtime-validation",
  "apis/placeholder",
  "apis/unknown-field",
  "apis/unknown-kind",
  "apis/unmodelled-kind",
  "apis/unmodelled-field",
  "apis/neutral-field",
  "apis/ignored-value",
  "apis/obsolete-name",
  "apis/converted",
  "apis/not-convertible",
  "apis/missing-reference",
] as const;
export type IssueCode = (typeof issueCodes)[number];

/** Something about one field of an object that its author should know. */
export interface FieldIssue {
  /** As in `spec.disruption.budgets[0].nodes` or `spec.limits[nvidia.com/gpu]`; "" is the root. */
  readonly path: string;
  readonly segments: readonly PathSegment[];
  readonly code: IssueCode;
  readonly severity: IssueSeverity;
  /** What stands there, shortened if long. */
  readonly found: string;
  /** What may stand there. */
  readonly allowed: string;
  readonly hint?: string;
  /** The sentence of the API server, the CRD or the CEL rule, with the path in front. */
  readonly message: string;
}

/** How much of a kind is understood. */
export type KindSupport = "modelled" | "older" | "not-modelled" | "unknown";

/** Parts of an older object that another object has to take over, see `assembleObjects`. */
export interface PendingConversion {
  /** Kubelet settings that v1beta1 kept in the NodePool and v1 keeps in the EC2NodeClass. */
  readonly kubelet?: KubeletConfiguration;
  readonly kubeletRaw?: Readonly<Record<string, unknown>>;
  /** The reference to a node class is missing, which only an older form is allowed. */
  readonly needsNodeClass?: true;
  /** An older NodeClaim, whose lifetime stood in its NodePool. */
  readonly takesExpireAfter?: true;
}

/** What became of one object of a manifest. */
export interface ParseResult {
  readonly apiVersion: string;
  readonly kind: string;
  /** The kind that an older form becomes, a Provisioner's being NodePool; `kind` for all others. */
  readonly currentKind: string;
  readonly support: KindSupport;
  /** Where the object stands in the document that was given, as in `items[3]`; [] is the root. */
  readonly segments: readonly PathSegment[];
  /** The typed, defaulted and deeply frozen object; absent when there is an error. */
  readonly object?: ManifestObject;
  /** Objects that an older form implies, such as the EC2NodeClass of an inline provider. */
  readonly companions: readonly ManifestObject[];
  readonly pending?: PendingConversion;
  /** In the order of the fields. */
  readonly issues: readonly FieldIssue[];
}

/** Whether the issues contain an error. */
export function hasErrors(issues: readonly FieldIssue[]): boolean {
  return issues.some((issue) => issue.severity === "error");
}

const plainKey = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** Path as Kubernetes writes it: `spec.budgets[0].nodes`, `metadata.labels[app.kubernetes.io/name]`. */
export function formatPath(segments: readonly PathSegment[]): string {
  let path = "";
  for (const segment of segments) {
    if (typeof segment === "number" || !plainKey.test(segment)) path += `[${segment}]`;
    else path += path === "" ? segment : `.${segment}`;
  }
  return path;
}
