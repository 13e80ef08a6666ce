import { describe, expect, it } from "vitest";
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from "../apis/index.ts";
import { podVolumes, type VolumeLookup } from "./pod-volumes.ts";
import { pod } from "./pod-fixture.ts";
import { noVolumes, unionVolumes, type Volumes, VolumeUsage } from "./volume-usage.ts";

const volumes = (driver: string, ...claims: readonly string[]): Volumes =>
  new Map([[driver, new Set(claims)]]);

describe("VolumeUsage", () => {
  it("rejects volumes beyond a driver's limit, counting shared claims once", () => {
    const usage = VolumeUsage.empty.withLimit("ebs", 2).add(pod("a"), volumes("ebs", "x", "y"));
    expect(usage.exceedsLimits(volumes("ebs", "x"))).toBeUndefined();
    expect(usage.exceedsLimits(volumes("efs", "1", "2", "3"))).toBeUndefined();
    expect(usage.exceedsLimits(volumes("ebs", "z"))?.message).toBe(
      "would exceed volume limit (provisioner=ebs, volume-count=3, volume-limit=2)",
    );
  });

  it("takes no pod at all on a node that is over a limit", () => {
    const usage = VolumeUsage.empty.add(pod("a"), volumes("ebs", "x")).withLimit("ebs", 0);
    expect(usage.exceedsLimits(noVolumes)).toMatchObject({ driver: "ebs", count: 1, limit: 0 });
  });

  it("frees a claim with the last pod that has it", () => {
    const shared = VolumeUsage.empty
      .withLimit("ebs", 1)
      .add(pod("a"), volumes("ebs", "x"))
      .add(pod("b"), volumes("ebs", "x"));
    expect(shared.remove("default/a").exceedsLimits(volumes("ebs", "y"))).toBeDefined();
    const freed = shared.remove("default/a").remove("default/b");
    expect(freed.exceedsLimits(volumes("ebs", "y"))).toBeUndefined();
    expect(shared.exceedsLimits(volumes("ebs", "y"))).toBeDefined();
  });

  it("unites volumes by driver without changing either side", () => {
    const [a, b] = [volumes("ebs", "x"), volumes("ebs", "y")];
    expect(unionVolumes(a, b)).toEqual(volumes("ebs", "x", "y"));
    expect(a).toEqual(volumes("ebs", "x"));
    expect(unionVolumes(a, noVolumes)).toBe(a);
  });
});

describe("podVolumes", () => {
  const metadata = (name: string, namespace = "") => ({ ...pod(name).metadata, namespace });
  const claim = (name: string, spec: PersistentVolumeClaim["spec"]): PersistentVolumeClaim => ({
    kind: "PersistentVolumeClaim",
    metadata: metadata(name, "default"),
    spec,
  });
  const objects = {
    claims: [
      claim("bound", { volumeName: "pv", storageClassName: "gp3" }),
      claim("orphan", { volumeName: "gone" }),
      claim("unbound", { storageClassName: "gp2" }),
      claim("classless", { storageClassName: "" }),
      claim("lost-class", { storageClassName: "gone" }),
      claim("p-scratch", { storageClassName: "gp3" }),
    ],
    volume: {
      kind: "PersistentVolume",
      metadata: metadata("pv"),
      spec: { csiDriver: "efs.csi.aws.com", isLocal: false },
    } satisfies PersistentVolume,
    classes: ["gp2", "gp3"].map(
      (name): StorageClass => ({
        kind: "StorageClass",
        metadata: metadata(name),
        provisioner: name === "gp2" ? "kubernetes.io/aws-ebs" : "ebs.csi.aws.com",
        volumeBindingMode: "WaitForFirstConsumer",
        allowedTopologies: [],
        isDefault: false,
      }),
    ),
  };
  const lookup: VolumeLookup = {
    persistentVolumeClaim: (key) =>
      objects.claims.find(({ metadata: { name } }) => key === `default/${name}`),
    persistentVolume: (name) => (name === "pv" ? objects.volume : undefined),
    storageClass: (name) => objects.classes.find((it) => it.metadata.name === name),
  };
  const mounting = (...claims: readonly string[]) =>
    pod("p", {
      volumes: [
        ...claims.map((name) => ({ name, persistentVolumeClaimName: name })),
        { name: "scratch", ephemeral: {} },
        { name: "plain" },
      ],
    });

  it("finds drivers by volume or class, and leaves out what has none", () => {
    const given = mounting("bound", "unbound", "classless", "lost-class", "missing");
    expect(podVolumes(given, lookup)).toEqual({
      kind: "volumes",
      volumes: new Map([
        ["efs.csi.aws.com", new Set(["default/bound"])],
        ["ebs.csi.aws.com", new Set(["default/unbound", "default/p-scratch"])],
      ]),
    });
  });

  it("fails for a bound claim whose volume is gone", () => {
    expect(podVolumes(mounting("orphan"), lookup)).toEqual({
      kind: "persistent-volume-not-found",
      message: 'persistentvolumes "gone" not found',
    });
  });
});
