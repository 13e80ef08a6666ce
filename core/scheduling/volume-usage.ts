// How many volumes of each CSI driver a node has attached, against the driver's limit. The pods'
// volumes are kept apart, because two pods may share one and it is freed with the last of them.
import { objectKey, type Pod } from "../apis/index.ts";
import { compareStrings } from "../units/index.ts";

/** Claims (`namespace/name`) by CSI driver. */
export type Volumes = ReadonlyMap<string, ReadonlySet<string>>;

/** No volumes. */
export const noVolumes: Volumes = new Map();

/**
 * The claims of both, by driver; one of the two itself when the other is empty.
 *
 * @see karpenter v1.14.1 pkg/scheduling/volumeusage.go Volumes.Union
 */
export function unionVolumes(a: Volumes, b: Volumes): Volumes {
  if (b.size === 0) return a;
  if (a.size === 0) return b;
  const union = new Map(a);
  for (const [driver, claims] of b) {
    union.set(driver, new Set([...(union.get(driver) ?? []), ...claims]));
  }
  return union;
}

/** The refusal of `VolumeUsage.exceedsLimits`. */
export class VolumeLimitExceeded {
  readonly kind = "volume-limit-exceeded";
  readonly driver: string;
  readonly count: number;
  readonly limit: number;

  constructor(driver: string, count: number, limit: number) {
    this.driver = driver;
    this.count = count;
    this.limit = limit;
  }

  get message(): string {
    const facts = `provisioner=${this.driver}, volume-count=${this.count}`;
    return `would exceed volume limit (${facts}, volume-limit=${this.limit})`;
  }
}

/**
 * The volumes of the pods on one node and its attach limits. Immutable: changes make a new object
 * that shares what did not change.
 *
 * @see karpenter v1.14.1 pkg/scheduling/volumeusage.go VolumeUsage
 */
export class VolumeUsage {
  static readonly empty: VolumeUsage = new VolumeUsage(noVolumes, new Map(), []);

  /** What is attached, or will be, for all pods together. */
  readonly volumes: Volumes;
  readonly #byPod: ReadonlyMap<string, Volumes>;
  /** By driver name, in code-unit order. */
  readonly #limits: readonly (readonly [driver: string, limit: number])[];

  private constructor(
    volumes: Volumes,
    byPod: ReadonlyMap<string, Volumes>,
    limits: readonly (readonly [driver: string, limit: number])[],
  ) {
    this.volumes = volumes;
    this.#byPod = byPod;
    this.#limits = limits;
  }

  /**
   * The first driver, in code-unit order, whose limit would be passed with these volumes added.
   *
   * Drivers without a limit take any number. Every limited driver with volumes is tested, so a node
   * that is over a limit takes no pod at all. Differs: upstream names any driver over its limit.
   *
   * @see karpenter v1.14.1 pkg/scheduling/volumeusage.go VolumeUsage.ExceedsLimits
   */
  exceedsLimits(volumes: Volumes): VolumeLimitExceeded | undefined {
    for (const [driver, limit] of this.#limits) {
      const attached = this.volumes.get(driver);
      const added = volumes.get(driver);
      if (attached === undefined && added === undefined) continue;
      const count = countUnion(attached, added);
      if (count > limit) return new VolumeLimitExceeded(driver, count, limit);
    }
    return undefined;
  }

  /** With the driver's limit set. */
  withLimit(driver: string, limit: number): VolumeUsage {
    const others = this.#limits.filter(([name]) => name !== driver);
    const limits = [...others, [driver, limit] as const].sort(([a], [b]) => compareStrings(a, b));
    return new VolumeUsage(this.volumes, this.#byPod, limits);
  }

  /**
   * With the pod's volumes in place of what it had; nothing is freed by that before the pod goes.
   *
   * @see karpenter v1.14.1 pkg/scheduling/volumeusage.go VolumeUsage.Add
   */
  add(pod: Pod, volumes: Volumes): VolumeUsage {
    const key = objectKey(pod);
    if (volumes.size === 0 && !this.#byPod.has(key)) return this;
    const byPod = new Map(this.#byPod).set(key, volumes);
    return new VolumeUsage(unionVolumes(this.volumes, volumes), byPod, this.#limits);
  }

  /**
   * Without the pod of this key (`namespace/name`); its volumes stay if another pod has them too.
   *
   * @see karpenter v1.14.1 pkg/scheduling/volumeusage.go VolumeUsage.DeletePod
   */
  remove(podKey: string): VolumeUsage {
    if (!this.#byPod.has(podKey)) return this;
    const byPod = new Map(this.#byPod);
    byPod.delete(podKey);
    let volumes = noVolumes;
    for (const theirs of byPod.values()) volumes = unionVolumes(volumes, theirs);
    return new VolumeUsage(volumes, byPod, this.#limits);
  }
}

function countUnion(
  a: ReadonlySet<string> | undefined,
  b: ReadonlySet<string> | undefined,
): number {
  if (a === undefined || b === undefined) return a?.size ?? b?.size ?? 0;
  let count = a.size;
  for (const claim of b) {
    if (!a.has(claim)) count++;
  }
  return count;
}
