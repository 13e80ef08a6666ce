/**
 * Which domains a rule leaves open for a pod on a candidate. Each answer is a requirement on the
 * rule's label; DoesNotExist says that there is none.
 *
 * Differs: where upstream walks a hash map and takes whichever of several equal domains comes first,
 * the smallest name wins here.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/topologygroup.go TopologyGroup.Get
 */
import { labelHostname, type Pod } from "../apis/index.ts";
import { Requirement } from "../scheduling/index.ts";
import type { TopologyGroup } from "./topology-group.ts";

/** The open domains; the pod's and the candidate's own requirements on the label are given. */
export function nextDomains(
  group: TopologyGroup,
  pod: Pod,
  podDomains: Requirement,
  nodeDomains: Requirement,
): Requirement {
  switch (group.rule.type) {
    case "topology spread":
      return nextSpreadDomain(group, pod, podDomains, nodeDomains);
    case "pod affinity":
      return oneOf(group, nextAffinityDomains(group, pod, podDomains, nodeDomains));
    case "pod anti-affinity":
      return oneOf(group, nextAntiAffinityDomains(group, podDomains, nodeDomains));
  }
}

function oneOf({ rule }: TopologyGroup, domains: readonly string[]): Requirement {
  return domains.length === 0
    ? Requirement.of(rule.key, "DoesNotExist")
    : Requirement.of(rule.key, "In", domains);
}

/**
 * The hostname of a candidate that has just one. New NodeClaims have a hostname that no group knows
 * yet, and a new one can always be had, so hostnames are judged by themselves.
 */
function soleHostname({ rule }: TopologyGroup, nodeDomains: Requirement): string | undefined {
  if (rule.key !== labelHostname || nodeDomains.sortedValues.length !== 1) return undefined;
  return nodeDomains.sortedValues[0];
}

/** The domain with the fewest pods, if one more there keeps the skew. */
function nextSpreadDomain(
  group: TopologyGroup,
  pod: Pod,
  podDomains: Requirement,
  nodeDomains: Requirement,
): Requirement {
  const { maxSkew } = group.rule;
  const self = group.selects(pod) ? 1 : 0;
  const hostname = soleHostname(group, nodeDomains);
  if (hostname !== undefined) {
    return oneOf(group, group.count(hostname) + self <= maxSkew ? [hostname] : []);
  }
  const minimum = minimumCount(group, podDomains);
  let best: string | undefined;
  let bestCount = 0;
  for (const domain of candidateDomains(group, nodeDomains)) {
    const count = group.count(domain) + self;
    if (count - minimum > maxSkew) continue;
    if (best !== undefined && count >= bestCount) continue;
    best = domain;
    bestCount = count;
  }
  // Upstream takes the empty name, which a label's value can be, for no domain.
  return oneOf(group, best === undefined || best === "" ? [] : [best]);
}

/** Known domains that the candidate may be in, sorted. */
function candidateDomains(group: TopologyGroup, nodeDomains: Requirement): readonly string[] {
  return nodeDomains.operator === "In"
    ? nodeDomains.sortedValues.filter((domain) => group.has(domain))
    : group.domains().filter((domain) => nodeDomains.has(domain));
}

/** The smallest count over the pod's domains; zero if there are fewer than it must find. */
function minimumCount(group: TopologyGroup, podDomains: Requirement): number {
  const { key, minDomains } = group.rule;
  if (key === labelHostname) return 0;
  let minimum = 2 ** 31 - 1;
  let supported = 0;
  for (const domain of group.domains()) {
    if (!podDomains.has(domain)) continue;
    supported += 1;
    const count = group.count(domain);
    if (count < minimum) minimum = count;
  }
  return minDomains !== undefined && supported < minDomains ? 0 : minimum;
}

/** The domains where selected pods are; any, to begin with, for a pod that selects itself. */
function nextAffinityDomains(
  group: TopologyGroup,
  pod: Pod,
  podDomains: Requirement,
  nodeDomains: Requirement,
): readonly string[] {
  const hostname = soleHostname(group, nodeDomains);
  if (hostname !== undefined) {
    if (!podDomains.has(hostname)) return [];
    const isOpen = group.count(hostname) > 0 || mayBootstrap(group, pod, podDomains);
    return isOpen ? [hostname] : [];
  }
  const populated = candidateDomains(group, nodeDomains).filter(
    (domain) => podDomains.has(domain) && group.count(domain) > 0,
  );
  if (populated.length > 0) return populated;
  return mayBootstrap(group, pod, podDomains)
    ? bootstrapDomains(group, podDomains, nodeDomains)
    : [];
}

function mayBootstrap(group: TopologyGroup, pod: Pod, podDomains: Requirement): boolean {
  return group.selects(pod) && !group.isPopulated((domain) => podDomains.has(domain));
}

/** One domain that suits pod and candidate and, as upstream's two loops do, one that suits the pod. */
function bootstrapDomains(
  group: TopologyGroup,
  podDomains: Requirement,
  nodeDomains: Requirement,
): readonly string[] {
  const both = podDomains.intersection(nodeDomains);
  const picks = [
    group.domains().find((domain) => both.has(domain)),
    group.domains().find((domain) => podDomains.has(domain)),
  ];
  return [...new Set(picks.filter((pick) => pick !== undefined))];
}

/** Every domain without a selected pod: none is chosen, so a NodeClaim may keep several open. */
function nextAntiAffinityDomains(
  group: TopologyGroup,
  podDomains: Requirement,
  nodeDomains: Requirement,
): readonly string[] {
  const hostname = soleHostname(group, nodeDomains);
  if (hostname !== undefined) return group.count(hostname) === 0 ? [hostname] : [];
  const domains = nodeDomains.operator === "In" ? nodeDomains.sortedValues : group.domains();
  return domains.filter(
    (domain) => group.isEmpty(domain) && nodeDomains.has(domain) && podDomains.has(domain),
  );
}
