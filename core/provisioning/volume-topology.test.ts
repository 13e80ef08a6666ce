import { describe, expect, it } from "vitest";
import { objectMeta, pod, topologySpread } from "../../test/support/pods.ts";
import { emptyReads } from "../../test/support/scheduling.ts";
import { describeSpread, scheduleWithTopology } from "../../test/support/topology.ts";
import type {
  NodeSelectorRequirement,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StorageClass,
} from "../apis/index.ts";
import type { VolumeReads } from "./topology-tracker.ts";
import { createVolumeTopology } from "./volume-topology.ts";

const zone = "topology.kubernetes.io/zone";
const hostname = "kubernetes.io/hostname";
const bound = { "pv.kubernetes.io/bind-completed": "yes" };

function claim(
  name: string,
  spec: PersistentVolumeClaim["spec"],
  overrides: Partial<PersistentVolumeClaim["metadata"]> = {},
): PersistentVolumeClaim {
  const metadata = objectMeta({ name, annotations: bound, ...overrides });
  return { kind: "PersistentVolumeClaim", metadata, spec };
}

/** Each list of expressions is a term. */
function volume(
  name: string,
  terms?: readonly (readonly NodeSelectorRequirement[])[],
  isLocal = false,
): PersistentVolume {
  const required = terms?.map((matchExpressions) => ({ matchExpressions, matchFields: [] }));
  return {
    kind: "PersistentVolume",
    metadata: objectMeta({ name, namespace: "" }),
    spec: { isLocal, ...(required === undefined ? {} : { requiredNodeTerms: required }) },
  };
}

function storageClass(name: string, ...zones: readonly (readonly string[])[]): StorageClass {
  return {
    kind: "StorageClass",
    metadata: objectMeta({ name, namespace: "" }),
    provisioner: "ebs.csi.aws.com",
    volumeBindingMode: "WaitForFirstConsumer",
    allowedTopologies: zones.map((values) => ({ matchLabelExpressions: [{ key: zone, values }] })),
    isDefault: false,
  };
}

function within(key: string, ...values: readonly string[]): NodeSelectorRequirement {
  return { key, operator: "In", values };
}

type Stored = PersistentVolumeClaim | PersistentVolume | StorageClass;

function reads(...stored: readonly Stored[]): VolumeReads {
  const find = <Kind extends Stored["kind"]>(kind: Kind, name: string) =>
    stored.find((it) => it.kind === kind && it.metadata.name === name) as
      | Extract<Stored, { readonly kind: Kind }>
      | undefined;
  return {
    persistentVolumeClaim: (key) => find("PersistentVolumeClaim", key.replace("default/", "")),
    persistentVolume: (name) => find("PersistentVolume", name),
    storageClass: (name) => find("StorageClass", name),
    storageClasses: () => stored.filter((it) => it.kind === "StorageClass"),
  };
}

function podWith(...claimNames: readonly string[]): Pod {
  return pod({
    spec: {
      volumes: claimNames.map((name) => ({ name, persistentVolumeClaimName: name })),
    },
  });
}

function alternatives(podOfCase: Pod, ...stored: readonly Stored[]): readonly string[] | string {
  const found = createVolumeTopology(reads(...stored)).requirements(podOfCase);
  return found.ok ? found.alternatives.map(String) : found.error;
}

const inZone = (name: string) => `${zone} In [${name}]`;

