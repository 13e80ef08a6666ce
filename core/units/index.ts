export { type CronSchedule, cronNext, parseCron, tryParseCron } from "./cron.ts";
export {
  type Diagnostic,
  type Failure,
  OutsideError,
  type OutsideFailure,
  type Result,
  type Success,
  fail,
  formatPosition,
  ok,
} from "./diagnostic.ts";
export {
  type DurationMs,
  Never,
  type NillableDuration,
  days,
  durationMs,
  formatDuration,
  formatShortDuration,
  hours,
  milliseconds,
  minutes,
  parseDuration,
  parseNillableDuration,
  seconds,
  tryParseDuration,
} from "./duration.ts";
export { formatFixed } from "./fixed.ts";
export { type Fraction, fraction } from "./fraction.ts";
export { goSort } from "./go-sort.ts";
export { Defect, type DefectFacts, invariant } from "./invariant.ts";
export {
  CompensatedSum,
  type Usd,
  type UsdPerHour,
  addUsd,
  costOf,
  formatUsd,
  formatUsdPerHour,
  usd,
  usdPerHour,
} from "./money.ts";
export { compareStrings, sortedEntries } from "./order.ts";
export {
  type Quantity,
  type QuantityFormat,
  formatQuantity,
  parseQuantity,
  quantityOfMilli,
  quantityOfUnits,
  quantityToMilli,
  quantityToUnits,
  tryParseQuantity,
} from "./quantity.ts";
export {
  formatResource,
  formatResourceList,
  parseResource,
  parseResourceList,
} from "./resource-text.ts";
export {
  type Bytes,
  type Millicores,
  type ResourceList,
  type ResourceName,
  addResources,
  bytes,
  emptyResources,
  fits,
  hasResource,
  isZeroResources,
  maxResources,
  mergeResources,
  millicores,
  subtractResources,
} from "./resources.ts";
export {
  type SimTime,
  after,
  afterOrLast,
  before,
  elapsed,
  formatTime,
  parseTime,
  simTime,
  tryParseTime,
} from "./time.ts";
export type { Unit } from "./unit.ts";
