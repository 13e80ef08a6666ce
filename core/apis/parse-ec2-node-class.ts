import {
  type Decoder,
  type Rule,
  checked,
  defaulted,
  isMapping,
  list,
  mapped,
  neutral,
  object,
  optional,
  partly,
  present,
  required,
  silent,
  typeMeta,
  unmodelled,
  unplayed,
} from "./decoder.ts";
import { flag, integer, oneOf, text, textMap } from "./decode-scalars.ts";
import {
  type AmiFamily,
  type Ec2NodeClass,
  type SelectorTerm,
  amiFamilies,
} from "./ec2-node-class.ts";
import { blockDeviceMappings } from "./parse-block-devices.ts";
import { emptyKubelet, kubeletConfiguration } from "./parse-kubelet.ts";
import { clusterMetadata, condition } from "./parse-metadata.ts";
import {
  aliasFamilies,
  amiSelectorTerms,
  capacityReservationSelectorTerms,
  securityGroupSelectorTerms,
  subnetSelectorTerms,
} from "./parse-selector-terms.ts";
import { connectionTracking, networkInterfaces, placementGroupSelector } from "./parse-network.ts";
import { type NodeSelectorRequirement, nodeSelectorOperators } from "./selectors.ts";

const exactTags = [
  "eks:eks-cluster-name",
  "karpenter.sh/nodepool",
  "karpenter.sh/nodeclaim",
  "karpenter.k8s.aws/ec2nodeclass",
] as const;

/** Tags of instances, without those that Karpenter sets itself. */
export const instanceTags: Decoder<Readonly<Record<string, string>>> = checked(textMap, [
  {
    message: "empty tag keys aren't supported",
    holds: (tags) => !Object.hasOwn(tags, ""),
  },
  {
    message: "tag contains a restricted tag matching kubernetes.io/cluster/",
    holds: (tags) => Object.keys(tags).every((key) => !key.startsWith("kubernetes.io/cluster")),
  },
  ...exactTags.map((tag) => ({
    message: `tag contains a restricted tag matching ${tag}`,
    holds: (tags: Readonly<Record<string, string>>) => !Object.hasOwn(tags, tag),
  })),
]);

function nonEmpty(field: string): Decoder<string> {
  return checked(text, [{ message: `${field} cannot be empty`, holds: (value) => value !== "" }]);
}

const metadataOptions = object({
  httpEndpoint: optional(oneOf(["enabled", "disabled"])),
  httpProtocolIPv6: optional(oneOf(["enabled", "disabled"])),
  httpPutResponseHopLimit: optional(integer({ minimum: 1, maximum: 64 })),
  httpTokens: optional(oneOf(["required", "optional"])),
});

/** Metadata options where none are written: v1 allows one hop, v1beta1 and before two. */
export function defaultMetadataOptions(
  hopLimit: number,
): Readonly<Record<string, string | number>> {
  return {
    httpEndpoint: "enabled",
    httpProtocolIPv6: "disabled",
    httpPutResponseHopLimit: hopLimit,
    httpTokens: "required",
  };
}

/** Whether CloudWatch has figures every minute, which AWS charges for. */
const detailedMonitoring: Decoder<boolean> = partly(
  flag,
  (isOn) => isOn,
  "what CloudWatch charges for detailed monitoring is not billed",
  "unplayed",
);

/** Fields that v1beta1 has as well, in the same form. */
export const sharedFields = {
  subnetSelectorTerms: required(subnetSelectorTerms),
  securityGroupSelectorTerms: required(securityGroupSelectorTerms),
  userData: optional(text),
  role: optional(nonEmpty("role")),
  instanceProfile: optional(nonEmpty("instanceProfile")),
  tags: defaulted(instanceTags, {}),
  blockDeviceMappings: defaulted(blockDeviceMappings, []),
  instanceStorePolicy: optional(oneOf(["RAID0"])),
  associatePublicIPAddress: optional(flag),
  detailedMonitoring: defaulted(detailedMonitoring, false),
  metadataOptions: neutral(metadataOptions),
  context: unplayed("EC2 reserves it; launches are the same without", text),
} as const;

/** Exactly one of role and instanceProfile. */
export const identityRule: Rule<{ readonly role?: string; readonly instanceProfile?: string }> = {
  message: "must specify exactly one of ['role', 'instanceProfile']",
  holds: ({ role, instanceProfile }) => (role === undefined) !== (instanceProfile === undefined),
};

interface Images {
  readonly amiFamily?: AmiFamily;
  readonly amiSelectorTerms: readonly SelectorTerm[];
}

function aliasFamilyOf(terms: readonly SelectorTerm[]): string | undefined {
  const alias = terms.find((term) => term.alias !== undefined)?.alias;
  return alias?.split("@")[0];
}

const familyNames = { al2: "AL2", al2023: "AL2023", bottlerocket: "Bottlerocket" } as const;

function familyNamed(alias: (typeof aliasFamilies)[number]): AmiFamily {
  switch (alias) {
    case "windows2019":
      return "Windows2019";
    case "windows2022":
      return "Windows2022";
    case "windows2025":
      return "Windows2025";
    default:
      return familyNames[alias];
  }
}

