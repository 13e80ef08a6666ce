import {
  archKey,
  cpuKey,
  expression as is,
  osKey,
  pod,
  pool,
  requiring,
  titled,
  type TitledCase,
  typeKey,
  zoneKey,
} from "./build.ts";

/** A pod that requires these of a NodePool that requires those. */
function meets(
  title: string,
  ofPool: Parameters<typeof requiring>[0],
  ofPod: Parameters<typeof requiring>[0],
): TitledCase {
  const waiting = pod("pod", { spec: { affinity: requiring(ofPod) } });
  return titled(title, [pool("default", { requirements: ofPool }), waiting]);
}

function selects(title: string, nodeSelector: Readonly<Record<string, string>>): TitledCase {
  return titled(title, [pool("default"), pod("pod", { spec: { nodeSelector } })]);
}

export const requirementTitles: readonly TitledCase[] = [
  selects("should normalize labels", { "beta.kubernetes.io/arch": "arm64" }),
  selects("should normalize aliased labels", {
    "failure-domain.beta.kubernetes.io/zone": "test-zone-2",
    "beta.kubernetes.io/instance-type": "m1.large",
  }),
  meets(
    "should intersect two requirements without minValues",
    [is(typeKey, "In", "m1.large", "c1.large", "a1.large")],
    [is(typeKey, "NotIn", "c1.large"), is(archKey, "In", "amd64")],
  ),
  meets(
    "should intersect requirement with minValues with a requirement without",
    [{ ...is(typeKey, "Exists"), minValues: 3 }],
    [is(typeKey, "In", "m1.large", "c1.large", "a1.large")],
  ),
  meets(
    "should intersect two requirements with minValues",
    [
      { ...is(typeKey, "Exists"), minValues: 2 },
      { ...is(typeKey, "NotIn", "m1.large"), minValues: 3 },
    ],
    [is(typeKey, "In", "m1.large", "c1.large", "a1.large")],
  ),
  meets("should return the right operator", [is("team", "Exists")], [is("team", "NotIn", "red")]),
  meets("should treat Gte as inclusive lower bound", [is(cpuKey, "Gte", "8")], []),
  meets("should treat Lte as inclusive upper bound", [is(cpuKey, "Lte", "2")], []),
  meets(
    "should intersect Gte and Lte correctly",
    [is(cpuKey, "Gte", "4"), is(cpuKey, "Lte", "4")],
    [],
  ),
  meets(
    "should be equivalent to adjusted Gt/Lt",
    [is(cpuKey, "Gt", "3"), is(cpuKey, "Lt", "5")],
    [],
  ),
  meets(
    "should collapse redundant bounds in intersection",
    [is(cpuKey, "Gte", "2"), is(cpuKey, "Gte", "4")],
    [is(cpuKey, "Lt", "16"), is(cpuKey, "Lt", "64")],
  ),
  meets(
    "should keep Gt when Gt is more restrictive",
    [is(cpuKey, "Gte", "2")],
    [is(cpuKey, "Gt", "4")],
  ),
  meets(
    "should keep more restrictive Gte when Gte > Gt+1",
    [is(cpuKey, "Gte", "8")],
    [is(cpuKey, "Gt", "4")],
  ),
  meets(
    "should keep Lt when Lt is more restrictive",
    [is(cpuKey, "Lte", "8")],
    [is(cpuKey, "Lt", "4")],
  ),
  meets(
    "should keep more restrictive Lte when Lte < Lt-1",
    [is(cpuKey, "Lte", "2"), is(cpuKey, "Lt", "16")],
    [],
  ),
  meets("should handle Gte 0 boundary", [is(cpuKey, "Gte", "0")], []),
  meets("should handle Lte 0 boundary", [is(cpuKey, "Lte", "0")], []),
  meets("should return valid value from Any() for Gte", [is("rank", "Gte", "5")], []),
  meets("should return valid value from Any() for Lte", [is("rank", "Lte", "5")], []),
  meets(
    "should return DoesNotExist for Gt MaxInt",
    [is(cpuKey, "Exists")],
    [is(cpuKey, "Gt", "9223372036854775807")],
  ),
  meets(
    "should be compatible with well-known v1 labels undefined",
    [],
    [is(zoneKey, "In", "test-zone-1"), is(osKey, "Exists")],
  ),
  meets(
    "should be strictly compatible",
    [is("team", "In", "red")],
    [is("team", "In", "red", "blue")],
  ),
  selects("should detect well known label truncations: Zone Label", { zone: "test-zone-1" }),
  selects("should detect well known label truncations: Region Label", { region: "test" }),
  selects("should detect well known label truncations: NodePool Name Label", {
    nodepool: "default",
  }),
  selects("should detect well known label truncations: Instance Type Label", {
    "instance-type": "m1.large",
  }),
  selects("should detect well known label truncations: Architecture Label", { arch: "amd64" }),
  selects("should detect well known label truncations: Capacity Type Label", {
    "capacity-type": "spot",
  }),
  selects("should detect well known label typos: Zone Label #1", {
    "topology.kubernetesio/zone": "test-zone-1",
  }),
  selects("should detect well known label typos: Region Label #1", {
    "topology.kubernetes.io/regio": "test",
  }),
  selects("should detect well known label typos: Region Label #2", {
    "node.kubernetes.io/region": "test",
  }),
  selects("should detect well known label typos: NodePool Label #2", {
    "karpenter/nodepool": "default",
  }),
  selects("should display an error message for unknown labels", { deployment: "test" }),
  meets(
    "should return both Gte and Lte requirements when both bounds exist",
    [is("rank", "Gte", "3"), is("rank", "Lte", "7")],
    [],
  ),
  meets(
    "should print Requirements in the same order",
    [
      is("b", "Exists"),
      is("a", "NotIn", "3", "1", "2"),
      is("c", "In", "7", "6", "5", "4", "3", "2", "1"),
    ],
    [is("c", "NotIn", "1")],
  ),
];
