import { objectKey, type Pod } from "../../core/apis/index.ts";
import { isVirtualPod, realPods } from "../../core/capacitybuffer/index.ts";

/** Names of pods, those of virtual ones apart; in the order given. */
export function namedPods(pods: readonly Pod[]): {
  readonly pods: readonly string[];
  readonly virtualPods?: readonly string[];
} {
  const virtualPods = pods.filter(isVirtualPod).map(objectKey);
  return {
    pods: realPods(pods).map(objectKey),
    ...(virtualPods.length === 0 ? {} : { virtualPods }),
  };
}
