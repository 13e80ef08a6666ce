import { compareStrings } from "../../units/index.ts";
import type { SelectorTerm } from "../ec2-node-class.ts";

type Selector = Readonly<Record<string, string>>;

const idKeys: readonly string[] = ["aws-ids", "aws::ids"];

function split(value: string): readonly string[] {
  return value.split(",").map((item) => item.trim());
}

function idsOf(selector: Selector): readonly string[] | undefined {
  const key = idKeys.find((candidate) => Object.hasOwn(selector, candidate));
  return key === undefined ? undefined : split(selector[key] ?? "");
}

/** Every choice of one value per key, keys in order, the last key varying fastest. */
function tagCombinations(selector: Selector): readonly Selector[] {
  let combinations: readonly Selector[] = [{}];
  for (const key of Object.keys(selector).sort(compareStrings)) {
    const values = split(selector[key] ?? "");
    combinations = combinations.flatMap((tags) =>
      values.map((value) => ({ ...tags, [key]: value })),
    );
  }
  return combinations;
}

/**
 * The terms of a subnet or security group selector: one per id, else one per combination of tags.
 *
 * @see karpenter-provider-aws v0.32.0 pkg/utils/nodeclass/nodeclass.go NewSubnetSelectorTerms
 */
export function termsOf(selector: Selector): readonly SelectorTerm[] {
  const ids = idsOf(selector);
  if (ids !== undefined) return ids.map((id) => ({ id }));
  return tagCombinations(selector).map((tags) => ({ tags }));
}

/**
 * The terms of an AMI selector: the cross product of owners, ids, names and tags, in this order.
 *
 * @see karpenter-provider-aws v0.32.0 pkg/utils/nodeclass/nodeclass.go NewAMISelectorTerms
 */
export function amiTermsOf(selector: Selector): readonly SelectorTerm[] {
  const ids = idsOf(selector);
  if (ids !== undefined) return ids.map((id) => ({ id }));
  const { "aws::name": names, "aws::owners": owners, ...tags } = selector;
  const hasTags = Object.keys(tags).length > 0;
  const parts: readonly (readonly SelectorTerm[])[] = [
    owners === undefined ? [{}] : split(owners).map((owner) => ({ owner })),
    names === undefined ? [{}] : split(names).map((name) => ({ name })),
    hasTags ? tagCombinations(tags).map((combination) => ({ tags: combination })) : [{}],
  ];
  return parts.reduce<readonly SelectorTerm[]>(
    (terms, choices) => terms.flatMap((term) => choices.map((choice) => ({ ...term, ...choice }))),
    [{}],
  );
}
