/** The cloud-provider contract: InstanceType, Offering, CloudProvider. */
export * from "./cloud-provider.ts";
export * from "./instance-type.ts";
