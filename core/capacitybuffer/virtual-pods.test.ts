import { describe, expect, it } from "vitest";
import { capacityBuffer, readyBuffer, template } from "../../test/support/capacity-buffers.ts";
import { pod, podSpec } from "../../test/support/pods.ts";
import { isProvisionable } from "../state/index.ts";
import { simTime } from "../units/index.ts";
import { bufferKeyOf, isVirtualPod, realPods } from "./virtual-pod.ts";
import { buildVirtualPods, sanitizeVirtualPodSpec } from "./virtual-pods.ts";

const now = simTime(7);

describe("virtual pods", () => {
  const shape = template({ labels: { app: "web" }, annotations: { note: "not taken over" } });

  it.each([
    ["a PodTemplate", {}],
    ["a Deployment", { scalableRef: {} }],
  ])("of %s carry its labels and say which buffer they stand for", (_, reference) => {
    const pods = buildVirtualPods(readyBuffer(3, { name: "b", ...reference }), shape, now);
    expect(pods.map(({ metadata }) => [metadata.name, metadata.uid])).toEqual([
      ["capacity-buffer-b-1", "uid-default-b-1"],
      ["capacity-buffer-b-2", "uid-default-b-2"],
      ["capacity-buffer-b-3", "uid-default-b-3"],
    ]);
    for (const { metadata, spec, status } of pods) {
      expect(metadata).toMatchObject({ namespace: "default", labels: { app: "web" } });
      expect(metadata.annotations).toEqual({
        "karpenter.sh/capacity-buffer-fake-pod": "true",
        "karpenter.sh/capacity-buffer-name": "b",
        "karpenter.sh/capacity-buffer-namespace": "default",
      });
      expect(metadata.creationTimestamp).toBe(now);
      expect(spec.priority).toBe(-2147483648);
      expect(status.phase).toBe("");
    }
  });

  it("ask for capacity as pods do that kube-scheduler has given up on", () => {
    expect(buildVirtualPods(readyBuffer(2), shape, now).every(isProvisionable)).toBe(true);
  });

  it("have the same names and uids every time", () => {
    const again = () =>
      buildVirtualPods(readyBuffer(2), shape, now).map(({ metadata }) => metadata.uid);
    expect(again()).toEqual(again());
  });

  it("share one specification, which stays the same as long as the template does", () => {
    const pods = [
      ...buildVirtualPods(readyBuffer(2), shape, now),
      ...buildVirtualPods(readyBuffer(5), shape, simTime(8)),
    ];
    expect(new Set(pods.map(({ spec }) => spec)).size).toBe(1);
  });

  it.each([0, -1, undefined])("are none for %s replicas", (replicas) => {
    const status = replicas === undefined ? {} : { replicas };
    expect(buildVirtualPods(capacityBuffer({ status }), shape, now)).toEqual([]);
  });
});

describe("the specification of a virtual pod", () => {
  const claim = { name: "data", persistentVolumeClaimName: "claim" };
  const ephemeral = { name: "scratch", ephemeral: {} };
  const inline = { name: "inline", csiDriver: "driver" };
  const other = { name: "config" };

  it.each([
    ["a claim's volume", [claim, other], [other]],
    ["an ephemeral volume", [ephemeral, other], [other]],
    ["both", [claim, ephemeral], []],
    ["no other volume", [inline, other], [inline, other]],
  ])("drops %s", (_, volumes, kept) => {
    expect(sanitizeVirtualPodSpec(podSpec({ spec: { volumes } })).volumes).toEqual(kept);
  });

  it("has no node, and keeps whatever else says where a pod may go", () => {
    const spec = podSpec({
      nodeName: "node",
      affinity: {},
      spec: {
        nodeSelector: { zone: "a" },
        tolerations: [{ key: "k", operator: "Exists", value: "" }],
      },
    });
    const { nodeName: _, ...rest } = spec;
    expect(sanitizeVirtualPodSpec(spec)).toEqual(rest);
  });

  it("asks for no more than the template says, nor for ports that only a pod would get", () => {
    const spec = podSpec({
      spec: {
        hostNetwork: true,
        containers: [
          {
            name: "main",
            image: "",
            readinessInitialDelaySeconds: 0,
            resources: {
              requests: { cpu: 1, memory: 2 },
              limits: { memory: 2 },
              requestsFromLimits: ["memory"],
            },
            ports: [
              { containerPort: 80, hostPort: 80, isHostPortDefaulted: true },
              { containerPort: 81, hostPort: 81 },
            ],
          },
        ],
      },
    });
    expect(sanitizeVirtualPodSpec(spec).containers[0]).toMatchObject({
      resources: { requests: { cpu: 1 }, limits: { memory: 2 } },
    });
    expect(sanitizeVirtualPodSpec(spec).containers[0]?.resources.requests).toEqual({ cpu: 1 });
    expect(sanitizeVirtualPodSpec(spec).containers[0]?.ports).toEqual([
      { containerPort: 80 },
      { containerPort: 81, hostPort: 81 },
    ]);
  });
});

describe("a pod is virtual", () => {
  const fake = "karpenter.sh/capacity-buffer-fake-pod";
  const name = { "karpenter.sh/capacity-buffer-name": "b" };
  const namespace = { "karpenter.sh/capacity-buffer-namespace": "n" };

  it("by its annotation alone", () => {
    expect(isVirtualPod(pod())).toBe(false);
    expect(isVirtualPod(pod({ annotations: { other: "true" } }))).toBe(false);
    expect(isVirtualPod(pod({ annotations: { [fake]: "false" } }))).toBe(false);
    expect(isVirtualPod(pod({ annotations: { [fake]: "true" } }))).toBe(true);
  });

  it("and belongs to the buffer that it names, if it names it fully", () => {
    const key = (annotations: Readonly<Record<string, string>>) =>
      bufferKeyOf(pod({ annotations }));
    expect(key({ ...name, ...namespace })).toBeUndefined();
    expect(key({ [fake]: "true", ...name })).toBeUndefined();
    expect(key({ [fake]: "true", ...namespace })).toBeUndefined();
    expect(key({ [fake]: "true", ...name, ...namespace })).toBe("n/b");
  });

  it("and left out of the real ones, which stay the same list where none is", () => {
    const real = [pod({ name: "a" }), pod({ name: "b" })];
    expect(realPods(real)).toBe(real);
    expect(realPods([...real, pod({ annotations: { [fake]: "true" } })])).toEqual(real);
    expect(realPods([])).toEqual([]);
  });
});
