/** The AWS cloud provider of the core, over the simulated EC2. */
export {
  AwsCloudProvider,
  instanceIdOf,
  type AwsCloudProviderOptions,
  type LaunchedNode,
} from "./aws-cloud-provider.ts";
export {
  type AccountImage,
  type AccountSecurityGroup,
  type AccountSubnet,
  type AccountVersion,
  AccountHistory,
  type AwsAccount,
  undescribedAccount,
} from "./aws-account.ts";
export type { AwsEvent } from "./aws-event.ts";
export { BelievedPrices } from "./believed-prices.ts";
export { InstanceTypeProvider } from "./instance-type-provider.ts";
export { buildInstanceType, type InstanceTypeContext } from "./instance-type.ts";
export { launchChoices, type LaunchChoices } from "./launch-filters.ts";
export { InstanceStatusPoller } from "./instance-status-poller.ts";
export { InterruptionHandler, type InterruptionHandlerOptions } from "./interruption-handler.ts";
export { InterruptionQueue } from "./interruption-queue.ts";
export { discoverSubnets } from "./network-discovery.ts";
export { NodeClassController, type NodeClassStore } from "./node-class-controller.ts";
export { nodeClassDrift } from "./node-class-drift.ts";
export { resolvedNodeClass } from "./node-class-status.ts";
export { nodeRegistration, registrationDelay, type NodeRegistration } from "./node-boot.ts";
export { defaultAwsSettings, type AwsSettings, type BootLatency } from "./settings.ts";
export { UnavailableOfferings } from "./unavailable-offerings.ts";
