import { describe, expect, it } from "vitest";
import { evaluateNodeOverlays, NodeOverlayStore } from "../../core/cloudprovider/index.ts";
import { nodeOverlay } from "../../test/support/node-overlays.ts";
import { nodePool } from "../../test/support/node-pools.ts";
import { catalogueOf, nodeClaimOf, TestAws } from "../../test/support/test-aws.ts";

const onDemand = "karpenter.sh/capacity-type=on-demand";
const m5 = {
  requirements: [
    { key: "node.kubernetes.io/instance-type", operator: "In" as const, values: ["m5.large"] },
  ],
};

/** An AWS provider with m5.large cheap and full of fuses, evaluated unless told otherwise. */
function overlaidAws(isEvaluated = true): TestAws {
  const nodeOverlays = new NodeOverlayStore();
  const aws = new TestAws({ nodeOverlays });
  const overlays = [nodeOverlay("o", { ...m5, price: "0.001", capacity: { "devices/fuse": 4 } })];
  const target = { nodePool: nodePool(), instanceTypes: aws.provider.getInstanceTypes(nodePool()) };
  if (isEvaluated) nodeOverlays.replace(evaluateNodeOverlays(overlays, [target]).updates);
  return aws;
}

/** As Karpenter marks a NodeClaim that it chose by overlaid prices. */
function marked(nodeClaim: ReturnType<typeof nodeClaimOf>): typeof nodeClaim {
  const annotations = { "karpenter.sh/price-overlay-applied": "true" };
  return { ...nodeClaim, metadata: { ...nodeClaim.metadata, annotations } };
}

describe("a launch with NodeOverlays", () => {
  it("waits for the evaluation of its NodePool", () => {
    expect(overlaidAws(false).launch(nodeClaimOf("one", [onDemand]))).toEqual({
      kind: "error",
      message: 'creating instance, nodepool "default" is awaiting evaluation',
    });
  });

  it("makes EC2 follow the overlaid prices where the NodeClaim says so, its own elsewhere", () => {
    const typeOf = (nodeClaim: ReturnType<typeof nodeClaimOf>) => {
      const result = overlaidAws().launch(nodeClaim);
      return result.kind === "launched"
        ? result.instance.labels["node.kubernetes.io/instance-type"]
        : result.kind;
    };
    expect(typeOf(marked(nodeClaimOf("one", [onDemand])))).toBe("m5.large");
    expect(typeOf(nodeClaimOf("one", [onDemand]))).toBe("c5.large");
  });

  it("reports the overlaid capacity, and to the ledger the price that EC2 asks", () => {
    const aws = overlaidAws();
    const result = aws.launch(marked(nodeClaimOf("one", [onDemand])));
    expect(result).toMatchObject({
      instance: { capacity: { "devices/fuse": 4 }, allocatable: { "devices/fuse": 4 } },
    });
    const launched = aws.test.entries.find(({ kind }) => kind === "instance-launched");
    const price = catalogueOf(["m5.large"]).onDemandUsdPerHour("us-east-1", "m5.large");
    expect(launched).toMatchObject({ onDemandUsdPerHour: price });
  });

  it("leaves NodeClaims without a NodePool alone", () => {
    const { metadata, ...rest } = nodeClaimOf("one", [onDemand]);
    const alone = { ...rest, metadata: { ...metadata, labels: {} } };
    expect(overlaidAws(false).launch(alone)).toMatchObject({ kind: "launched" });
  });
});
