import { describe, expect, it } from "vitest";
import { loadCatalogue } from "../../traces/index.ts";
import { capacityFacts } from "./pool-outlook.ts";

describe("the share of a type's Spot Instances that is interrupted in a month", () => {
  const catalogue = loadCatalogue();
  const facts = capacityFacts(catalogue, "us-east-1");

  it("is the middle of the Spot Instance Advisor's bucket, three tenths of the open one", () => {
    const bucketOf = (type: string) => catalogue.findSpotAdvice("us-east-1", type)?.bucket.label;
    const listed = catalogue.instanceTypes.map(({ instanceType }) => instanceType);
    const middles = { "<5%": 0.025, "5-10%": 0.075, "10-15%": 0.125, "15-20%": 0.175, ">20%": 0.3 };
    for (const [label, share] of Object.entries(middles)) {
      const type = listed.find((each) => bucketOf(each) === label) ?? "";
      expect(facts(type).monthlyInterruptionShare).toBeCloseTo(share, 12);
    }
  });

  it.each([
    ["ordinary", "m8a.2xlarge", 0.125],
    ["just below 48 vCPUs", "m8a.8xlarge", 0.125],
    ["of 48 vCPUs", "m8a.12xlarge", 0.3],
    ["bare metal", "c8a.metal-24xl", 0.3],
    ["a small one with a GPU", "g6f.large", 0.3],
  ])("of a type that it does not list goes by its kind: %s, %s", (_kind, type, share) => {
    expect(catalogue.findSpotAdvice("us-east-1", type)).toBeUndefined();
    expect(facts(type).monthlyInterruptionShare).toBeCloseTo(share, 12);
  });
});
