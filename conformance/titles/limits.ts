import type { Manifest } from "../cases.ts";
import { expression as is, pod, pods, pool, titled, type TitledCase, typeKey } from "./build.ts";
import { node } from "./build-nodes.ts";

const limited = (limits: Readonly<Record<string, string>>, ...types: string[]): Manifest =>
  pool("default", {
    limits,
    ...(types.length === 0 ? {} : { requirements: [is(typeKey, "In", ...types)] }),
  });

const big = { requests: { cpu: "3" } };
const gpu = { requests: { "nvidia.com/gpu": "1" }, limits: { "nvidia.com/gpu": "1" } };

export const limitTitles: readonly TitledCase[] = [
  titled("should not schedule when limits are exceeded", [
    limited({ cpu: "2" }),
    node("n"),
    pod("pod", { requests: { cpu: "5" } }),
  ]),
  titled("should schedule if limits would be met", [
    limited({ cpu: "4" }, "m1.xlarge"),
    pod("pod", big),
  ]),
  titled("should partially schedule if limits would be exceeded", [
    limited({ cpu: "8" }, "m1.xlarge"),
    pods(3, "pod", big),
  ]),
  titled("should not schedule if limits would be exceeded", [
    limited({ cpu: "3" }, "m1.xlarge"),
    pod("pod", big),
  ]),
  titled("should not schedule if limits would be exceeded (GPU)", [
    limited({ "nvidia.com/gpu": "1" }, "g1.xlarge"),
    pods(2, "pod", { ...gpu, requests: { cpu: "3", "nvidia.com/gpu": "1" } }),
  ]),
  titled("should not schedule to a nodepool after a scheduling round if limits would be exceeded", [
    limited({ cpu: "5" }, "m1.xlarge"),
    node("n", { isWithoutNode: true }),
    pods(2, "pod", big),
  ]),
  titled("should not schedule if limits would be exceeded (node)", [
    limited({ nodes: "1" }),
    node("n"),
    pod("pod", { requests: { cpu: "10" } }),
  ]),
  titled("should not create a node when more of a limit is used than there is", [
    // There is room for a small type, and usage is above another limit.
    limited({ memory: "8Gi" }),
    node("n"),
    pod("pod", { requests: { cpu: "8" } }),
  ]),
  titled("should not decrease a limit of nodes within a round", [
    limited({ nodes: "1" }, "m1.xlarge"),
    pods(3, "pod", big),
  ]),
  titled("should count the largest type that a node may become against limits", [
    limited({ cpu: "20" }),
    pods(4, "pod", { requests: { cpu: "1" }, ports: [{ containerPort: 1, hostPort: 80 }] }),
  ]),
  titled("should count nodes of other NodePools against their own limits", [
    limited({ cpu: "8" }, "m1.xlarge"),
    pool("other", { limits: { cpu: "2" }, weight: 5 }),
    node("n", { labels: { "karpenter.sh/nodepool": "other" } }),
    pods(4, "pod", big),
  ]),
  titled("should not count nodes that are being deleted against limits", [
    limited({ cpu: "4" }, "m1.xlarge"),
    node("n", { isDeleting: true }),
    pod("pod", big),
  ]),
];
