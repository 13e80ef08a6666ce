import type { Node } from "../../../core/apis/index.ts";
import type { HostPort, PodInfo } from "./pod-info.ts";

/** A node with the sums over its pods, kept up to date pod by pod. */
export class NodeInfo {
  #node: Node;
  readonly #podsByUid = new Map<string, PodInfo>();
  readonly #usedOthers = new Map<string, number>();
  usedCpuMillicores = 0;
  usedMemoryBytes = 0;
  /** With scoring's defaults for containers that ask for nothing. */
  scoredCpuMillicores = 0;
  scoredMemoryBytes = 0;
  allocatableCpuMillicores = 0;
  allocatableMemoryBytes = 0;
  allocatablePods = 0;
  /** Results of the filters that look at node and placement only; cleared when the node changes. */
  readonly staticFailureByPlacement = new Map<string, string | null>();

  constructor(node: Node) {
    this.#node = node;
    this.#readAllocatable();
  }

  #readAllocatable(): void {
    this.allocatableCpuMillicores = this.allocatable("cpu");
    this.allocatableMemoryBytes = this.allocatable("memory");
    this.allocatablePods = this.allocatable("pods");
  }

  get node(): Node {
    return this.#node;
  }

  get name(): string {
    return this.#node.metadata.name;
  }

  get podCount(): number {
    return this.#podsByUid.size;
  }

  /** The pods in the order in which they came. */
  pods(): Iterable<PodInfo> {
    return this.#podsByUid.values();
  }

  setNode(node: Node): void {
    this.#node = node;
    this.#readAllocatable();
    this.staticFailureByPlacement.clear();
  }

  addPod(info: PodInfo): void {
    this.#podsByUid.set(info.pod.metadata.uid, info);
    this.#count(info, 1);
  }

  removePod(uid: string): void {
    const info = this.#podsByUid.get(uid);
    if (info === undefined) return;
    this.#podsByUid.delete(uid);
    this.#count(info, -1);
  }

  /** Puts a newer object in the place of a pod whose specification is the same. */
  replacePod(info: PodInfo): void {
    this.#podsByUid.set(info.pod.metadata.uid, info);
  }

  podOf(uid: string): PodInfo | undefined {
    return this.#podsByUid.get(uid);
  }

  allocatable(resource: string): number {
    return this.#node.status.allocatable[resource] ?? 0;
  }

  used(resource: string): number {
    return this.#usedOthers.get(resource) ?? 0;
  }

  /** Whether a host port that the pod wants is taken. */
  hasPortConflict(wanted: readonly HostPort[]): boolean {
    if (wanted.length === 0) return false;
    for (const { spec } of this.#podsByUid.values()) {
      for (const taken of spec.hostPorts) {
        if (wanted.some((port) => portsConflict(port, taken))) return true;
      }
    }
    return false;
  }

  #count(info: PodInfo, sign: 1 | -1): void {
    const { spec } = info;
    this.usedCpuMillicores += sign * spec.cpuMillicores;
    this.usedMemoryBytes += sign * spec.memoryBytes;
    this.scoredCpuMillicores += sign * spec.scoredCpuMillicores;
    this.scoredMemoryBytes += sign * spec.scoredMemoryBytes;
    for (const [name, amount] of spec.others) {
      this.#usedOthers.set(name, (this.#usedOthers.get(name) ?? 0) + sign * amount);
    }
  }
}

/** @see kubernetes pkg/scheduler/framework/types.go HostPortInfo.CheckConflict */
function portsConflict(a: HostPort, b: HostPort): boolean {
  if (a.port !== b.port || a.protocol !== b.protocol) return false;
  return a.hostIp === b.hostIp || a.hostIp === "" || b.hostIp === "";
}
