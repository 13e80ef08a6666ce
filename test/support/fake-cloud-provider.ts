import type { NodeClaim } from "../../core/apis/index.ts";
import type {
  CloudProvider,
  CreateResult,
  DeleteResult,
  DriftResult,
  InstanceType,
  NodeClassReadiness,
  ProviderInstance,
  RepairPolicy,
} from "../../core/cloudprovider/index.ts";
import { compareStrings, parseResourceList, type SimTime } from "../../core/units/index.ts";

/**
 * A cloud for tests: it launches at once whatever it is asked for, and does as it is told otherwise.
 */
export class FakeCloudProvider implements CloudProvider {
  readonly name = "fake";
  /** What `create` answers instead of launching, until it is taken away. */
  createAnswer: CreateResult | undefined;
  /** What `delete` answers once and for all; absent: the instance goes after one more question. */
  deleteAnswer: DeleteResult | undefined;
  driftReason: string | undefined;
  /** What `isDrifted` answers whatever the reason. */
  driftAnswer: DriftResult | undefined;
  readiness: NodeClassReadiness = { kind: "ready" };
  policies: readonly RepairPolicy[] = [];
  instanceTypes: readonly InstanceType[] = [];
  /** Labels that launched instances get besides zone, capacity type and instance type. */
  labels: Readonly<Record<string, string>> = {};
  readonly createCalls: string[] = [];
  readonly deleteCalls: string[] = [];
  readonly #instances = new Map<string, ProviderInstance>();

  getInstanceTypes(): readonly InstanceType[] {
    return this.instanceTypes;
  }

  create(nodeClaim: NodeClaim, now: SimTime): CreateResult {
    this.createCalls.push(nodeClaim.metadata.name);
    if (this.createAnswer !== undefined) return this.createAnswer;
    const providerId = `fake:///test-zone-1/${nodeClaim.metadata.uid}`;
    this.#instances.set(providerId, { providerId, isTerminating: false, launchedAt: now });
    return {
      kind: "launched",
      instance: {
        providerId,
        imageId: "image-1",
        labels: {
          "topology.kubernetes.io/zone": "test-zone-1",
          "karpenter.sh/capacity-type": "on-demand",
          "node.kubernetes.io/instance-type": "default-instance-type",
          ...this.labels,
        },
        annotations: { provider: "fake" },
        capacity: parseResourceList({ cpu: "4", memory: "4Gi", pods: "5" }),
        allocatable: parseResourceList({ cpu: "3900m", memory: "4086Mi", pods: "5" }),
      },
    };
  }

  delete(nodeClaim: NodeClaim): DeleteResult {
    this.deleteCalls.push(nodeClaim.metadata.name);
    if (this.deleteAnswer !== undefined) return this.deleteAnswer;
    const providerId = nodeClaim.status.providerId ?? "";
    const instance = this.#instances.get(providerId);
    if (instance === undefined) return { kind: "not-found" };
    if (instance.isTerminating) this.#instances.delete(providerId);
    else this.#instances.set(providerId, { ...instance, isTerminating: true });
    return { kind: "terminating" };
  }

  /** The instance vanishes without anybody asking. */
  lose(providerId: string): void {
    this.#instances.delete(providerId);
  }

  /** An instance that was launched before the test began. */
  adopt(providerId: string, now: SimTime): void {
    this.#instances.set(providerId, { providerId, isTerminating: false, launchedAt: now });
  }

  get(providerId: string): ProviderInstance | undefined {
    return this.#instances.get(providerId);
  }

  list(): readonly ProviderInstance[] {
    return [...this.#instances.values()].sort((a, b) => compareStrings(a.providerId, b.providerId));
  }

  isDrifted(): DriftResult {
    if (this.driftAnswer !== undefined) return this.driftAnswer;
    const reason = this.driftReason;
    return reason === undefined ? { kind: "not-drifted" } : { kind: "drifted", reason };
  }

  repairPolicies(): readonly RepairPolicy[] {
    return this.policies;
  }

  nodeClassReadiness(): NodeClassReadiness {
    return this.readiness;
  }
}
