/**
 * Which AMIs an EC2NodeClass finds: those of its alias, or those of the account that its terms select.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/providers/amifamily/ami.go DefaultProvider
 */
import {
  type Ec2NodeClass,
  labelArch,
  type ResolvedAmi,
  type SelectorTerm,
} from "../../core/apis/index.ts";
import { compareStrings } from "../../core/units/index.ts";
import type { AccountImage, AwsAccount } from "./aws-account.ts";
import { matchesFilter, matchesTags } from "./ec2-filter.ts";
import { type Alias, amiIdOf, eksOptimizedAmis, windowsBuilds } from "./eks-optimized-amis.ts";

/** What came of looking for AMIs. */
export type AmiDiscovery =
  | { readonly kind: "found"; readonly amis: readonly ResolvedAmi[] }
  /** The alias cannot work with the cluster's Kubernetes version. */
  | { readonly kind: "unsupported-alias"; readonly message: string }
  /** Nothing can be told; what is known stays. */
  | { readonly kind: "error"; readonly message: string };

/** What discovery rests on. */
export interface AmiSources {
  readonly account: AwsAccount;
  /** The Kubernetes version that Karpenter knows of. */
  readonly kubernetesVersion: string | undefined;
  /** The version that an alias stands for; `undefined`: there is no such version yet. */
  readonly releaseOf: (alias: Alias) => string | undefined;
}

/** The AMIs of a NodeClass, newest first; ties by id. */
export function discoverAmis({ spec }: Ec2NodeClass, sources: AmiSources): AmiDiscovery {
  const alias = aliasOf(spec.amiSelectorTerms);
  if (alias !== undefined) return discoverAlias(alias, sources);
  const { images } = sources.account;
  const amis =
    images === undefined
      ? undescribedImages(spec.amiSelectorTerms)
      : newestImages(images.filter((image) => isSelected(spec.amiSelectorTerms, image)));
  return { kind: "found", amis };
}

/** The alias among the terms, of which there is one at most. */
export function aliasOf(terms: readonly SelectorTerm[]): Alias | undefined {
  const [familyName = "", version] =
    terms.find(({ alias }) => alias !== undefined)?.alias?.split("@") ?? [];
  if (version === undefined) return undefined;
  return { family: familyOfAlias(familyName), familyName, version };
}

function familyOfAlias(name: string): Alias["family"] {
  const windows = Object.keys(windowsBuilds).find((family) => family.toLowerCase() === name);
  if (windows !== undefined) return windows as Alias["family"];
  if (name === "al2") return "AL2";
  return name === "bottlerocket" ? "Bottlerocket" : "AL2023";
}

function discoverAlias(alias: Alias, sources: AmiSources): AmiDiscovery {
  const unsupported = unsupportedReason(alias, sources.kubernetesVersion);
  if (unsupported !== undefined) return { kind: "unsupported-alias", message: unsupported };
  const version = sources.releaseOf(alias);
  if (version === undefined) {
    const name = `${alias.familyName}@${alias.version}`;
    return { kind: "error", message: `failed to discover any AMIs for alias ${name}` };
  }
  const amis = eksOptimizedAmis({ ...alias, version }, sources.kubernetesVersion);
  return { kind: "found", amis };
}

/** @see karpenter-provider-aws v1.14.1 pkg/providers/amifamily/ami.go DescribeImageQueries */
function unsupportedReason({ family }: Alias, version: string | undefined): string | undefined {
  const minor = version === undefined ? undefined : Number(version.split(".")[1]);
  if (minor === undefined) return undefined;
  if (family === "AL2" && minor >= 33) {
    return "AL2 aliases are no longer supported on EKS 1.33+ (see https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions-standard.html#kubernetes-1-33)";
  }
  if (family === "Windows2025" && minor < 35) {
    return `Windows Server 2025 requires EKS version 1.35 or higher, current version: ${version}`;
  }
  return undefined;
}

/** Images of which nothing is known but how they are asked for: they run on every type. */
function undescribedImages(terms: readonly SelectorTerm[]): readonly ResolvedAmi[] {
  const ids = terms.flatMap(({ id }) => id ?? []);
  const named = terms.filter(({ id }) => id === undefined);
  const known = ids.map((id) => ({ id, name: "", requirements: [] }));
  if (named.length === 0) return known;
  const name = JSON.stringify(named.map((term) => Object.entries(term)));
  return [...known, { id: amiIdOf(name), name: "", requirements: [] }];
}

function isSelected(terms: readonly SelectorTerm[], image: AccountImage): boolean {
  return terms.some(({ id, ssmParameter, name, tags, owner }) => {
    if (id !== undefined) return id === image.id;
    if (ssmParameter !== undefined) return image.ssmParameters.includes(ssmParameter);
    // Without an owner a name finds no images that strangers share.
    const owners = owner === undefined ? ["self", "amazon"] : [owner];
    const isOwned = owner === undefined && name === undefined ? true : owners.includes(image.owner);
    const isNamed = name === undefined || matchesFilter(name, image.name);
    return isOwned && isNamed && matchesTags(tags ?? {}, image.tags);
  });
}

/**
 * Of the images for one architecture the newest, by name where two are as new: the others are never
 * launched.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/providers/amifamily/ami.go compareAMI
 */
function newestImages(images: readonly AccountImage[]): readonly ResolvedAmi[] {
  const newest = new Map<string, AccountImage>();
  for (const image of images) {
    const known = newest.get(image.architecture);
    const isNewer =
      known === undefined ||
      image.creationDate > known.creationDate ||
      (image.creationDate === known.creationDate && image.name > known.name);
    if (isNewer) newest.set(image.architecture, image);
  }
  return [...newest.values()]
    .sort((a, b) => b.creationDate - a.creationDate || compareStrings(a.id, b.id))
    .map(({ id, name, architecture }) => ({
      id,
      name,
      requirements: [{ key: labelArch, operator: "In", values: [architecture] }],
    }));
}
