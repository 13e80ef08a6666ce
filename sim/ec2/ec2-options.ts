import type { Timeline } from "../engine/index.ts";
import type { LedgerSink } from "../ledger/index.ts";
import type { BillingSettings } from "./billing-meter.ts";
import type { Ec2Event, Ec2Notification } from "./ec2-event.ts";
import type { Ec2Latency } from "./latency.ts";
import type { PoolOutlook } from "./pool-outlook.ts";
import type { SpotMarket } from "./spot-market.ts";

/** What EC2 must know about an instance type. */
export interface Ec2TypeFacts {
  readonly vcpus: number;
  readonly memoryBytes: number;
  /** USD per hour; a type without one can't be launched in the region. */
  readonly onDemandUsdPerHour: number | undefined;
}

export interface Ec2Options {
  readonly timeline: Timeline<Ec2Event>;
  readonly seed: number | string;
  readonly market: SpotMarket;
  readonly outlook: PoolOutlook;
  readonly latency: Ec2Latency;
  readonly billing: BillingSettings;
  /** Mean number of host failures in 100,000 instance-hours; 0: hosts never fail. */
  readonly hostFailuresPer100kHours: number;
  readonly facts: (instanceType: string) => Ec2TypeFacts;
  readonly ledger: LedgerSink;
  /** Hears every answer and event, at once. */
  readonly notify: (notification: Ec2Notification) => void;
}
