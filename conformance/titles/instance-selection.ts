import {
  archKey,
  capacityTypeKey,
  cpuKey,
  expression as is,
  osKey,
  pod,
  pods,
  pool,
  titled,
  type TitledCase,
  typeKey,
  zoneKey,
} from "./build.ts";

const keys = { arch: archKey, os: osKey, zone: zoneKey, ct: capacityTypeKey } as const;
type Choice = Readonly<Partial<Record<keyof typeof keys, string>>>;

function labels(choice: Choice): Readonly<Record<string, string>> {
  return Object.fromEntries(
    (Object.keys(keys) as (keyof typeof keys)[]).flatMap((key) => {
      const value = choice[key];
      return value === undefined ? [] : [[keys[key], value] as const];
    }),
  );
}

/** A pod that selects, of a NodePool that requires. */
function cheapest(title: string, ofPool: Choice, ofPod: Choice): TitledCase {
  const requirements = Object.entries(labels(ofPool)).map(([key, value]) => is(key, "In", value));
  return titled(title, [
    pool("default", { requirements }),
    pod("pod", { spec: { nodeSelector: labels(ofPod) } }),
  ]);
}

const cheap = "should schedule on one of the cheapest instances";

function minimum(
  title: string,
  requirements: Parameters<typeof pool>[1],
  minValuesPolicy?: "BestEffort",
): TitledCase {
  const objects = [pool("default", requirements), pods(2, "pod", { requests: { cpu: "900m" } })];
  return titled(title, objects, minValuesPolicy === undefined ? {} : { minValuesPolicy });
}

const two = (operator: string, count: number, ...values: string[]) => ({
  ...is(typeKey, operator, ...values),
  minValues: count,
});
const cores = (operator: string, value: string, minValues: number) => ({
  ...is(cpuKey, operator, value),
  minValues,
});

