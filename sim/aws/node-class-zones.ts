import type { Ec2NodeClass, ResolvedSubnet } from "../../core/apis/index.ts";

/**
 * The zones in which a NodeClass has subnets, in the order of `zones`, which are those of the
 * cluster. A NodeClass that doesn't say (only a snapshot's status does), or whose status is of other
 * zones altogether, has subnets in all of them.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/apis/v1/ec2nodeclass_status.go ZoneInfo
 */
export function nodeClassZones(
  { status }: Ec2NodeClass,
  zones: readonly string[],
): readonly string[] {
  const own = new Set(status.subnets.map(({ zone }) => zone));
  const usable = zones.filter((zone) => own.has(zone));
  return usable.length > 0 ? usable : zones;
}

/** The id of a zone as the NodeClass's subnets tell it; `undefined` where they don't. */
export function zoneIdOf({ status }: Ec2NodeClass, zone: string): string | undefined {
  return status.subnets.find((subnet: ResolvedSubnet) => subnet.zone === zone)?.zoneId;
}
