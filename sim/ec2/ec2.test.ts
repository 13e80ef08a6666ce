import { describe, expect, it } from "vitest";
import { hours } from "../../core/units/index.ts";
import { RecordedOutlook } from "./recorded-outlook.ts";
import { unlimitedOutlook } from "./pool-outlook.ts";
import { at, outlookWith, overrideOf, reclaimsAt, TestEc2 } from "../../test/support/test-ec2.ts";

describe("an instance", () => {
  it("is pending, runs, shuts down and is gone, and says so each time", () => {
    const test = new TestEc2();
    const { instanceId, state } = test.launch("on-demand");
    expect(state).toBe("pending");
    test.runUntil(100);
    expect(test.ec2.instance(instanceId)?.state).toBe("running");
    test.ec2.terminateInstance(instanceId);
    expect(test.ec2.instance(instanceId)?.state).toBe("shutting-down");
    test.runUntil(129);
    expect(test.ec2.instances().map((it) => it.state)).toEqual(["shutting-down"]);
    test.runUntil(130);
    expect(test.ec2.instance(instanceId)).toBeUndefined();
    expect(test.story(instanceId)).toEqual([
      "11: instance-running",
      "100: instance-shutting-down by user",
      "130: instance-terminated",
    ]);
    const states = test.notifications.flatMap((it) =>
      it.kind === "instance-state-changed" ? [it.instance.state] : [],
    );
    expect(states).toEqual(["running", "shutting-down", "terminated"]);
  });

  it("that is terminated while pending never runs and costs nothing", () => {
    const test = new TestEc2();
    const { instanceId } = test.launch("on-demand");
    test.ec2.terminateInstance(instanceId);
    test.runUntil(7200);
    expect(test.story(instanceId)).toEqual([
      "1: instance-shutting-down by user",
      "31: instance-terminated",
    ]);
    expect(test.usdOf(instanceId)).toBe(0);
  });

  it("shuts down once, however often that is asked for", () => {
    const test = new TestEc2();
    const { instanceId } = test.launch("on-demand");
    test.runUntil(50);
    test.ec2.terminateInstance(instanceId);
    test.runUntil(60);
    test.ec2.terminateInstance(instanceId);
    test.runUntil(200);
    test.ec2.terminateInstance(instanceId);
    expect(test.story(instanceId)).toHaveLength(3);
  });
});

describe("a Spot interruption", () => {
  it("comes with two minutes' notice, then EC2 takes the instance", () => {
    const test = new TestEc2({ outlook: reclaimsAt(600) });
    const { instanceId } = test.launch("spot");
    test.runUntil(3600);
    expect(test.story(instanceId)).toEqual([
      "11: instance-running",
      "600: interruption-notice",
      "720: instance-shutting-down by ec2",
      "750: instance-terminated",
    ]);
    const warnings = test.notifications.filter(({ kind }) => kind === "spot-interruption-warning");
    expect(warnings).toHaveLength(1);
  });

  it("leaves On-Demand Instances of the same pool alone", () => {
    const test = new TestEc2({ outlook: reclaimsAt(600) });
    test.launch("spot");
    const { instanceId } = test.launch("on-demand");
    test.runUntil(7200);
    expect(test.ec2.instance(instanceId)?.state).toBe("running");
  });

  it("that the user forestalls within the notice ends by the user, and once", () => {
    const test = new TestEc2({ outlook: reclaimsAt(600) });
    const { instanceId } = test.launch("spot");
    test.runUntil(660);
    test.ec2.terminateInstance(instanceId);
    test.runUntil(3600);
    expect(test.story(instanceId)).toEqual([
      "11: instance-running",
      "600: interruption-notice",
      "660: instance-shutting-down by user",
      "690: instance-terminated",
    ]);
  });

  it("warns once, though the pool is reclaimed again within the notice", () => {
    const test = new TestEc2({ outlook: reclaimsAt(600, 650) });
    const { instanceId } = test.launch("spot");
    test.runUntil(3600);
    expect(test.story(instanceId).filter((line) => line.includes("notice"))).toHaveLength(1);
  });

  it("comes at the recorded instant, and the pool refuses Spot while the record says dry", () => {
    const pool = { instanceType: "m5.large", zone: "us-east-1a" };
    const recorded = new RecordedOutlook(
      "trace",
      [{ ...pool, interruptions: [at(300)], dryStretches: [{ from: at(900), until: at(1000) }] }],
      unlimitedOutlook,
    );
    const test = new TestEc2({ outlook: recorded });
    const first = test.launch("spot");
    test.runUntil(899);
    expect(test.story(first.instanceId)[1]).toBe("300: interruption-notice");
    test.runUntil(950);
    expect(test.ask({ purchaseOption: "spot" }).errors).toHaveLength(1);
    expect(test.ask({ purchaseOption: "on-demand" }).instances).toHaveLength(1);
    test.runUntil(1000);
    expect(test.ask({ purchaseOption: "spot" }).instances).toHaveLength(1);
  });

  it("comes at the same time whatever else is held: pools know nothing of policies", () => {
    const stories = [0, 5].map((others) => {
      const test = new TestEc2({ outlook: reclaimsAt(600, 5000), seed: 7 });
      const { instanceId } = test.launch("spot");
      for (let count = 0; count < others; count++) {
        const overrides = [overrideOf("c5.large", "us-east-1b")];
        test.launch("spot", { overrides });
      }
      test.runUntil(7200);
      return test.story(instanceId);
    });
    expect(stories[1]).toEqual(stories[0]);
  });

  it("strikes single instances at their mean time, and only Spot", () => {
    const meanHours = 3;
    const test = new TestEc2({
      outlook: outlookWith({ loneInterruptionHoursMean: () => meanHours }),
    });
    const { instances } = test.ask({ purchaseOption: "spot", count: 800 });
    test.launch("on-demand");
    test.runUntil(40 * 3600);
    const times = test.entries.flatMap((it) => (it.kind === "interruption-notice" ? [it.at] : []));
    expect(times).toHaveLength(instances.length);
    const mean = times.reduce((sum, time) => sum + (time - at(1)) / hours(1), 0) / times.length;
    // Standard error 3 / sqrt(800) = 0.106; four of them.
    expect(Math.abs(mean - meanHours)).toBeLessThan(0.43);
  });
});

