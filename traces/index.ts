/** Trace files: spot prices, interruptions, workloads; and the embedded EC2 catalogue. */
export type { Catalogue, CatalogueTables } from "./catalogue/catalogue.ts";
export { loadCatalogue, openCatalogue } from "./catalogue/catalogue.ts";
export type { Ec2InstanceTypeFacts } from "./catalogue/instance-type-facts.ts";
export type { FindOnDemandPrice, OnDemandPrice } from "./catalogue/on-demand-prices.ts";
export type { FindSpotAdvice, SpotAdvice } from "./catalogue/spot-advice.ts";
export type { CatalogueSource, SpotAdvisorBucket } from "./catalogue/tables.ts";

export type { AvailabilityRunFiles } from "./interruptions/availability-runs.ts";
export { loadAvailabilityRuns } from "./interruptions/availability-runs.ts";
export type {
  InterruptionEvent,
  InterruptionKind,
  InterruptionTrace,
} from "./interruptions/interruption-trace.ts";
export { interruptionKinds, loadInterruptionTrace } from "./interruptions/interruption-trace.ts";
export type {
  AvailabilityEvidence,
  AvailabilityInterval,
  PoolAvailability,
} from "./interruptions/pool-availability.ts";
export { intervalAt, isUsable } from "./interruptions/pool-availability.ts";

export { ProblemLog } from "./reading/problem-log.ts";

export type { LoadSpotPriceOptions } from "./spot-prices/load-spot-prices.ts";
export { loadSpotPriceHistory } from "./spot-prices/load-spot-prices.ts";
export { linuxProducts } from "./spot-prices/price-check.ts";
export type { SpotPriceRecord } from "./spot-prices/price-row.ts";
export type { ReadSpotPriceOptions } from "./spot-prices/read-spot-prices.ts";
export { readSpotPriceHistory } from "./spot-prices/read-spot-prices.ts";
export type {
  SpotPriceChange,
  SpotPricePool,
  SpotPriceSeries,
} from "./spot-prices/spot-price-series.ts";
export { spotPriceSeries } from "./spot-prices/spot-price-series.ts";

export type { OpenbPodOptions, TracePod } from "./workloads/openb-pods.ts";
export { loadOpenbPods, readOpenbPods } from "./workloads/openb-pods.ts";
export type { ReplicaChange, ReplicaSeries } from "./workloads/replica-series.ts";
export { loadReplicaSeries } from "./workloads/replica-series.ts";
