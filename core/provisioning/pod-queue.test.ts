import { describe, expect, it } from "vitest";
import { pod, type PodOverrides } from "../../test/support/pods.ts";
import { requestsForPods } from "../scheduling/index.ts";
import { simTime } from "../units/index.ts";
import { PodQueue, type QueuedPod } from "./pod-queue.ts";

function queued(overrides: PodOverrides): QueuedPod {
  const it = pod(overrides);
  return { pod: it, requests: requestsForPods([it]) };
}

function created(at: number): PodOverrides {
  return { metadata: { creationTimestamp: simTime(at) } };
}

describe("PodQueue", () => {
  it("hands out more cpu first, then more memory, then older by whole seconds, then by uid", () => {
    const queue = new PodQueue([
      queued({ name: "young", ...created(2000) }),
      queued({ name: "b", ...created(1400) }),
      queued({ name: "a", ...created(1600) }),
      queued({ name: "memory", requests: { memory: "1Gi" } }),
      queued({ name: "cpu", requests: { cpu: "1m" } }),
    ]);
    const names = [1, 2, 3, 4, 5].map(() => queue.pop()?.pod.metadata.name);
    expect(names).toEqual(["cpu", "memory", "a", "b", "young"]);
  });

  it("hands out virtual pods by their whole age, behind real ones of that time, else as given", () => {
    const virtual = (name: string, at: number): QueuedPod => {
      const annotations = { "karpenter.sh/capacity-buffer-fake-pod": "true" };
      return queued({ name, annotations, ...created(at) });
    };
    const queue = new PodQueue([
      virtual("v10", 1500),
      virtual("v9", 1500),
      virtual("late", 1501),
      virtual("early", 1000),
      queued({ name: "z", ...created(1999) }),
      queued({ name: "young", ...created(2000) }),
    ]);
    const names = [1, 2, 3, 4, 5, 6].map(() => queue.pop()?.pod.metadata.name);
    expect(names).toEqual(["z", "early", "v10", "v9", "late", "young"]);
  });

  it("ends once every pod has come round without another leaving", () => {
    const queue = new PodQueue(["a", "b", "c"].map((name) => queued({ name })));
    const seen: string[] = [];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const { name } = next.pod.metadata;
      seen.push(name);
      if (name !== "b") queue.push(next);
    }
    expect(seen).toEqual(["a", "b", "c", "a"]);
    expect(queue.length).toBe(2);
  });
});
