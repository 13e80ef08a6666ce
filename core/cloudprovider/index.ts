/** The cloud-provider contract: InstanceType, Offering, CloudProvider, and what is derived. */
export * from "./allocatable.ts";
export * from "./cloud-provider.ts";
export * from "./instance-type.ts";
export * from "./instance-types.ts";
export { launchPrices, type LaunchPrices } from "./launch-prices.ts";
export * from "./node-overlay.ts";
export * from "./node-overlay-store.ts";
export * from "./offerings.ts";
export * from "./overlaid-cloud-provider.ts";
export * from "./repair.ts";
