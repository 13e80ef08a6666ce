/** What holds in every world, checked entry by entry on its journal. */
import { Never } from "../../core/units/index.ts";
import type { LedgerEntry } from "../../sim/ledger/index.ts";
import type { WorldPlan } from "../../sim/world-plan.ts";
import { DisruptionLaws } from "./disruption-laws.ts";
import { ReplayedCluster, type ReplayedMachine, type ReplayedNode } from "./journal-replay.ts";
import { PriceLaws } from "./price-laws.ts";

type Entry<Kind extends LedgerEntry["kind"]> = Extract<LedgerEntry, { kind: Kind }>;

/** From the notice of an interruption to its end, with the time that EC2 takes over it. */
const interruptionMax = 125_000;
/** How late an expiration may be noticed. */
const expirationLatenessMax = 2_000;

/** Of events that come again and again, the last of them; they are summed up when the run ends. */
function happenedAt(entry: LedgerEntry): number {
  return entry.kind === "event" ? entry.lastAt : entry.at;
}

function isBill({ kind }: LedgerEntry): boolean {
  return kind === "charge" || kind === "control-plane-charge";
}

/** The replayed end of a journal, and every law that was broken on the way; none: all is well. */
export function auditJournal(
  plan: WorldPlan,
  journal: readonly LedgerEntry[],
): { readonly cluster: ReplayedCluster; readonly violations: readonly string[] } {
  const violations: string[] = [];
  const cluster = new ReplayedCluster(plan);
  let now: LedgerEntry | undefined;
  const violate = (law: string): void => {
    const at = new Date(now?.at ?? plan.start).toISOString();
    violations.push(`${at} ${now?.kind ?? ""}: ${law}`);
  };
  const disruption = new DisruptionLaws(plan, cluster, violate);
  const prices = new PriceLaws(plan, cluster, violate);
  const laws = new WorldLaws(plan, cluster, violate);
  for (const entry of journal) {
    if (now !== undefined && entry.at < now.at) violate(`time goes back to ${entry.at}`);
    now = entry;
    if (happenedAt(entry) >= plan.end && !isBill(entry)) {
      violate("something happens at the end of the run or later");
    }
    if (entry.kind === "event" && (entry.firstAt > entry.lastAt || entry.lastAt > entry.at)) {
      violate("an event is told before it came, or ends before it began");
    }
    disruption.before(entry);
    prices.before(entry);
    laws.before(entry);
    cluster.apply(entry);
    laws.after(entry);
  }
  laws.atEnd();
  return { cluster, violations };
}

class WorldLaws {
  readonly #plan: WorldPlan;
  readonly #cluster: ReplayedCluster;
  readonly #violate: (law: string) => void;
  /** As the EC2NodeClass says; these worlds have one. */
  readonly #maxPods: number | undefined;
  readonly #steps = new Map<string, string>();
  #lastExpiredAt: number | undefined;
  #missingPods = 0;

  constructor(plan: WorldPlan, cluster: ReplayedCluster, violate: (law: string) => void) {
    this.#plan = plan;
    const nodeClass = plan.objects.find((it) => it.kind === "EC2NodeClass");
    this.#maxPods = nodeClass?.spec.kubelet.maxPods;
    this.#cluster = cluster;
    this.#violate = violate;
  }

  before(entry: LedgerEntry): void {
    switch (entry.kind) {
      case "pod-bound": {
        const pod = this.#cluster.pod(entry.podUid);
        if (pod.nodeName !== undefined) this.#violate(`${pod.key} is bound twice`);
        if (pod.hasEnded) this.#violate(`${pod.key} is bound after its end`);
        if (this.#cluster.node(entry.nodeName).isRemoved) {
          this.#violate(`${pod.key} is bound to ${entry.nodeName}, which is gone`);
        }
        return;
      }
      case "pod-ended":
        if (this.#cluster.pod(entry.podUid).hasEnded) this.#violate(`${entry.podKey} ends twice`);
        return;
      case "pod-ready": {
        const { nodeName, hasEnded } = this.#cluster.pod(entry.podUid);
        if (nodeName === undefined || hasEnded) this.#violate(`${entry.podKey} cannot be ready`);
        return;
      }
      case "pod-killed":
        // Karpenter ends a machine only once its pods are gone.
        if (entry.reason === "instance-terminated" && !this.#cluster.pod(entry.podUid).isDaemon) {
          this.#violate(`${entry.podKey} dies with a machine that was not drained`);
        }
        return;
      case "node-claim-deleted":
        if (entry.reason === "expired") this.#checkExpiration(entry);
        return;
      case "instance-launched":
        if (this.#steps.has(entry.instanceId)) this.#violate(`${entry.instanceId} exists already`);
        this.#step(entry, []);
        return;
      case "instance-running":
        this.#step(entry, ["instance-launched"]);
        return;
      case "instance-shutting-down":
        this.#step(entry, ["instance-launched", "instance-running", "instance-stopping"]);
        this.#checkInterruption(entry);
        return;
      case "instance-stopping":
        this.#step(entry, ["instance-running"]);
        return;
      case "instance-terminated":
        this.#step(entry, ["instance-shutting-down"]);
        return;
      default:
    }
  }

  after(entry: LedgerEntry): void {
    this.#checkPodCounts();
    if (entry.kind === "pod-bound" || entry.kind === "node-registered") {
      this.#checkAllocatable(entry.nodeName);
    }
    if (entry.kind === "instance-launched") this.#checkLimits(entry);
  }

  atEnd(): void {
    const { end } = this.#plan;
    for (const machine of this.#cluster.machines.values()) {
      const { noticedAt, endsAt, nodeClaimName } = machine;
      if (noticedAt !== undefined && endsAt === undefined && noticedAt + interruptionMax < end) {
        this.#violate(`${nodeClaimName} outlives its interruption`);
      }
      const expiresAt = this.#expiresAt(machine);
      const isOld = expiresAt !== undefined && expiresAt + expirationLatenessMax < end;
      const isDue = isOld && !this.#isExpiringOthers(end);
      if (isDue && machine.markedAt === undefined && endsAt === undefined) {
        this.#violate(`${nodeClaimName} is not expired`);
      }
    }
  }

  #step({ instanceId, kind }: { instanceId: string; kind: string }, from: readonly string[]): void {
    const step = this.#steps.get(instanceId);
    if (from.length > 0 && !from.includes(step ?? "")) {
      this.#violate(`${instanceId} goes from ${step ?? "nothing"} to ${kind}`);
    }
    this.#steps.set(instanceId, kind);
  }

  #checkAllocatable(nodeName: string): void {
    const node = this.#cluster.node(nodeName);
    if (node.allocatable === undefined) return;
    let cpuMillicores = 0;
    let memoryBytes = 0;
    let gpus = 0;
    for (const pod of this.#cluster.podsOn(node)) {
      cpuMillicores += pod.cpuMillicores;
      memoryBytes += pod.memoryBytes;
      gpus += pod.gpus;
    }
    const { allocatable } = node;
    this.#checkCounted(node, gpus);
    if (cpuMillicores > allocatable.cpuMillicores || memoryBytes > allocatable.memoryBytes) {
      const asked = JSON.stringify({ cpuMillicores, memoryBytes });
      this.#violate(`${nodeName} holds ${asked}, over ${JSON.stringify(allocatable)}`);
    }
  }

