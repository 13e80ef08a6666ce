import {
  type Decoder,
  type Rule,
  checked,
  list,
  mapped,
  object,
  optional,
  present,
} from "./decoder.ts";
import { oneOf, text, textMap, textWith } from "./decode-scalars.ts";
import type { SelectorTerm } from "./ec2-node-class.ts";

type Terms = readonly SelectorTerm[];

const tags = checked(textMap, [
  {
    message: "empty tag keys or values aren't supported",
    holds: (written) => Object.entries(written).every(([key, value]) => key !== "" && value !== ""),
  },
  {
    message: "must have at most 20 properties",
    holds: (written) => Object.keys(written).length <= 20,
  },
]);

function atLeastOneOf(names: readonly (keyof SelectorTerm)[]): Rule<Terms> {
  const quoted = names.map((name) => `'${name}'`).join(", ");
  return {
    message: `expected at least one, got none, [${quoted}]`,
    holds: (terms) => terms.every((term) => names.some((name) => term[name] !== undefined)),
  };
}

function notEmpty(field: string): Rule<Terms> {
  return { message: `${field} cannot be empty`, holds: (terms) => terms.length > 0 };
}

/** Upstream's rule holds unless every term offends; `!self.all(…)` also refuses an empty list. */
function notAll(message: string, offends: (term: SelectorTerm) => boolean): Rule<Terms> {
  return { message, holds: (terms) => terms.length === 0 || !terms.every(offends) };
}

function notAny(message: string, offends: (term: SelectorTerm) => boolean): Rule<Terms> {
  return { message, holds: (terms) => !terms.some(offends) };
}

const most = { maxItems: 30 } as const;

/** @see karpenter-provider-aws v1.14.1 pkg/apis/v1/ec2nodeclass.go SubnetSelectorTerms */
export const subnetSelectorTerms: Decoder<Terms> = checked(
  list(
    object({ tags: optional(tags), id: optional(textWith({ pattern: "subnet-[0-9a-z]+" })) }),
    most,
  ),
  [
    notEmpty("subnetSelectorTerms"),
    atLeastOneOf(["tags", "id"]),
    notAll(
      "'id' is mutually exclusive, cannot be set with a combination of other fields in a subnet selector term",
      (term) => term.id !== undefined && term.tags !== undefined,
    ),
  ],
);

/** @see karpenter-provider-aws v1.14.1 pkg/apis/v1/ec2nodeclass.go SecurityGroupSelectorTerms */
export const securityGroupSelectorTerms: Decoder<Terms> = checked(
  list(
    object({
      tags: optional(tags),
      id: optional(textWith({ pattern: "sg-[0-9a-z]+" })),
      name: optional(text),
    }),
    most,
  ),
  [
    notEmpty("securityGroupSelectorTerms"),
    atLeastOneOf(["tags", "id", "name"]),
    notAll(
      "'id' is mutually exclusive, cannot be set with a combination of other fields in a security group selector term",
      ({ id, tags: byTags, name }) =>
        id !== undefined && (byTags !== undefined || name !== undefined),
    ),
    notAll(
      "'name' is mutually exclusive, cannot be set with a combination of other fields in a security group selector term",
      ({ id, tags: byTags, name }) =>
        name !== undefined && (byTags !== undefined || id !== undefined),
    ),
  ],
);

/** @see karpenter-provider-aws v1.14.1 pkg/apis/v1/ec2nodeclass.go CapacityReservationSelectorTerms */
export const capacityReservationSelectorTerms: Decoder<Terms> = checked(
  list(
    mapped(
      object({
        tags: optional(tags),
        id: optional(textWith({ pattern: "^cr-[0-9a-z]+$" })),
        ownerID: optional(textWith({ pattern: "^[0-9]{12}$" })),
        instanceMatchCriteria: optional(oneOf(["open", "targeted"])),
      }),
      ({ ownerID, ...rest }) => ({ ...rest, ...present({ ownerId: ownerID }) }),
    ),
    most,
  ),
  [
    atLeastOneOf(["tags", "id", "instanceMatchCriteria"]),
    notAll(
      "'id' is mutually exclusive, cannot be set along with other fields in a capacity reservation selector term",
      ({ id, tags: byTags, ownerId, instanceMatchCriteria }) =>
        id !== undefined && (byTags ?? ownerId ?? instanceMatchCriteria) !== undefined,
    ),
  ],
);

/** Families that an alias can name, in lower case. */
export const aliasFamilies = [
  "al2",
  "al2023",
  "bottlerocket",
  "windows2019",
  "windows2022",
  "windows2025",
] as const;

const familyOf = (alias: string): string => alias.split("@")[0] ?? "";

const alias = checked(textWith({ maxLength: 30 }), [
  {
    message: "'alias' is improperly formatted, must match the format 'family@version'",
    holds: (value) => /^[a-zA-Z0-9]+@.+$/.test(value),
  },
  {
    message: `family is not supported, must be one of the following: ${aliasFamilies.map((family) => `'${family}'`).join(", ")}`,
    holds: (value) => aliasFamilies.some((family) => family === familyOf(value)),
  },
  {
    message: "windows families may only specify version 'latest'",
    holds: (value) => !familyOf(value).startsWith("windows") || value.split("@")[1] === "latest",
  },
]);

const exclusive = (name: string, what: string): string =>
  `'${name}' is mutually exclusive, cannot be set with a combination of other ${what}`;

function amiTerms(withAlias: boolean): Decoder<Terms> {
  const shape = {
    tags: optional(tags),
    id: optional(textWith({ pattern: "ami-[0-9a-z]+" })),
    name: optional(text),
    owner: optional(text),
  };
  const decode: Decoder<SelectorTerm> = withAlias
    ? object({ ...shape, alias: optional(alias), ssmParameter: optional(text) })
    : object(shape);
  const names = withAlias
    ? (["tags", "id", "name", "alias", "ssmParameter"] as const)
    : (["tags", "id", "name"] as const);
  return checked(list(decode, withAlias ? { minItems: 1, ...most } : most), [
    atLeastOneOf(names),
    notAny(
      exclusive("id", "fields in amiSelectorTerms"),
      (term) =>
        term.id !== undefined &&
        (term.alias !== undefined ||
          term.tags !== undefined ||
          term.name !== undefined ||
          term.owner !== undefined),
    ),
    notAny(
      exclusive("alias", "fields in amiSelectorTerms"),
      (term) =>
        term.alias !== undefined &&
        (term.id !== undefined ||
          term.tags !== undefined ||
          term.name !== undefined ||
          term.owner !== undefined),
    ),
    {
      message: exclusive("alias", "amiSelectorTerms"),
      holds: (terms) => terms.length === 1 || terms.every((term) => term.alias === undefined),
    },
  ]);
}

/** @see karpenter-provider-aws v1.14.1 pkg/apis/v1/ec2nodeclass.go AMISelectorTerms */
export const amiSelectorTerms: Decoder<Terms> = amiTerms(true);

/** AMI selector terms of v1beta1, which knew no alias; there may be none. */
export const betaAmiSelectorTerms: Decoder<Terms> = amiTerms(false);
