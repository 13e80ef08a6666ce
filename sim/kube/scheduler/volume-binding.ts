import { labelZone, objectKey } from "../../../core/apis/index.ts";
import type {
  NodeSelectorTerm,
  PersistentVolumeClaim,
  Pod,
  StorageClass,
} from "../../../core/apis/index.ts";
import { claimKey, nodeSelectorTermsMatch } from "../../../core/scheduling/index.ts";
import type { KubeApiServer } from "../api-server.ts";
import { draftMeta } from "../object-drafts.ts";
import type { FilterFailure } from "./node-filters.ts";
import type { NodeInfo } from "./node-info.ts";

const conflict: FilterFailure = {
  filter: "VolumeBinding",
  reason: "node(s) had volume node affinity conflict",
  isFinal: true,
};
const noVolume: FilterFailure = {
  filter: "VolumeBinding",
  reason: "node(s) didn't find available persistent volumes to bind",
  isFinal: true,
};
const tooManyVolumes: FilterFailure = {
  filter: "VolumeBinding",
  reason: "node(s) exceed max volume count",
  isFinal: false,
};

/**
 * The volumes of one pod: where those that exist are, and where those that are not yet made could
 * be. A claim that waits for its first consumer gets its volume in the zone of the chosen node and
 * stays there.
 *
 * @see kubernetes pkg/scheduler/framework/plugins/volumebinding volumezone nodevolumelimits
 */
export class PodVolumeBinding {
  readonly #api: KubeApiServer;
  readonly #boundTerms: readonly (readonly NodeSelectorTerm[])[];
  readonly #unbound: readonly { claim: PersistentVolumeClaim; storageClass: StorageClass }[];
  readonly #volumeCountByDriver: ReadonlyMap<string, number>;
  /** Set when no node can help: a claim or its class is missing. */
  readonly missing: FilterFailure | undefined;

  constructor(pod: Pod, api: KubeApiServer) {
    this.#api = api;
    const boundTerms: (readonly NodeSelectorTerm[])[] = [];
    const unbound: { claim: PersistentVolumeClaim; storageClass: StorageClass }[] = [];
    const countByDriver = new Map<string, number>();
    let missing: FilterFailure | undefined;
    for (const volume of pod.spec.volumes) {
      const key = claimKey(pod, volume);
      if (key === undefined) continue;
      const claim = api.persistentVolumeClaim(key);
      const volumeName = claim?.spec.volumeName ?? "";
      const persistentVolume = api.persistentVolume(volumeName);
      const storageClass = api.storageClass(claim?.spec.storageClassName ?? "");
      let driver: string | undefined;
      if (claim !== undefined && persistentVolume !== undefined) {
        const terms = persistentVolume.spec.requiredNodeTerms;
        if (terms !== undefined) boundTerms.push(terms);
        driver = persistentVolume.spec.csiDriver;
      } else if (claim !== undefined && volumeName === "" && storageClass !== undefined) {
        unbound.push({ claim, storageClass });
        driver = storageClass.provisioner;
      } else {
        missing = missingFailure(key, claim === undefined);
      }
      if (driver !== undefined) countByDriver.set(driver, (countByDriver.get(driver) ?? 0) + 1);
    }
    this.#boundTerms = boundTerms;
    this.#unbound = unbound;
    this.#volumeCountByDriver = countByDriver;
    this.missing = missing;
  }

  /** Why the pod's volumes keep it off the node; undefined when they don't. */
  failure({ node }: NodeInfo): FilterFailure | undefined {
    if (this.missing !== undefined) return this.missing;
    const { labels, name } = node.metadata;
    for (const terms of this.#boundTerms) {
      if (!nodeSelectorTermsMatch(terms, labels, name)) return conflict;
    }
    for (const { storageClass } of this.#unbound) {
      if (!allowsNode(storageClass, labels)) return noVolume;
    }
    for (const [driver, count] of this.#volumeCountByDriver) {
      const limit = this.#api.csiNode(name)?.drivers.find((it) => it.name === driver)
        ?.allocatable?.count;
      if (limit === undefined) continue;
      if (this.#api.volumeAttachments(name).length + count > limit) return tooManyVolumes;
    }
    return undefined;
  }

  /** Makes the volumes that waited for a node, pinned to its zone where it has one. */
  bind({ node }: NodeInfo): void {
    const zone = node.metadata.labels[labelZone];
    for (const { claim, storageClass } of this.#unbound) {
      const terms: readonly NodeSelectorTerm[] | undefined =
        zone === undefined
          ? undefined
          : [
              {
                matchExpressions: [{ key: labelZone, operator: "In", values: [zone] }],
                matchFields: [],
              },
            ];
      const created = this.#api.create({
        kind: "PersistentVolume",
        metadata: draftMeta({ name: `pvc-${claim.metadata.uid}` }),
        spec: {
          storageClassName: storageClass.metadata.name,
          csiDriver: storageClass.provisioner,
          isLocal: false,
          ...(terms === undefined ? {} : { requiredNodeTerms: terms }),
        },
      });
      const current = this.#api.persistentVolumeClaim(objectKey(claim));
      if (created === undefined || current === undefined) continue;
      const volumeName = created.metadata.name;
      this.#api.update({ ...current, spec: { ...current.spec, volumeName } });
    }
  }
}

function missingFailure(key: string, isClaimMissing: boolean): FilterFailure {
  const reason = isClaimMissing
    ? `persistentvolumeclaim "${key.slice(key.indexOf("/") + 1)}" not found`
    : "pod has unbound immediate PersistentVolumeClaims";
  return { filter: "VolumeBinding", reason, isFinal: true };
}

function allowsNode(storageClass: StorageClass, labels: Readonly<Record<string, string>>): boolean {
  const { allowedTopologies } = storageClass;
  if (allowedTopologies.length === 0) return true;
  return allowedTopologies.some(({ matchLabelExpressions }) =>
    matchLabelExpressions.every(({ key, values }) => {
      const value = labels[key];
      return value !== undefined && values.includes(value);
    }),
  );
}
