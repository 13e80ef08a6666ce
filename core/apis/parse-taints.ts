import {
  type Decoder,
  checked,
  defaulted,
  mapped,
  object,
  observed,
  optional,
  present,
  required,
  silent,
} from "./decoder.ts";
import { integer, oneOf, text, textWith } from "./decode-scalars.ts";
import { warnOfObsoleteTaint, warnOfObsoleteToleration } from "./obsolete-names.ts";
import { type Taint, type Toleration, taintEffects } from "./taint.ts";

const qualifiedName =
  "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*(\\/))?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$";

/** A taint of a node as the API server reports it. */
export const nodeTaint: Decoder<Taint> = object({
  key: required(observed(text, warnOfObsoleteTaint)),
  value: defaulted(text, ""),
  effect: required(oneOf(taintEffects)),
  ...silent("timeAdded"),
});

/** A taint of a NodePool. @see karpenter v1.14.1 pkg/apis/crds/karpenter.sh_nodepools.yaml taints */
export const nodePoolTaint: Decoder<Taint> = object({
  key: required(observed(textWith({ pattern: qualifiedName, minLength: 1 }), warnOfObsoleteTaint)),
  value: defaulted(emptyOr(textWith({ pattern: qualifiedName })), ""),
  effect: required(oneOf(taintEffects)),
  ...silent("timeAdded"),
});

/** An empty value is the same as none: Go leaves it out when it writes the taint. */
function emptyOr(decode: Decoder<string>): Decoder<string> {
  return (raw, place) => (raw === "" ? "" : decode(raw, place));
}

/** A pod's toleration. @see kubernetes pkg/apis/core/validation ValidateTolerations */
export const toleration: Decoder<Toleration> = checked(
  mapped(
    object({
      key: defaulted(observed(text, warnOfObsoleteToleration), ""),
      operator: defaulted(oneOf(["Equal", "Exists", "Lt", "Gt"]), "Equal"),
      value: defaulted(text, ""),
      effect: optional(emptyEffect),
      tolerationSeconds: optional(integer()),
    }),
    ({ effect, tolerationSeconds, ...rest }): Toleration => ({
      ...rest,
      ...present({ effect: effect === "" ? undefined : effect, tolerationSeconds }),
    }),
  ),
  [
    {
      message:
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      holds: ({ key, operator }) => key !== "" || operator === "Exists",
    },
    {
      message: "value must be empty when `operator` is 'Exists'",
      holds: ({ operator, value }) => operator !== "Exists" || value === "",
    },
    {
      message: "effect must be 'NoExecute' when `tolerationSeconds` is set",
      holds: ({ effect, tolerationSeconds }) =>
        tolerationSeconds === undefined || effect === "NoExecute",
    },
  ],
);

function emptyEffect(
  raw: unknown,
  place: Parameters<Decoder<string>>[1],
): (typeof taintEffects)[number] | "" | undefined {
  return raw === "" ? "" : oneOf(taintEffects)(raw, place);
}
