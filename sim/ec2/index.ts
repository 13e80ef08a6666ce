/** The simulated EC2: market, capacity pools, fleets, instances, interruptions, billing. */
export {
  BillingMeter,
  defaultBillingSettings,
  type BillingSettings,
  type LaunchBill,
} from "./billing-meter.ts";
export { spotPricings, type SpotPricing } from "./billing.ts";
export { capacityPoolId, type CapacityPool } from "./capacity-pool.ts";
export type { Ec2Event, Ec2Notification, FleetAnswer } from "./ec2-event.ts";
export { Ec2 } from "./ec2.ts";
export type { Ec2Options, Ec2TypeFacts } from "./ec2-options.ts";
export type { FleetOverride, FleetRequest } from "./fleet-request.ts";
export type { FleetError } from "./fleet.ts";
export type { Ec2Instance, InstanceState, PurchaseOption, StatusCheck } from "./instance.ts";
export { defaultEc2Latency, sampleDelay, type Ec2Latency } from "./latency.ts";
export {
  defaultCapacityModel,
  ModelledOutlook,
  type CapacityFacts,
  type CapacityModel,
} from "./modelled-outlook.ts";
export {
  defaultSpotMarketModel,
  ModelledSpotMarket,
  type SpotMarketFacts,
  type SpotMarketModel,
} from "./modelled-spot-market.ts";
export { unlimitedOutlook, type PoolOutlook, type PoolReclaim } from "./pool-outlook.ts";
export { RecordedOutlook, type RecordedPool } from "./recorded-outlook.ts";
export { spotPriceSegments, type SpotMarket } from "./spot-market.ts";