describe("where volumes allow a pod to run", () => {
  it.each<[string, readonly Stored[], readonly string[]]>([
    ["anywhere for a volume without affinity", [volume("v")], []],
    [
      "one alternative per term",
      [volume("v", [[within(zone, "a")], [within(zone, "b")]])],
      [inZone("a"), inZone("b")],
    ],
    [
      "terms without expressions don't count",
      [volume("v", [[], [within(zone, "b")]])],
      [inZone("b")],
    ],
    [
      "a local volume's host name is ignored",
      [volume("v", [[within(zone, "a"), within(hostname, "h")]], true)],
      [inZone("a")],
    ],
    [
      "a term of nothing but a local volume's host name allows everything",
      [volume("v", [[within(hostname, "h")]], true)],
      [""],
    ],
    [
      "another volume's host name counts",
      [volume("v", [[within(hostname, "h")]])],
      [`${hostname} In [h]`],
    ],
  ])("of a bound claim: %s", (_, stored, expected) => {
    const storedClaim = claim("c", { volumeName: "v", storageClassName: "ignored" });
    // A host name is a restricted label, which printing leaves out; asked for one by one it shows.
    const found = createVolumeTopology(reads(storedClaim, ...stored)).requirements(podWith("c"));
    const texts = found.ok
      ? found.alternatives.map((it) => it.list.map(String).join(", "))
      : [found.error];
    expect(texts).toEqual(expected);
  });

  it.each<[string, PersistentVolumeClaim["spec"], readonly string[]]>([
    [
      "one alternative per allowed topology",
      { storageClassName: "zonal" },
      [`${zone} In [a b]`, inZone("c")],
    ],
    ["anywhere for a class without topologies", { storageClassName: "plain" }, []],
    ["anywhere without a class", {}, []],
  ])("of an unbound claim: %s", (_, spec, expected) => {
    const stored = [
      claim("c", spec),
      storageClass("zonal", ["a", "b"], ["c"]),
      storageClass("plain"),
    ];
    expect(alternatives(podWith("c"), ...stored)).toEqual(expected);
  });

  it("of several claims: the pairs that go together, the first claim's order outside", () => {
    const stored = [
      claim("c", { storageClassName: "left" }),
      claim("d", { storageClassName: "right" }),
      storageClass("left", ["a", "b"], ["c"]),
      storageClass("right", ["c", "b"], ["a"]),
    ];
    expect(alternatives(podWith("c", "d"), ...stored)).toEqual([
      inZone("b"),
      inZone("a"),
      inZone("c"),
    ]);
  });

  it("keeps all pairs when none goes together, so that the pod fails later", () => {
    const stored = [
      claim("c", { storageClassName: "left" }),
      claim("d", { storageClassName: "right" }),
      storageClass("left", ["a"]),
      storageClass("right", ["b"]),
    ];
    expect(alternatives(podWith("c", "d"), ...stored)).toEqual([`${zone} DoesNotExist`]);
  });

  it("reads the claim of an ephemeral volume, named after pod and volume", () => {
    const ephemeral = pod({
      name: "p",
      spec: { volumes: [{ name: "scratch", ephemeral: { storageClassName: "zonal" } }] },
    });
    const stored = [
      claim("p-scratch", { storageClassName: "zonal" }),
      storageClass("zonal", ["a"]),
    ];
    expect(alternatives(ephemeral, ...stored)).toEqual([inZone("a")]);
  });

  it.each<[string, readonly Stored[], string]>([
    ["claim", [], 'discovering persistent volume claim, persistentvolumeclaims "c" not found'],
    [
      "volume",
      [claim("c", { volumeName: "v" })],
      'getting existing requirements, getting persistent volume, persistentvolumes "v" not found',
    ],
    [
      "class",
      [claim("c", { storageClassName: "s" })],
      'getting storage class, storageclasses.storage.k8s.io "s" not found',
    ],
  ])("fails when the %s is missing", (_, stored, error) => {
    expect(alternatives(podWith("c"), ...stored)).toBe(error);
  });

  it("does not keep a spread from counting all zones: three pods, three zones, three volumes", () => {
    const zones = ["test-zone-1", "test-zone-2", "test-zone-3"];
    const stored = zones.flatMap((name) => [
      claim(`c-${name}`, { volumeName: `v-${name}` }),
      volume(`v-${name}`, [[within(zone, name)]]),
    ]);
    const spread = topologySpread(zone, { app: "web" }, { minDomains: 3 });
    const podsToSchedule = zones.map((name) =>
      pod({
        name,
        labels: { app: "web" },
        spec: {
          topologySpreadConstraints: [spread],
          volumes: [{ name: "data", persistentVolumeClaimName: `c-${name}` }],
        },
      }),
    );
    const cluster = { ...emptyReads, ...reads(...stored) };
    const results = scheduleWithTopology({ cluster, podsToSchedule });
    expect(describeSpread(results, zone)).toBe("test-zone-1=1 test-zone-2=1 test-zone-3=1");
  });
});

describe("claims that keep a pod from being considered", () => {
  const immediate = { ...storageClass("s"), volumeBindingMode: "Immediate" as const };
  const deleted = { deletionTimestamp: 1 as never };
  const leaving = { ...volume("v"), metadata: { ...volume("v").metadata, ...deleted } };
  it.each<[string, readonly Stored[], string | undefined]>([
    [
      "missing",
      [],
      'getting persistent volume claim, persistentvolumeclaims "c" not found (PersistentVolumeClaim=c)',
    ],
    [
      "being deleted",
      [claim("c", {}, deleted)],
      "persistentvolumeclaim is being deleted (PersistentVolumeClaim=default/c)",
    ],
    [
      "lost",
      [{ ...claim("c", { volumeName: "v" }), isLost: true }],
      "persistentvolumeclaim bound to non-existent persistentvolume " +
        "(PersistentVolume=v, PersistentVolumeClaim=default/c)",
    ],
    [
      "bound to nothing",
      [claim("c", { volumeName: "v" })],
      'failed to validate pvc, persistentvolumes "v" not found ' +
        "(PersistentVolume=v, PersistentVolumeClaim=default/c, StorageClass=)",
    ],
    [
      "bound to a volume that is being deleted",
      [claim("c", { volumeName: "v", storageClassName: "s" }), leaving],
      "failed to validate pvc, persistentvolume is being deleted " +
        "(PersistentVolume=v, PersistentVolumeClaim=default/c, StorageClass=s)",
    ],
    [
      "not bound completely",
      [claim("c", { volumeName: "v" }, { annotations: {} }), volume("v")],
      "pvc is considered unbound because it does not contain annotation (PersistentVolume=v, " +
        "PersistentVolumeClaim=c, annotation=pv.kubernetes.io/bind-completed)",
    ],
    [
      "without class",
      [claim("c", {})],
      "unbound pvc must define a storage class (PersistentVolumeClaim=default/c, StorageClass=)",
    ],
    [
      "of a missing class",
      [claim("c", { storageClassName: "s" })],
      "failed to validate pvc, failed to get storage class, storageclasses.storage.k8s.io " +
        '"s" not found (PersistentVolumeClaim=default/c, StorageClass=s)',
    ],
    [
      "to be bound at once",
      [claim("c", { storageClassName: "s" }), immediate],
      "failed to validate pvc, pvc with immediate volume binding mode must be bound " +
        "(PersistentVolumeClaim=default/c, StorageClass=s)",
    ],
    ["none: bound", [claim("c", { volumeName: "v" }), volume("v")], undefined],
    [
      "none: waiting for its pod",
      [claim("c", { storageClassName: "s" }), storageClass("s")],
      undefined,
    ],
  ])("%s", (_, stored, expected) => {
    const reader = createVolumeTopology(reads(...stored));
    expect(reader.validatePersistentVolumeClaims(podWith("c"))).toBe(expected);
  });
});
