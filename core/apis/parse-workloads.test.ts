import { describe, expect, it } from "vitest";
import type { ManifestObject } from "./manifest-object.ts";
import { parseObject } from "./parse-object.ts";
import { resolvePriorities } from "./resolve-priorities.ts";

type Fields = Readonly<Record<string, unknown>>;

const podSpec = (spec: Fields = {}): Fields => ({ containers: [{ name: "main" }], ...spec });
const template = (spec: Fields = {}): Fields => ({
  metadata: { labels: { app: "a" } },
  spec: podSpec(spec),
});

function raw(type: string, spec: Fields, rest: Fields = {}): Fields {
  const [apiVersion, kind] = type.split(" ");
  return { apiVersion, kind, metadata: { name: "a" }, spec, ...rest };
}

function read(value: Fields): ManifestObject {
  const { object, issues } = parseObject(value);
  if (object === undefined) throw new Error(JSON.stringify(issues));
  return object;
}

const complaints = (value: Fields): readonly string[] =>
  parseObject(value).issues.map((one) => `${one.severity} ${one.code} ${one.path}`);

const selector = { matchLabels: { app: "a" } };

describe("workloads", () => {
  it("gives a Deployment one replica and a rolling update by quarters", () => {
    expect(read(raw("apps/v1 Deployment", { selector, template: template() }))).toMatchObject({
      spec: {
        replicas: 1,
        strategy: { kind: "RollingUpdate", maxSurge: "25%", maxUnavailable: "25%" },
        minReadySeconds: 0,
      },
    });
  });

  it.each(["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"])(
    "refuses a %s whose selector does not match its own pods",
    (kind) => {
      const other = { selector: { matchLabels: { app: "b" } }, template: template() };
      expect(complaints(raw(`apps/v1 ${kind}`, other))).toEqual([
        "error apis/rule spec.template.metadata.labels",
      ]);
    },
  );

  it("says that Jobs have no indexes or failure policies, and StatefulSets no partitions", () => {
    const job = (spec: Fields): readonly string[] =>
      complaints(raw("batch/v1 Job", { template: template({ restartPolicy: "Never" }), ...spec }));
    expect(job({ completionMode: "NonIndexed" })).toEqual([]);
    expect(job({ completionMode: "Indexed", podFailurePolicy: { rules: [] } })).toEqual([
      "unplayed apis/unmodelled-field spec.completionMode",
      "unplayed apis/unmodelled-field spec.podFailurePolicy",
    ]);
    const set = (partition: number): readonly string[] =>
      complaints(
        raw("apps/v1 StatefulSet", {
          selector,
          template: template(),
          updateStrategy: { rollingUpdate: { partition } },
        }),
      );
    expect(set(0)).toEqual([]);
    expect(set(2)).toEqual([
      "unplayed apis/unmodelled-field spec.updateStrategy.rollingUpdate.partition",
    ]);
  });

  it("takes what the API server writes into every Job as no wish of its author's", () => {
    const job = (spec: Fields): readonly string[] =>
      complaints(raw("batch/v1 Job", { template: template({ restartPolicy: "Never" }), ...spec }));
    expect(
      job({
        podReplacementPolicy: "TerminatingOrFailed",
        completionMode: "NonIndexed",
        managedBy: "kubernetes.io/job-controller",
        suspend: false,
      }),
    ).toEqual([]);
    expect(job({ podReplacementPolicy: "Failed", managedBy: "kueue.x-k8s.io/multikueue" })).toEqual(
      [
        "unplayed apis/unmodelled-field spec.podReplacementPolicy",
        "unplayed apis/unmodelled-field spec.managedBy",
      ],
    );
    expect(job({ podReplacementPolicy: "Later" })).toEqual([
      "error apis/enum spec.podReplacementPolicy",
    ]);
  });

  it("makes a Job without numbers a single pod, and one with parallelism a work queue", () => {
    const job = (spec: Fields): unknown =>
      read(raw("batch/v1 Job", { template: template({ restartPolicy: "Never" }), ...spec }));
    expect(job({})).toMatchObject({ spec: { parallelism: 1, completions: 1, backoffLimit: 6 } });
    const queue = job({ parallelism: 3 }) as { readonly spec: object };
    expect(queue.spec).toMatchObject({ parallelism: 3 });
    expect("completions" in queue.spec).toBe(false);
    expect(complaints(raw("batch/v1 Job", { template: template() }))).toEqual([
      "error apis/rule spec",
    ]);
  });

  it("reads what has become of a Job in a snapshot", () => {
    const spec = { template: template({ restartPolicy: "Never" }) };
    const status = { succeeded: 1, conditions: [{ type: "Complete", status: "True" }] };
    expect(read(raw("batch/v1 Job", spec, { status }))).toMatchObject({
      status: { succeeded: 1, failed: 0, outcome: "Complete" },
    });
  });

  it("refuses a CronJob with a schedule that is none", () => {
    const jobTemplate = { spec: { template: template({ restartPolicy: "Never" }) } };
    const cron = (schedule: string): Fields => raw("batch/v1 CronJob", { schedule, jobTemplate });
    expect(complaints(cron("@daily"))).toEqual([]);
    expect(complaints(cron("every day"))).toEqual(["error apis/rule spec.schedule"]);
  });

  it("lets a PodDisruptionBudget say one thing, as a count or a percentage", () => {
    const pdb = (spec: Fields): readonly string[] =>
      complaints(raw("policy/v1 PodDisruptionBudget", { selector, ...spec }));
    expect(pdb({ minAvailable: "80%" })).toEqual([]);
    expect(pdb({ maxUnavailable: 0 })).toEqual([]);
    expect(pdb({ minAvailable: "2" })).toEqual(["error apis/pattern spec.minAvailable"]);
    expect(pdb({ minAvailable: 1, maxUnavailable: 1 })).toEqual(["error apis/rule spec"]);
  });

  it("drops the empty selector of a v1beta1 PodDisruptionBudget, which matched no pod", () => {
    const spec = { selector: {}, minAvailable: 1 };
    const beta = read(raw("policy/v1beta1 PodDisruptionBudget", spec));
    const current = read(raw("policy/v1 PodDisruptionBudget", spec));
    expect("selector" in (beta as { spec: object }).spec).toBe(false);
    expect(current).toMatchObject({ spec: { selector: { matchLabels: {} } } });
  });

  it("reads the cpu target of a HorizontalPodAutoscaler in all of its versions", () => {
    const bounds = { scaleTargetRef: { kind: "Deployment", name: "a" }, maxReplicas: 5 };
    const target = { type: "Utilization", averageUtilization: 60 };
    const metrics = [{ type: "Resource", resource: { name: "cpu", target } }];
    const expected = {
      targetKind: "Deployment",
      targetName: "a",
      minReplicas: 1,
      maxReplicas: 5,
      targetCpuUtilizationPercent: 60,
    };
    const kind = "HorizontalPodAutoscaler";
    const v1 = { ...bounds, targetCPUUtilizationPercentage: 60 };
    expect(read(raw(`autoscaling/v1 ${kind}`, v1))).toMatchObject({ spec: expected });
    for (const version of ["v2", "v2beta2"]) {
      const hpa = read(raw(`autoscaling/${version} ${kind}`, { ...bounds, metrics }));
      expect(hpa).toMatchObject({ spec: expected });
    }
    expect(read(raw(`autoscaling/v2 ${kind}`, bounds))).toMatchObject({
      spec: { targetCpuUtilizationPercent: 80 },
    });
    expect(complaints(raw(`autoscaling/v2 ${kind}`, { ...bounds, minReplicas: 6 }))).toHaveLength(
      1,
    );
  });

  it("hands in-tree EBS volumes to the CSI driver, and knows what is local", () => {
    const volume = (spec: Fields): unknown => read(raw("v1 PersistentVolume", spec));
    expect(volume({ awsElasticBlockStore: {} })).toMatchObject({
      spec: { csiDriver: "ebs.csi.aws.com", isLocal: false },
    });
    expect(volume({ local: { path: "/mnt" } })).toMatchObject({ spec: { isLocal: true } });
  });
});

