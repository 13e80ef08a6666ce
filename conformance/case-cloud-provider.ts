import type { NodePool } from "../core/apis/index.ts";
import type {
  CloudProvider,
  DriftResult,
  InstanceType,
  NodeClassReadiness,
} from "../core/cloudprovider/index.ts";
import { invariant } from "../core/units/index.ts";

/**
 * Offers a case's instance types and launches nothing. With EC2NodeClasses given, a NodePool whose own
 * is not among them is offered nothing.
 */
export class CaseCloudProvider implements CloudProvider {
  readonly name = "conformance";
  readonly #instanceTypes: readonly InstanceType[];
  readonly #nodeClasses: ReadonlySet<string>;

  constructor(instanceTypes: readonly InstanceType[], nodeClasses: readonly string[]) {
    this.#instanceTypes = instanceTypes;
    this.#nodeClasses = new Set(nodeClasses);
  }

  getInstanceTypes(nodePool: NodePool): readonly InstanceType[] {
    return this.#has(nodePool) ? this.#instanceTypes : [];
  }

  nodeClassReadiness(nodePool: NodePool): NodeClassReadiness {
    return this.#has(nodePool) ? { kind: "ready" } : { kind: "not-found" };
  }

  create(): never {
    return launchesNothing("create");
  }
  delete(): never {
    return launchesNothing("delete");
  }
  get(): undefined {
    return undefined;
  }
  list(): readonly never[] {
    return [];
  }
  isDrifted(): DriftResult {
    return { kind: "not-drifted" };
  }
  repairPolicies(): readonly never[] {
    return [];
  }

  #has({ spec }: NodePool): boolean {
    return (
      this.#nodeClasses.size === 0 || this.#nodeClasses.has(spec.template.spec.nodeClassRef.name)
    );
  }
}

function launchesNothing(verb: string): never {
  invariant(false, "a case asked for a launch", { verb });
}
