import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { milliseconds } from "../../core/units/index.ts";
import { defaultBillingSettings } from "./billing-meter.ts";
import { at, reclaimsAt, stepMarket, TestEc2, testStart } from "../../test/support/test-ec2.ts";

const second = 1 / 3600;

describe("the bill of compute", () => {
  it("runs from running to shutting-down, by the second", () => {
    const test = new TestEc2();
    const { instanceId } = test.launch("on-demand");
    test.runUntil(11 + 5000.2);
    test.ec2.terminateInstance(instanceId);
    test.runUntil(9000);
    expect(test.usdOf(instanceId)).toBeCloseTo(0.1 * 5001 * second, 12);
  });

  it("has a minimum of one minute", () => {
    const test = new TestEc2();
    const { instanceId } = test.launch("on-demand");
    test.runUntil(13);
    test.ec2.terminateInstance(instanceId);
    test.runUntil(9000);
    expect(test.usdOf(instanceId)).toBeCloseTo(0.1 * 60 * second, 12);
  });

  it("is cut at full hours, and the parts add up to one bill", () => {
    const test = new TestEc2();
    const { instanceId } = test.launch("spot");
    test.runUntil(3 * 3600);
    test.ec2.terminateInstance(instanceId);
    test.runUntil(4 * 3600);
    const charges = test.entries.filter((it) => it.kind === "charge");
    // From 00:30:11 until 03:30: parts end at 01:00, 02:00, 03:00 and 03:30.
    expect(charges.map((it) => (it.at - testStart) / 60_000)).toEqual([30, 90, 150, 180]);
    expect(test.usdOf(instanceId)).toBeCloseTo(0.04 * (3 * 3600 - 11) * second, 12);
    const ends = charges.map((it) => it.segments.at(-1)?.until);
    const begins = charges.map((it) => it.segments[0]?.from);
    expect(begins.slice(1)).toEqual(ends.slice(0, -1));
  });

  it("follows the Spot price, or keeps that of the start of each instance-hour", () => {
    const usd = (["per-second", "per-instance-hour"] as const).map((spotPricing) => {
      const billing = { ...defaultBillingSettings, controlPlaneUsdPerHour: 0, spotPricing };
      const market = stepMarket([-7200, 0.04], [11 + 1800, 0.08]);
      const test = new TestEc2({ billing, market });
      const { instanceId } = test.launch("spot");
      test.runUntil(11 + 7200);
      test.ec2.terminateInstance(instanceId);
      return test.usdOf(instanceId);
    });
    expect(usd[0]).toBeCloseTo(0.04 * 0.5 + 0.08 * 1.5, 12);
    expect(usd[1]).toBeCloseTo(0.04 + 0.08, 12);
  });

  it("goes up to the end of the run for what still runs", () => {
    const test = new TestEc2();
    const { instanceId } = test.launch("on-demand");
    test.runUntil(2000);
    test.ec2.finish(at(2000));
    expect(test.usdOf(instanceId)).toBeCloseTo(0.1 * (2000 - 11) * second, 12);
  });
});

describe("the first hour of a Spot Instance", () => {
  it("is given back when EC2 interrupts in it, what hour marks had charged included", () => {
    const test = new TestEc2({ outlook: reclaimsAt(3400) });
    const { instanceId } = test.launch("spot");
    test.runUntil(7200);
    // Taken 3509 s after it began to run; the mark at 01:00 had charged half of it.
    const charged = test.entries.flatMap((it) => (it.kind === "charge" ? [it.usd] : []));
    expect(charged).toHaveLength(1);
    expect(test.entries.filter((it) => it.kind === "charge-waived")).toMatchObject([
      { usd: charged[0] },
    ]);
    expect(test.usdOf(instanceId)).toBe(0);
  });

  it("is paid when EC2 interrupts after it", () => {
    const test = new TestEc2({ outlook: reclaimsAt(3600) });
    const { instanceId } = test.launch("spot");
    test.runUntil(7200);
    expect(test.usdOf(instanceId)).toBeCloseTo(0.04 * (3720 - 11) * second, 12);
  });

  it("is paid when the user ends it within the notice", () => {
    const test = new TestEc2({ outlook: reclaimsAt(600) });
    const { instanceId } = test.launch("spot");
    test.runUntil(700);
    test.ec2.terminateInstance(instanceId);
    test.runUntil(7200);
    expect(test.usdOf(instanceId)).toBeCloseTo(0.04 * (700 - 11) * second, 12);
  });

  it("is paid when waivers are switched off", () => {
    const billing = {
      ...defaultBillingSettings,
      controlPlaneUsdPerHour: 0,
      waivesFirstHourOnInterruption: false,
    };
    const test = new TestEc2({ billing, outlook: reclaimsAt(600) });
    const { instanceId } = test.launch("spot");
    test.runUntil(7200);
    expect(test.usdOf(instanceId)).toBeCloseTo(0.04 * (720 - 11) * second, 12);
  });

  it("is paid when the host fails: that is no interruption", () => {
    const test = new TestEc2({ hostFailuresPer100kHours: 400_000 });
    const { instances } = test.ask({ purchaseOption: "spot", count: 20 });
    test.runUntil(7200);
    const lived = instances.filter(({ instanceId }) => test.usdOf(instanceId) > 0);
    expect(test.entries.some((it) => it.kind === "charge-waived")).toBe(false);
    expect(lived.length).toBeGreaterThan(10);
  });
});