describe("resolvePriorities", () => {
  const priorityClass = (name: string, value: number, globalDefault = false): ManifestObject =>
    read({
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: { name },
      value,
      globalDefault,
    });
  const deployment = (priorityClassName?: string): ManifestObject =>
    read(
      raw("apps/v1 Deployment", {
        selector,
        template: template(priorityClassName === undefined ? {} : { priorityClassName }),
      }),
    );
  const priorityOf = (objects: readonly ManifestObject[]): unknown =>
    objects.flatMap((one) => (one.kind === "Deployment" ? [one.spec.template.spec.priority] : []));

  it("takes the named class, a built-in one, else the global default of the lowest value", () => {
    const classes = [
      priorityClass("high", 1000),
      priorityClass("some", 20, true),
      priorityClass("less", 10, true),
    ];
    const pods = [deployment("high"), deployment("system-node-critical"), deployment()];
    expect(priorityOf(resolvePriorities([...classes, ...pods]).objects)).toEqual([
      1000, 2_000_001_000, 10,
    ]);
  });

  it("leaves an object alone that needs no change, and names a class that is not there", () => {
    const objects = [deployment(), deployment("gone")];
    const resolved = resolvePriorities(objects);
    expect(resolved.objects[0]).toBe(objects[0]);
    expect(resolved.missing).toMatchObject([
      {
        key: "default/a",
        path: "spec.template.spec.priorityClassName",
        message: "no PriorityClass with name gone was found",
      },
    ]);
  });
});