  /** Pods and GPUs, of which the catalogue knows how many there are; no node keeps any for itself. */
  #checkCounted({ name, machine, podUids }: ReplayedNode, gpus: number): void {
    if (machine?.launch === undefined) return;
    const facts = this.#plan.catalogue.instanceType(machine.launch.instanceType);
    const podsMax = this.#maxPods ?? facts.eniLimitedPods;
    if (podUids.size > podsMax) this.#violate(`${name} holds ${podUids.size} pods of ${podsMax}`);
    const gpusMax = facts.gpuCount ?? 0;
    if (gpus > gpusMax) this.#violate(`${name} holds pods with ${gpus} GPUs of ${gpusMax}`);
  }

  /** Every pod that came is somewhere, and in one place. */
  #checkPodCounts(): void {
    const { created, pending, bound, succeeded, failed, deleted } = this.#cluster.podCounts;
    const missing = created - pending - bound - succeeded - failed - deleted;
    if (missing !== this.#missingPods) {
      const ended = `${succeeded} succeeded, ${failed} failed, ${deleted} deleted`;
      this.#violate(`${created} pods, but ${pending} pending, ${bound} bound, ${ended}`);
    }
    this.#missingPods = missing;
  }

  /** Machines being disrupted don't count: provisioning may replace them before they are gone. */
  #checkLimits({ nodePoolName }: Entry<"instance-launched">): void {
    const limit = this.#nodePool(nodePoolName)?.spec.limits["cpu"];
    if (limit === undefined) return;
    let used = 0;
    for (const machine of this.#cluster.machines.values()) {
      const isCounted = machine.markedAt === undefined && machine.endsAt === undefined;
      if (machine.nodePoolName === nodePoolName && isCounted && !machine.wasRolledBack) {
        used += machine.cpuMillicores;
      }
    }
    if (used > limit) this.#violate(`${nodePoolName} uses ${used}m of ${limit}m`);
  }

  #checkInterruption({ instanceId, terminatedBy, at }: Entry<"instance-shutting-down">): void {
    const { noticedAt } = this.#cluster.machineOfInstance(instanceId);
    if (terminatedBy === "ec2" && noticedAt === undefined) {
      this.#violate(`${instanceId} is taken back without notice`);
    }
    if (noticedAt !== undefined && at - noticedAt > interruptionMax) {
      this.#violate(`${instanceId} is taken back ${at - noticedAt} ms after the notice`);
    }
  }

  #checkExpiration({ nodeClaimName, at }: Entry<"node-claim-deleted">): void {
    const machine = this.#cluster.machines.get(nodeClaimName);
    const expiresAt = machine === undefined ? undefined : this.#expiresAt(machine);
    // Karpenter expires one NodeClaim a second: others may be late behind it.
    const isBehindOther = this.#isExpiringOthers(at);
    this.#lastExpiredAt = at;
    // Creation is noted in whole seconds.
    const isLate = at > (expiresAt ?? 0) + expirationLatenessMax && !isBehindOther;
    if (expiresAt === undefined || at < expiresAt - 1000 || isLate) {
      this.#violate(`${nodeClaimName} expires, due at ${expiresAt ?? "no time"}`);
    }
  }

  #isExpiringOthers(at: number): boolean {
    return this.#lastExpiredAt !== undefined && at - this.#lastExpiredAt <= 1000;
  }

  #expiresAt({ nodePoolName, createdAt }: ReplayedMachine): number | undefined {
    const expireAfter = this.#nodePool(nodePoolName)?.spec.template.spec.expireAfter;
    return expireAfter === undefined || expireAfter === Never ? undefined : createdAt + expireAfter;
  }

  #nodePool(name: string) {
    const found = this.#plan.objects.find(
      ({ kind, metadata }) => kind === "NodePool" && metadata.name === name,
    );
    return found?.kind === "NodePool" ? found : undefined;
  }
}