describe("what else is billed", () => {
  it("is the control plane, around the clock", () => {
    const test = new TestEc2({ billing: defaultBillingSettings });
    test.runUntil(5 * 3600);
    test.ec2.finish(at(5 * 3600));
    const usd = test.entries.map((it) => (it.kind === "control-plane-charge" ? it.usd : 0));
    expect(usd).toHaveLength(6);
    expect(usd.reduce((sum, part) => sum + part, 0)).toBeCloseTo(0.5, 12);
  });

  it("are volumes and addresses, from launch until the instance is terminated", () => {
    const test = new TestEc2();
    const { instanceId } = test.launch("spot", { storageUsdPerHour: 0.36, hasPublicIpv4: true });
    test.runUntil(4000);
    test.ec2.terminateInstance(instanceId);
    test.runUntil(9000);
    const usd = (item: string) =>
      test.entries.reduce(
        (sum, it) => sum + (it.kind === "charge" && it.item === item ? it.usd : 0),
        0,
      );
    expect(usd("storage")).toBeCloseTo(0.36 * (4030 - 1) * second, 12);
    expect(usd("public-ipv4")).toBeCloseTo(0.005 * (4030 - 1) * second, 12);
  });
});

interface Plan {
  readonly isSpot: boolean;
  readonly at: number;
  readonly livesMs: number;
}

/** What an instance must cost: each of its billed seconds at the price of that second. */
function integral(test: TestEc2, plan: Plan, instanceId: string, price: (s: number) => number) {
  let from: number | undefined;
  let isNoticed = false;
  for (const entry of test.entries) {
    if (!("instanceId" in entry) || entry.instanceId !== instanceId) continue;
    if (entry.kind === "instance-running") from = entry.at - testStart;
    if (entry.kind === "interruption-notice") isNoticed = true;
    if (entry.kind !== "instance-shutting-down" || from === undefined) continue;
    const ranMs = entry.at - testStart - from;
    if (isNoticed && entry.terminatedBy === "ec2" && ranMs < 3_600_000) return 0;
    let usd = 0;
    for (let s = 0; s < Math.max(60, ranMs / 1000); s++) {
      usd += (plan.isSpot ? price(from / 1000 + s) : 0.1) / 3600;
    }
    return usd;
  }
  return 0;
}

describe("any mix of launches, reclaims and terminations", () => {
  const plans = fc.array(
    fc.record({
      isSpot: fc.boolean(),
      at: fc.integer({ min: 0, max: 3000 }),
      livesMs: fc.integer({ min: 0, max: 9_000_000 }),
    }),
    { minLength: 1, maxLength: 8 },
  );
  const steps = fc.uniqueArray(fc.integer({ min: 1, max: 11_000 }), { maxLength: 6 });
  const reclaims = fc.uniqueArray(fc.integer({ min: 1, max: 11_000 }), { maxLength: 3 });

  it("costs what each second's price adds up to, and is told in order of time", () => {
    fc.assert(
      fc.property(plans, steps, reclaims, (unsorted, changes, taken) => {
        const prices = [...changes]
          .sort((a, b) => a - b)
          .map((s, i) => [s, 0.01 * (i + 2)] as const);
        const market = stepMarket([-7200, 0.04], ...prices);
        const test = new TestEc2({
          market,
          outlook: reclaimsAt(...[...taken].sort((a, b) => a - b)),
        });
        const ended = new Map<string, Plan>();
        let offset = 0;
        for (const plan of [...unsorted].sort((a, b) => a.at - b.at)) {
          // A request takes a second, so that launches are at least so far apart.
          offset = Math.max(offset + 1, plan.at);
          test.runUntil(offset);
          ended.set(test.launch(plan.isSpot ? "spot" : "on-demand").instanceId, plan);
          offset += 1;
        }
        const order = [...ended].sort(([, a], [, b]) => a.livesMs - b.livesMs);
        let waited = 0;
        for (const [instanceId, { livesMs }] of order) {
          test.wait(milliseconds(livesMs - waited));
          waited = livesMs;
          test.ec2.terminateInstance(instanceId);
        }
        test.runUntil(30_000);
        for (const [instanceId, plan] of ended) {
          const expected = integral(
            test,
            plan,
            instanceId,
            (s) => market.priceAt("", "", at(s)) ?? 0,
          );
          expect(test.usdOf(instanceId)).toBeCloseTo(expected, 9);
        }
        const times = test.entries.map((entry) => entry.at as number);
        expect(times).toEqual([...times].sort((a, b) => a - b));
      }),
      { numRuns: 60 },
    );
  });
});

describe("a stopped instance", () => {
  it("is billed for its volumes only: its public address is released with the stop", () => {
    const test = new TestEc2();
    const request = { storageUsdPerHour: 0.01, hasPublicIpv4: true };
    const { instanceId } = test.launch("on-demand", request);
    test.runUntil(3001);
    test.ec2.stopInstance(instanceId);
    test.runUntil(10_000);
    test.ec2.terminateInstance(instanceId);
    test.runUntil(10_100);
    const usdOfItem = (item: string): number =>
      test.entries.reduce(
        (sum, it) => (it.kind === "charge" && it.item === item ? sum + it.usd : sum),
        0,
      );
    // Launched after 1 s, running after 11, stopped after 3001, terminated after 10,030.
    expect(usdOfItem("compute")).toBeCloseTo(0.1 * 2990 * second, 12);
    expect(usdOfItem("public-ipv4")).toBeCloseTo(0.005 * 3000 * second, 12);
    expect(usdOfItem("storage")).toBeCloseTo(0.01 * 10_029 * second, 12);
  });
});
