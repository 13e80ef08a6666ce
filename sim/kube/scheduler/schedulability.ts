import { objectKey } from "../../../core/apis/index.ts";
import type { Pod } from "../../../core/apis/index.ts";
import type { KubeContext } from "../controllers/controller.ts";
import { podCondition, withPodConditions } from "../pod-conditions.ts";

/** The only scheduler of the simulated cluster. */
const defaultSchedulerName = "default-scheduler";

/**
 * Whether the scheduler may try the pod: gated pods wait for their gates, which their condition
 * says, and pods of other schedulers, or with devices by claim, wait for ever, which a notice says.
 */
export function schedulability(pod: Pod, context: KubeContext): "schedulable" | "held-back" {
  const { api, notices, timeline } = context;
  const { schedulerName, schedulingGates, hasResourceClaims } = pod.spec;
  if (schedulingGates.length > 0) {
    if (podCondition(pod, "PodScheduled")?.reason !== "SchedulingGated") {
      const message = "Scheduling is blocked due to non-empty scheduling gates";
      const gated = {
        type: "PodScheduled",
        status: "False",
        reason: "SchedulingGated",
        message,
      } as const;
      api.update(withPodConditions(pod, [gated], timeline.now));
    }
    return "held-back";
  }
  if (schedulerName !== "" && schedulerName !== defaultSchedulerName) {
    notices.add({
      code: "kube/scheduler-not-supported",
      objectKind: "Pod",
      objectKey: objectKey(pod),
      message:
        `Pod ${objectKey(pod)} asks for the scheduler ${schedulerName}, which is not supported: ` +
        "it stays pending",
    });
    return "held-back";
  }
  if (hasResourceClaims) {
    notices.add({
      code: "kube/resource-claims-not-supported",
      objectKind: "Pod",
      objectKey: objectKey(pod),
      message: `Pod ${objectKey(pod)} has resource claims, which are not supported: it stays pending`,
    });
    return "held-back";
  }
  return "schedulable";
}
