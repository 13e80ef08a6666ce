import type { Ec2NodeClass } from "../../core/apis/index.ts";
import type { FleetOverride } from "../ec2/index.ts";
import type { LaunchChoice } from "./launch-filters.ts";
import { amiIdFor } from "./node-class-drift.ts";

/** The overrides of a fleet request, or upstream's error when there are none. */
export type FleetOverrides =
  | { readonly kind: "overrides"; readonly overrides: readonly FleetOverride[] }
  | { readonly kind: "none"; readonly reason: string; readonly message: string };

const none: FleetOverrides = {
  kind: "none",
  reason: "LaunchFailed",
  message: "Error getting launch template configs: Instance launch failed",
};

/**
 * Every choice of a launch with the AMI that suits its type and the first subnet of its zone. Types
 * without an AMI and zones without a subnet are left out.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/providers/instance/instance.go getLaunchTemplateConfigs getOverrides
 * @see karpenter-provider-aws v1.14.1 pkg/providers/subnet/subnet.go ZonalSubnetsForLaunch
 */
export function fleetOverrides(
  { status }: Ec2NodeClass,
  choices: readonly LaunchChoice[],
  { isPrioritized }: { readonly isPrioritized: boolean },
): FleetOverrides {
  const subnetIds = new Map<string, string>();
  for (const { zone, id } of status.subnets) {
    if (!subnetIds.has(zone)) subnetIds.set(zone, id);
  }
  const overrides = choices.flatMap(({ instanceType, typeRequirements, offerings }) => {
    const imageId = amiIdFor(status.amis, typeRequirements);
    if (imageId === undefined) return [];
    return offerings.flatMap(({ zone, priceUsdPerHour: priority }): readonly FleetOverride[] => {
      const subnetId = subnetIds.get(zone);
      if (subnetId === undefined) return [];
      const override = { instanceType, zone, imageId, subnetId };
      return [isPrioritized ? { ...override, priority } : override];
    });
  });
  return overrides.length === 0 ? none : { kind: "overrides", overrides };
}