describe("a reclaim", () => {
  it("takes its share, spread over three minutes, of 1000 instances", () => {
    const outlook = outlookWith({
      nextReclaimAfter: (_type, _zone, time) =>
        time < at(600) ? { at: at(600), index: 1, share: 0.4 } : undefined,
    });
    const test = new TestEc2({ outlook });
    test.ask({ purchaseOption: "spot", count: 1000 });
    test.runUntil(3600);
    const notices = test.entries.flatMap((it) =>
      it.kind === "interruption-notice" ? [(it.at - at(600)) / 1000] : [],
    );
    // Binomial with standard deviation 15.5.
    expect(Math.abs(notices.length - 400)).toBeLessThan(62);
    expect(Math.min(...notices)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...notices)).toBeLessThan(180);
    const mean = notices.reduce((sum, value) => sum + value, 0) / notices.length;
    expect(Math.abs(mean - 90)).toBeLessThan(11);
  });

  it("is announced by a recommendation to rebalance for some pools, 2 to 60 minutes ahead", () => {
    const test = new TestEc2({ outlook: reclaimsAt(7200) });
    for (let pool = 0; pool < 200; pool++) {
      const overrides = [overrideOf("m5.large", `zone-${pool}`)];
      test.launch("spot", { overrides });
    }
    test.runUntil(7200 + 600);
    const leads = test.entries.flatMap((it) =>
      it.kind === "rebalance-recommendation" ? [(at(7200) - it.at) / 60_000] : [],
    );
    expect(leads.length).toBeGreaterThan(70);
    expect(leads.length).toBeLessThan(130);
    expect(Math.min(...leads)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...leads)).toBeLessThanOrEqual(60);
  });
});

describe("a launch", () => {
  it("finds no capacity once the pool's depth is used up, by Spot and On-Demand together", () => {
    const test = new TestEc2({ outlook: outlookWith({ depth: () => 3 }) });
    test.launch("spot");
    const { instanceId } = test.launch("on-demand");
    const answer = test.ask({ purchaseOption: "on-demand", count: 2 });
    expect(answer.instances).toHaveLength(1);
    expect(answer.errors).toMatchObject([
      { code: "InsufficientInstanceCapacity", instanceType: "m5.large", zone: "us-east-1a" },
    ]);
    test.ec2.terminateInstance(instanceId);
    expect(test.ask({ purchaseOption: "spot" }).instances).toHaveLength(1);
  });

  it("finds no Spot capacity where there is no Spot price", () => {
    const market = {
      description: "none",
      priceAt: () => undefined,
      nextChangeAfter: () => undefined,
    };
    const test = new TestEc2({ market });
    expect(test.ask({ purchaseOption: "spot" }).errors).toHaveLength(1);
    expect(test.ask({ purchaseOption: "on-demand" }).errors).toEqual([]);
  });
});

describe("hosts", () => {
  it("fail at their rate, and EC2 ends their instances without notice", () => {
    const test = new TestEc2({ hostFailuresPer100kHours: 10_000 });
    test.ask({ purchaseOption: "on-demand", count: 600 });
    test.runUntil(100 * 3600);
    const lost = test.entries.filter((it) => it.kind === "instance-shutting-down");
    expect(lost.every((it) => it.terminatedBy === "ec2")).toBe(true);
    expect(test.entries.some((it) => it.kind === "interruption-notice")).toBe(false);
    // All but a few of 600 with a mean life of 10 h are lost in 100 h.
    expect(lost.length).toBeGreaterThanOrEqual(598);
    const mean = lost.reduce((sum, it) => sum + (it.at - at(1)) / hours(1), 0) / lost.length;
    expect(Math.abs(mean - 10)).toBeLessThan(1.7);
  });

  it("never fail at rate zero", () => {
    const test = new TestEc2();
    test.ask({ purchaseOption: "on-demand", count: 50 });
    test.runUntil(1000 * 3600);
    expect(test.ec2.instances()).toHaveLength(50);
  });
});
