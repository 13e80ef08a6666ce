import { objectKey } from "../../../core/apis/index.ts";
import type { WatchEvent } from "../../../core/state/index.ts";
import type { KubeContext, KubeController } from "./controller.ts";

/**
 * Says that HorizontalPodAutoscalers do nothing here: there is no load from which they could read a
 * metric. Replica series drive Deployments instead.
 */
export class HorizontalPodAutoscalerController implements KubeController {
  readonly name = "horizontal-pod-autoscaler";
  readonly #context: KubeContext;

  constructor(context: KubeContext) {
    this.#context = context;
  }

  observe(event: WatchEvent): void {
    const { object } = event;
    if (object.kind !== "HorizontalPodAutoscaler" || event.type === "deleted") return;
    const { targetKind, targetName } = object.spec;
    this.#context.notices.add({
      code: "kube/hpa-not-supported",
      objectKind: object.kind,
      objectKey: objectKey(object),
      message:
        `HorizontalPodAutoscaler ${objectKey(object)} is not supported: no load is simulated, so ` +
        `${targetKind} ${targetName} keeps the replicas of its manifest or of a replica series`,
    });
  }

  reconcile(): void {}
}
