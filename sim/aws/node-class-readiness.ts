import type { Ec2NodeClass } from "../../core/apis/index.ts";
import type { CreateResult, NodeClassReadiness } from "../../core/cloudprovider/index.ts";
import { conditionOf } from "../../core/state/index.ts";

/** What the NodeClass's condition Ready says. */
export function readinessOf(nodeClass: Ec2NodeClass): NodeClassReadiness {
  const ready = conditionOf(nodeClass, "Ready");
  if (ready === undefined || ready.status === "Unknown") return { kind: "unknown" };
  if (ready.status === "True") return { kind: "ready" };
  return { kind: "not-ready", reason: ready.reason, message: ready.message };
}

/**
 * Why nothing can be launched with the NodeClass now; `undefined` when it is ready.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/cloudprovider/cloudprovider.go CloudProvider.Create
 */
export function launchObstacle(nodeClass: Ec2NodeClass): CreateResult | undefined {
  const ready = conditionOf(nodeClass, "Ready");
  const message = ready?.message ?? "";
  if (ready?.status === "False") return { kind: "node-class-not-ready", message };
  if (ready?.status !== "True") {
    const reason = "NodeClassReadinessUnknown";
    return { kind: "create-error", reason, message: "NodeClass is in Ready=Unknown" };
  }
  if (ready.observedGeneration === nodeClass.metadata.generation) return undefined;
  const stale = "nodeclass status has not been reconciled against the latest spec";
  return { kind: "node-class-not-ready", message: stale };
}
