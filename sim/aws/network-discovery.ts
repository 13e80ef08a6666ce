/**
 * Which subnets and security groups an EC2NodeClass finds. Where the account doesn't describe them,
 * whatever is asked for finds what the manifest's own status tells, or else one in each zone, and one.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/providers/subnet/subnet.go getFilterSets
 * @see karpenter-provider-aws v1.14.1 pkg/providers/securitygroup/securitygroup.go getFilterSets
 */
import type { Ec2NodeClass, ResolvedSecurityGroup, ResolvedSubnet } from "../../core/apis/index.ts";
import { compareStrings } from "../../core/units/index.ts";
import type { AccountSubnet, AwsAccount } from "./aws-account.ts";
import { matchesFilter, matchesTags } from "./ec2-filter.ts";

/** The subnets that the terms select, the ones with the most free addresses first, then by id. */
export function discoverSubnets(
  nodeClass: Ec2NodeClass,
  { subnets }: AwsAccount,
  clusterZones: readonly string[],
  written: Ec2NodeClass["status"],
): readonly ResolvedSubnet[] {
  if (subnets === undefined) return undescribedSubnets(clusterZones, written.subnets);
  const { subnetSelectorTerms: terms } = nodeClass.spec;
  return subnets
    .filter((subnet) =>
      terms.some(({ id, tags }) =>
        id === undefined ? matchesTags(tags ?? {}, subnet.tags) : id === subnet.id,
      ),
    )
    .sort(byFreeAddresses)
    .map(({ id, zone, zoneId }) => ({ id, zone, ...(zoneId === undefined ? {} : { zoneId }) }));
}

/** @see karpenter-provider-aws v1.14.1 pkg/controllers/nodeclass/subnet.go Subnet.Reconcile */
function byFreeAddresses(left: AccountSubnet, right: AccountSubnet): number {
  const difference = right.availableIpAddressCount - left.availableIpAddressCount;
  return difference || compareStrings(left.id, right.id);
}

function undescribedSubnets(
  clusterZones: readonly string[],
  written: readonly ResolvedSubnet[],
): readonly ResolvedSubnet[] {
  const usable = written.filter(({ zone }) => clusterZones.includes(zone));
  return usable.length > 0 ? usable : clusterZones.map((zone) => ({ id: `subnet-${zone}`, zone }));
}

/** The security groups that the terms select, by id. */
export function discoverSecurityGroups(
  nodeClass: Ec2NodeClass,
  { securityGroups }: AwsAccount,
  written: Ec2NodeClass["status"],
): readonly ResolvedSecurityGroup[] {
  if (securityGroups === undefined) {
    return written.securityGroups.length > 0
      ? written.securityGroups
      : [{ id: "sg-nodes", name: "nodes" }];
  }
  const { securityGroupSelectorTerms: terms } = nodeClass.spec;
  return securityGroups
    .filter((group) =>
      terms.some(({ id, name, tags }) => {
        if (id !== undefined) return id === group.id;
        return name === undefined
          ? matchesTags(tags ?? {}, group.tags)
          : matchesFilter(name, group.name);
      }),
    )
    .sort((left, right) => compareStrings(left.id, right.id))
    .map(({ id, name }) => ({ id, name }));
}