const imageRules: readonly Rule<Images>[] = [
  ...aliasFamilies.map((alias): Rule<Images> => {
    const family = familyNamed(alias);
    const article = family === "AL2" || family === "AL2023" ? "an" : "a";
    return {
      message: `if set, amiFamily must be '${family}' or 'Custom' when using ${article} ${family} alias`,
      holds: ({ amiFamily, amiSelectorTerms: terms }) =>
        amiFamily === undefined ||
        aliasFamilyOf(terms) !== alias ||
        amiFamily === family ||
        amiFamily === "Custom",
    };
  }),
  {
    message: "must specify amiFamily if amiSelectorTerms does not contain an alias",
    holds: ({ amiFamily, amiSelectorTerms: terms }) =>
      amiFamily !== undefined || aliasFamilyOf(terms) !== undefined,
  },
];

/**
 * The family that decides bootstrapping: the written one, else that of the alias, else Custom.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/apis/v1/ec2nodeclass.go EC2NodeClass.AMIFamily
 */
function amiFamilyOf(written: AmiFamily | undefined, terms: readonly SelectorTerm[]): AmiFamily {
  const alias = aliasFamilies.find((family) => family === aliasFamilyOf(terms));
  return written ?? (alias === undefined ? "Custom" : familyNamed(alias));
}

const written = object({
  ...sharedFields,
  amiFamily: optional(oneOf(amiFamilies)),
  amiSelectorTerms: required(amiSelectorTerms),
  capacityReservationSelectorTerms: defaulted(
    partly(
      capacityReservationSelectorTerms,
      (terms) => terms.length > 0,
      "there are no capacity reservations, nothing is launched into one",
    ),
    [],
  ),
  kubelet: defaulted(kubeletConfiguration, emptyKubelet),
  placementGroupSelector: unmodelled("instances are placed anywhere", placementGroupSelector),
  networkInterfaces: unmodelled("every interface is a plain one", networkInterfaces),
  connectionTracking: unplayed("idle connections are not tracked", connectionTracking),
  ipPrefixCount: unmodelled("addresses are not assigned", integer({ minimum: 0 })),
  cpuOptions: unmodelled(
    "instance types are not filtered by nested virtualisation",
    object({ nestedVirtualization: optional(oneOf(["enabled", "disabled"])) }),
  ),
});
const spec = checked(written, [identityRule, ...imageRules]);

const nodeRequirement: Decoder<NodeSelectorRequirement> = object({
  key: required(text),
  operator: required(oneOf(nodeSelectorOperators)),
  values: defaulted(list(text), []),
});

/** The status of a node class, as a snapshot has it. */
export const ec2NodeClassStatus: Decoder<Ec2NodeClass["status"]> = object({
  subnets: defaulted(
    list(
      mapped(
        object({ id: required(text), zone: required(text), zoneID: optional(text) }),
        ({ zoneID, ...rest }) => ({ ...rest, ...present({ zoneId: zoneID }) }),
      ),
    ),
    [],
  ),
  securityGroups: defaulted(list(object({ id: required(text), name: defaulted(text, "") })), []),
  amis: defaulted(
    list(
      object({
        id: required(text),
        name: defaulted(text, ""),
        requirements: required(list(nodeRequirement)),
        ...silent("deprecated"),
      }),
    ),
    [],
  ),
  conditions: defaulted(list(condition), []),
  ...silent("capacityReservations", "placementGroups", "instanceProfile"),
});

/** The status of a node class that has none yet. */
export const emptyEc2NodeClassStatus: Ec2NodeClass["status"] = {
  subnets: [],
  securityGroups: [],
  amis: [],
  conditions: [],
};

const parts = object({
  ...typeMeta,
  metadata: required(clusterMetadata),
  spec: required(spec),
  status: defaulted(ec2NodeClassStatus, emptyEc2NodeClassStatus),
});

/**
 * A karpenter.k8s.aws/v1 EC2NodeClass with the defaults and rules of its CRD.
 *
 * `spec.raw` is the spec as written, with the metadata options that the CRD fills in.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/apis/crds/karpenter.k8s.aws_ec2nodeclasses.yaml
 */
export const ec2NodeClass: Decoder<Ec2NodeClass> = (raw, place) => {
  const read = parts(raw, place);
  const rawSpec = isMapping(raw) ? raw["spec"] : undefined;
  if (read === undefined || !isMapping(rawSpec)) return undefined;
  const { role: _role, instanceProfile: _profile, amiFamily, ...kept } = read.spec;
  const { associatePublicIPAddress, ...rest } = kept;
  return {
    kind: "EC2NodeClass",
    metadata: read.metadata,
    spec: {
      ...rest,
      ...present({ associatePublicIpAddress: associatePublicIPAddress }),
      amiFamily: amiFamilyOf(amiFamily, rest.amiSelectorTerms),
      raw: withMetadataOptions(rawSpec),
    },
    status: read.status,
  };
};

function withMetadataOptions(
  rawSpec: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const options = rawSpec["metadataOptions"];
  const defaults = defaultMetadataOptions(1);
  return { ...rawSpec, metadataOptions: { ...defaults, ...(isMapping(options) ? options : {}) } };
}