export const instanceSelectionTitles: readonly TitledCase[] = [
  cheapest(cheap, {}, {}),
  cheapest(`${cheap} (pod arch = amd64)`, {}, { arch: "amd64" }),
  cheapest(`${cheap} (pod arch = arm64)`, {}, { arch: "arm64" }),
  cheapest(`${cheap} (prov arch = amd64)`, { arch: "amd64" }, {}),
  cheapest(`${cheap} (prov arch = arm64)`, { arch: "arm64" }, {}),
  cheapest(`${cheap} (prov os = windows)`, { os: "windows" }, {}),
  cheapest(`${cheap} (pod os = windows)`, {}, { os: "windows" }),
  cheapest(`${cheap} (pod os = linux)`, {}, { os: "linux" }),
  cheapest(`${cheap} (prov zone = test-zone-2)`, { zone: "test-zone-2" }, {}),
  cheapest(`${cheap} (pod zone = test-zone-2)`, {}, { zone: "test-zone-2" }),
  cheapest(`${cheap} (prov ct = spot)`, { ct: "spot" }, {}),
  cheapest(`${cheap} (pod ct = spot)`, {}, { ct: "spot" }),
  cheapest(
    `${cheap} (prov ct = ondemand, prov zone = test-zone-1)`,
    { ct: "on-demand", zone: "test-zone-1" },
    {},
  ),
  cheapest(
    `${cheap} (pod ct = spot, pod zone = test-zone-1)`,
    {},
    { ct: "spot", zone: "test-zone-1" },
  ),
  cheapest(
    `${cheap} (prov ct = spot, pod zone = test-zone-2)`,
    { ct: "spot" },
    { zone: "test-zone-2" },
  ),
  cheapest(
    `${cheap} (prov ct = ondemand/test-zone-1/arm64/windows)`,
    { ct: "on-demand", zone: "test-zone-1", arch: "arm64", os: "windows" },
    {},
  ),
  cheapest(
    `${cheap} (prov = spot/test-zone-2, pod = amd64/linux)`,
    { ct: "spot", zone: "test-zone-2" },
    { arch: "amd64", os: "linux" },
  ),
  cheapest(
    `${cheap} (pod ct = spot/test-zone-2/amd64/linux)`,
    {},
    { ct: "spot", zone: "test-zone-2", arch: "amd64", os: "linux" },
  ),
  cheapest(
    "should not schedule if no instance type matches selector (pod arch = arm)",
    {},
    { arch: "arm" },
  ),
  cheapest(
    "should not schedule if no instance type matches selector (pod arch = arm zone=test-zone-2)",
    {},
    { arch: "arm", zone: "test-zone-2" },
  ),
  cheapest(
    "should not schedule if no instance type matches selector (prov arch = arm / pod zone=test-zone-2)",
    { arch: "arm" },
    { zone: "test-zone-2" },
  ),
  titled("should schedule on an instance with enough resources", [
    pool("default"),
    pod("cores", { requests: { cpu: "7" } }),
    pod("memory", { requests: { memory: "30Gi" } }),
  ]),
  titled(
    "should schedule on cheaper on-demand instance even when spot price ordering would place other instance types first",
    [
      pool("default", { requirements: [is(capacityTypeKey, "In", "on-demand")] }),
      pod("pod", { requests: { cpu: "1" } }),
    ],
  ),
  minimum("should schedule respecting the minValues from instance-type requirements", {
    requirements: [two("In", 2, "m1.large", "c1.large")],
  }),
  minimum("should schedule respecting the minValues in Gt operator", {
    requirements: [cores("Gt", "2", 2)],
  }),
  minimum("scheduler should fail if the minValues in Gt operator is not satisfied", {
    requirements: [cores("Gt", "4", 3)],
  }),
  minimum("should schedule respecting the minValues in Lt operator", {
    requirements: [cores("Lt", "8", 2)],
  }),
  minimum("scheduler should fail if the minValues in Lt operator is not satisfied", {
    requirements: [cores("Lt", "4", 3)],
  }),
  minimum(
    "should schedule considering the max of the minValues of In and NotIn operators in the instance-type requirements",
    {
      requirements: [two("In", 1, "m1.large", "c1.large", "a1.large"), two("NotIn", 2, "c1.large")],
    },
  ),
  minimum("should schedule considering the max of the minValues of Gt and Lt operators.", {
    requirements: [cores("Gt", "1", 1), cores("Lt", "16", 3)],
  }),
  minimum(
    "schedule should fail if minimum number of InstanceTypes is not met as per the minValues in the requirement",
    {
      requirements: [two("In", 3, "m1.large", "c1.large", "none")],
    },
  ),
  ...([{}, { minValuesPolicy: "BestEffort" }] as const).map((policy) =>
    titled(
      `schedule should fail if minimum number of InstanceTypes is not met as per the minValues in the requirement after truncation${"minValuesPolicy" in policy ? ": not with BestEffort" : ""}`,
      [
        pool("default", {
          requirements: [{ ...is("karpenter.k8s.aws/instance-family", "Exists"), minValues: 3 }],
        }),
        pods(2, "pod"),
      ],
      { instanceTypeSet: "many", ...policy },
    ),
  ),
  minimum(
    "schedule should relax minValues under BestEffort",
    { requirements: [two("In", 3, "m1.large", "c1.large", "none")] },
    "BestEffort",
  ),
  minimum(
    "should schedule and pick the max of minValues of InstanceTypes if multiple operators are used for the same requirement.",
    {
      requirements: [
        two("Exists", 2),
        two("NotIn", 4, "a1.large"),
        two("In", 1, "m1.large", "c1.large", "w1.large", "g1.large"),
      ],
    },
  ),
  minimum("should schedule and respect multiple requirement keys with minValues", {
    requirements: [
      two("Exists", 3),
      cores("Gt", "0", 2),
      { ...is(archKey, "Exists"), minValues: 2 },
    ],
  }),
];
