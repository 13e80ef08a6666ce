import { compareStrings } from "../core/units/index.ts";
import type { CostFacts, RunFacts } from "../sim/ledger/index.ts";
import { apportionSteps } from "./apportion.ts";
import { figureOf, figureOrNone, figuresByName } from "./figure.ts";
import type { PolicyReport } from "./report-schema.ts";

/** A month, as cloud bills and eks-node-viewer count it. */
const hoursPerMonth = 730;

const decimals = 6;
const microPerUsd = 10 ** decimals;
const msPerHour = 3_600_000;

type Cost = PolicyReport["cost"];
type Splits = Pick<CostFacts, "byCapacityType" | "byNodePool" | "byInstanceFamily" | "byZone">;

/** A run's money in whole millionths of a dollar, in which parts add up exactly. */
interface Money {
  readonly totalUsd: number;
  readonly computeUsd: number;
  readonly storageUsd: number;
  readonly controlPlaneUsd: number;
  readonly networkUsd: number;
  readonly splits: Splits;
  readonly shares: Readonly<Record<string, number>>;
}

/** The money of a policy, one run for each seed. @throws Defect where parts miss their total. */
export function buildCost(runs: readonly RunFacts[]): Cost {
  const money = runs.map(({ cost }) => conserve(cost));
  const perRun = (amount: (money: Money, facts: RunFacts) => number | undefined) =>
    money.map((each, index) => {
      const facts = runs[index];
      return facts === undefined ? undefined : amount(each, facts);
    });
  const split = (name: keyof Splits) => figuresByName(money.map(({ splits }) => splits[name]));
  const usd = (name: "totalUsd" | "computeUsd" | "storageUsd" | "controlPlaneUsd" | "networkUsd") =>
    figureOf(money.map((each) => each[name]));
  const hourly = money.map(({ totalUsd }, index) => totalUsd / hoursOf(runs[index]));
  return {
    totalUsd: usd("totalUsd"),
    computeUsd: usd("computeUsd"),
    storageUsd: usd("storageUsd"),
    controlPlaneUsd: usd("controlPlaneUsd"),
    networkUsd: usd("networkUsd"),
    usdPerHour: figureOf(hourly),
    usdPerMonth: figureOf(hourly.map((rate) => rate * hoursPerMonth)),
    byCapacityType: split("byCapacityType"),
    byNodePool: split("byNodePool"),
    byInstanceFamily: split("byInstanceFamily"),
    byZone: split("byZone"),
    shares: shares(money),
    onDemandEquivalentUsd: figureOf(runs.map(({ cost }) => cost.onDemandEquivalentUsd)),
    savingsPercent: figureOrNone(
      runs.map(({ cost }) =>
        percent(cost.onDemandEquivalentUsd - cost.computeUsd, cost.onDemandEquivalentUsd),
      ),
    ),
    waivedUsd: figureOf(runs.map(({ cost }) => cost.waivedUsd)),
    idleUsd: figureOf(runs.map(({ cost }) => cost.idleUsd)),
    idlePercent: figureOrNone(runs.map(({ cost }) => percent(cost.idleUsd, cost.computeUsd))),
    usdPerVcpuHourRequested: figureOrNone(
      perRun(({ totalUsd }, { pods }) => quotient(totalUsd, pods.requestedVcpuHours)),
    ),
    usdPerPodHour: figureOrNone(
      perRun(({ totalUsd }, { pods }) => quotient(totalUsd, pods.boundPodHours)),
    ),
  };
}

/** The length of a run in hours. */
export function hoursOf(facts: RunFacts | undefined): number {
  return facts === undefined ? 0 : (facts.end - facts.start) / msPerHour;
}

/** `part` in percent of `whole`; undefined of nothing. */
export function percent(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : (part / whole) * 100;
}

function quotient(amount: number, by: number): number | undefined {
  return by === 0 ? undefined : amount / by;
}

/** Rounds to millionths so that what adds up keeps adding up. */
function conserve(cost: CostFacts): Money {
  const items = [cost.computeUsd, cost.storageUsd, cost.controlPlaneUsd, cost.networkUsd].map(
    (usd) => Math.round(usd * microPerUsd),
  );
  const [compute = 0, storage = 0, controlPlane = 0, network = 0] = items;
  const usd = (micro: number) => micro / microPerUsd;
  const split = (record: Readonly<Record<string, number>>) =>
    conserveParts(cost.computeUsd, record);
  return {
    totalUsd: usd(compute + storage + controlPlane + network),
    computeUsd: usd(compute),
    storageUsd: usd(storage),
    controlPlaneUsd: usd(controlPlane),
    networkUsd: usd(network),
    splits: {
      byCapacityType: split(cost.byCapacityType),
      byNodePool: split(cost.byNodePool),
      byInstanceFamily: split(cost.byInstanceFamily),
      byZone: split(cost.byZone),
    },
    shares: split(
      Object.fromEntries(
        cost.shares.map(({ nodePool, capacityType, instanceFamily, usd: amount }) => [
          JSON.stringify([nodePool, capacityType, instanceFamily]),
          amount,
        ]),
      ),
    ),
  };
}

function conserveParts(
  computeUsd: number,
  record: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const names = Object.keys(record).sort(compareStrings);
  const steps = apportionSteps(
    computeUsd,
    names.map((name) => record[name] ?? 0),
    decimals,
  );
  return Object.fromEntries(names.map((name, index) => [name, (steps[index] ?? 0) / microPerUsd]));
}

function shares(money: readonly Money[]): Cost["shares"] {
  const figures = figuresByName(money.map((each) => each.shares));
  return Object.entries(figures).map(([key, usd]) => {
    const [nodePool, capacityType, instanceFamily] = JSON.parse(key) as [string, string, string];
    return { nodePool, capacityType, instanceFamily, usd };
  });
}
