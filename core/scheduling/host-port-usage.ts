// Which host ports the pods of a node hold. Few pods ask for any, so the usage of most nodes is the
// one empty object, and adding a pod without host ports returns the object itself.
import { objectKey, type Pod, type PodSpec } from "../apis/index.ts";
import { canonicalIp, isUnspecifiedIp } from "./ip-address.ts";

/**
 * A port of the host as one container holds it. `ip` is canonical; `<nil>`, as upstream prints it,
 * for what is no address.
 *
 * @see karpenter v1.14.1 pkg/scheduling/hostportusage.go HostPort
 */
export interface HostPort {
  readonly ip: string;
  readonly port: number;
  readonly protocol: string;
}

const noPorts: readonly HostPort[] = Object.freeze([]);
const portsBySpec = new WeakMap<PodSpec, readonly HostPort[]>();

/**
 * The host ports of a pod's containers, in their order; init containers do not count. Without an
 * address the port is taken on all addresses, without a protocol it is TCP, as the API server has
 * it. Remembered by the identity of the specification.
 *
 * @see karpenter v1.14.1 pkg/scheduling/hostportusage.go GetHostPorts
 */
export function hostPorts(pod: Pod): readonly HostPort[] {
  let ports = portsBySpec.get(pod.spec);
  if (ports === undefined) {
    const found: HostPort[] = [];
    for (const { hostPort = 0, hostIP = "", protocol = "TCP" } of pod.spec.containers.flatMap(
      (container) => container.ports,
    )) {
      if (hostPort === 0) continue;
      const ip = canonicalIp(hostIP === "" ? "0.0.0.0" : hostIP) ?? "<nil>";
      found.push({ ip, port: hostPort, protocol });
    }
    ports = found.length === 0 ? noPorts : found;
    portsBySpec.set(pod.spec, ports);
  }
  return ports;
}

/**
 * Whether two ports cannot be held on one host: same protocol and port, and the same address or one
 * of them all addresses.
 *
 * @see karpenter v1.14.1 pkg/scheduling/hostportusage.go HostPort.Matches
 */
export function hostPortMatches(a: HostPort, b: HostPort): boolean {
  return (
    a.port === b.port &&
    a.protocol === b.protocol &&
    (a.ip === b.ip || isUnspecifiedIp(a.ip) || isUnspecifiedIp(b.ip))
  );
}

/** `IP=0.0.0.0 Port=80 Proto=TCP`. */
export function formatHostPort({ ip, port, protocol }: HostPort): string {
  return `IP=${ip} Port=${port} Proto=${protocol}`;
}

/** The refusal of `HostPortUsage.conflicts`. */
export class HostPortConflict {
  readonly kind = "host-port-conflict";
  readonly wanted: HostPort;
  readonly existing: HostPort;

  constructor(wanted: HostPort, existing: HostPort) {
    this.wanted = wanted;
    this.existing = existing;
  }

  get message(): string {
    const facts = [
      `existing-hostport-ip=${this.existing.ip}`,
      `existing-hostport-port=${this.existing.port}`,
      `existing-hostport-protocol=${this.existing.protocol}`,
      `pod-hostport-ip=${this.wanted.ip}`,
      `pod-hostport-port=${this.wanted.port}`,
      `pod-hostport-protocol=${this.wanted.protocol}`,
    ];
    return `pod hostport conflicts with existing hostport configuration (${facts.join(", ")})`;
  }
}

interface Reservation {
  readonly podKey: string;
  readonly ports: readonly HostPort[];
}

/**
 * The host ports of one node, by pod. Immutable: changes make a new object.
 *
 * @see karpenter v1.14.1 pkg/scheduling/hostportusage.go HostPortUsage
 */
export class HostPortUsage {
  static readonly empty: HostPortUsage = new HostPortUsage([]);

  /** Pods with at least one port, in the order in which they were added. */
  readonly #reservations: readonly Reservation[];

  private constructor(reservations: readonly Reservation[]) {
    this.#reservations = reservations;
  }

  /**
   * The first port of these that another pod holds; `undefined` when they are free. A pod never
   * conflicts with itself.
   *
   * @see karpenter v1.14.1 pkg/scheduling/hostportusage.go HostPortUsage.Conflicts
   */
  conflicts(pod: Pod, ports: readonly HostPort[]): HostPortConflict | undefined {
    if (ports.length === 0 || this.#reservations.length === 0) return undefined;
    const key = objectKey(pod);
    for (const wanted of ports) {
      for (const reservation of this.#reservations) {
        if (reservation.podKey === key) continue;
        const existing = reservation.ports.find((it) => hostPortMatches(wanted, it));
        if (existing !== undefined) return new HostPortConflict(wanted, existing);
      }
    }
    return undefined;
  }

  /**
   * With these ports in place of what the pod held before.
   *
   * @see karpenter v1.14.1 pkg/scheduling/hostportusage.go HostPortUsage.Add
   */
  add(pod: Pod, ports: readonly HostPort[]): HostPortUsage {
    if (ports.length === 0 && this.#reservations.length === 0) return this;
    const podKey = objectKey(pod);
    const others = this.remove(podKey);
    if (ports.length === 0) return others;
    return new HostPortUsage([...others.#reservations, { podKey, ports }]);
  }

  /**
   * Without the pod of this key (`namespace/name`); itself if that holds no port.
   *
   * @see karpenter v1.14.1 pkg/scheduling/hostportusage.go HostPortUsage.DeletePod
   */
  remove(podKey: string): HostPortUsage {
    const others = this.#reservations.filter((it) => it.podKey !== podKey);
    if (others.length === this.#reservations.length) return this;
    return others.length === 0 ? HostPortUsage.empty : new HostPortUsage(others);
  }
}
