import { describe, expect, it } from "vitest";
import { parseObject } from "./parse-object.ts";
import { admitPod } from "./parse-pod.ts";
import type { Pod } from "./pod.ts";
import { rawPod } from "./raw-object-fixture.ts";

function read(raw: unknown): Pod {
  const { object, issues } = parseObject(raw);
  if (object?.kind !== "Pod") throw new Error(JSON.stringify(issues));
  return object;
}

function errorsOf(raw: unknown): readonly string[] {
  const { issues } = parseObject(raw);
  return issues.filter((one) => one.severity === "error").map((one) => `${one.code} ${one.path}`);
}

describe("a pod", () => {
  it("gets the API server's defaults", () => {
    const { spec, metadata, status } = read(rawPod());
    expect(metadata.namespace).toBe("default");
    expect(spec).toMatchObject({
      schedulerName: "default-scheduler",
      restartPolicy: "Always",
      terminationGracePeriodSeconds: 30,
      preemptionPolicy: "PreemptLowerPriority",
      priority: 0,
      hostNetwork: false,
      hasResourceClaims: false,
      nodeSelector: {},
    });
    expect(status).toEqual({ phase: "Pending", conditions: [] });
  });

  it("requests what it limits, unless it says what it requests", () => {
    const resources = { limits: { cpu: 2, memory: "1Gi" }, requests: { cpu: 0.5 } };
    expect(read(rawPod({}, { resources })).spec.containers[0]?.resources).toEqual({
      requests: { cpu: 500, memory: 2 ** 30 },
      limits: { cpu: 2000, memory: 2 ** 30 },
      requestsFromLimits: ["memory"],
    });
  });

  it("does not request more than its limit, nor a part of a device, nor less than nothing", () => {
    const at = "spec.containers[0].resources.requests";
    const requests = (list: object, limits: object = {}): readonly string[] =>
      errorsOf(rawPod({}, { resources: { requests: list, limits } }));
    expect(requests({ cpu: "2" }, { cpu: "1" })).toEqual([`apis/rule ${at}.cpu`]);
    expect(requests({ "nvidia.com/gpu": "0.5" })).toEqual([`apis/quantity ${at}[nvidia.com/gpu]`]);
    expect(requests({ cpu: "-1" })).toEqual([`apis/quantity ${at}.cpu`]);
    expect(requests({ memory: "1 Gi" })).toEqual([`apis/quantity ${at}.memory`]);
  });

  it("stays five minutes on a node that is not ready, unless it tolerates that already", () => {
    const seconds = read(rawPod()).spec.tolerations.map((one) => [one.key, one.tolerationSeconds]);
    expect(seconds).toEqual([
      ["node.kubernetes.io/not-ready", 300],
      ["node.kubernetes.io/unreachable", 300],
    ]);
    const everything = read(rawPod({ tolerations: [{ operator: "Exists" }] })).spec;
    expect(everything.tolerations).toHaveLength(1);
    expect(admitPod(everything)).toBe(everything);
  });

  it.each([
    { effect: "NoSchedule" },
    { key: "a", operator: "Exists", value: "b" },
    { key: "a", operator: "Exists", effect: "NoSchedule", tolerationSeconds: 1 },
  ])("has no toleration %j", (toleration) => {
    expect(errorsOf(rawPod({ tolerations: [toleration] }))).toEqual([
      "apis/rule spec.tolerations[0]",
    ]);
  });

  it("uses its container ports on the host when it uses the host's network", () => {
    const ports = [{ containerPort: 80 }, { containerPort: 81, hostPort: 8081 }];
    const { spec } = read(rawPod({ hostNetwork: true }, { ports }));
    expect(spec.containers[0]?.ports).toEqual([
      { containerPort: 80, hostPort: 80, isHostPortDefaulted: true, protocol: "TCP" },
      { containerPort: 81, hostPort: 8081, protocol: "TCP" },
    ]);
  });

  it("marks an init container that restarts always as a sidecar", () => {
    const initContainers = [{ name: "a", restartPolicy: "Always" }, { name: "b" }];
    const { spec } = read(rawPod({ initContainers }));
    expect(spec.initContainers.map((one) => one.restartPolicy)).toEqual(["Always", undefined]);
  });

  it("spreads with the defaults of the API server", () => {
    const constraint = { maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule" };
    const { spec } = read(rawPod({ topologySpreadConstraints: [constraint] }));
    expect(spec.topologySpreadConstraints).toEqual([
      {
        ...constraint,
        nodeAffinityPolicy: "Honor",
        nodeTaintsPolicy: "Ignore",
        matchLabelKeys: [],
      },
    ]);
    const wrong = { ...constraint, maxSkew: 0, whenUnsatisfiable: "ScheduleAnyway", minDomains: 2 };
    expect(errorsOf(rawPod({ topologySpreadConstraints: [wrong] }))).toEqual([
      "apis/rule spec.topologySpreadConstraints[0]",
      "apis/rule spec.topologySpreadConstraints[0]",
    ]);
  });

  it("tells an absent node affinity from one without terms, which is refused", () => {
    const nodeAffinity = (terms: unknown): unknown => ({
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms },
      },
    });
    expect(read(rawPod({ affinity: {} })).spec.affinity?.requiredNodeTerms).toBeUndefined();
    expect(errorsOf(rawPod({ affinity: nodeAffinity([]) }))).toHaveLength(1);
    const one = { matchExpressions: [{ key: "a", operator: "Exists" }] };
    expect(
      read(rawPod({ affinity: nodeAffinity([one]) })).spec.affinity?.requiredNodeTerms,
    ).toEqual([
      { matchExpressions: [{ key: "a", operator: "Exists", values: [] }], matchFields: [] },
    ]);
  });

  it("keeps what its node holds for containers, where the requests in force are told", () => {
    const kubelet = { image: "pause", imageID: "", ready: true, restartCount: 0, started: true };
    const held = (name: string, cpu: string) => ({
      ...kubelet,
      name,
      resources: { requests: { cpu }, limits: { cpu } },
      allocatedResources: { cpu },
    });
    const status = {
      initContainerStatuses: [held("side", "100m")],
      containerStatuses: [
        held("main", "4"),
        { ...kubelet, name: "old", allocatedResources: { cpu: "1" } },
        { ...kubelet, name: "free", resources: {} },
      ],
    };
    const raw = { ...(rawPod() as object), status };
    expect(read(raw).status.containerStatuses).toEqual([
      { name: "main", resources: { requests: { cpu: 4000 } }, allocatedResources: { cpu: 4000 } },
      { name: "free", resources: { requests: {} }, allocatedResources: {} },
      { name: "side", resources: { requests: { cpu: 100 } }, allocatedResources: { cpu: 100 } },
    ]);
    expect(parseObject(raw).issues).toEqual([]);
    const wrong = { containerStatuses: [held("main", "much")] };
    expect(errorsOf({ ...(rawPod() as object), status: wrong })).toEqual([
      "apis/quantity status.containerStatuses[0].resources.requests.cpu",
      "apis/quantity status.containerStatuses[0].allocatedResources.cpu",
    ]);
  });

  it("keeps the volumes that bind it to a place", () => {
    const volumes = [
      { name: "a", persistentVolumeClaim: { claimName: "data" } },
      { name: "b", ephemeral: { volumeClaimTemplate: { spec: { storageClassName: "fast" } } } },
      { name: "c", emptyDir: {} },
    ];
    expect(read(rawPod({ volumes })).spec.volumes).toEqual([
      { name: "a", persistentVolumeClaimName: "data" },
      { name: "b", ephemeral: { storageClassName: "fast" } },
      { name: "c" },
    ]);
  });

  it("warns of a misspelt field, as an API server without strict validation does", () => {
    const { object, issues } = parseObject(rawPod({ tolerations: [], nodeSelectr: {} }));
    expect(object).toBeDefined();
    expect(issues).toMatchObject([
      { code: "apis/unknown-field", severity: "unsupported", hint: "did you mean nodeSelector?" },
    ]);
  });
});
