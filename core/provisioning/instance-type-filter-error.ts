import type { Requirements } from "../scheduling/index.ts";
import {
  addResources,
  formatResourceList,
  maxResources,
  type ResourceList,
} from "../units/index.ts";
import { type Bits, isEmptyBits } from "./bitset.ts";
import { minResources } from "./resource-columns.ts";

/** Which of the evaluated types met which criterion. */
export interface FilterEvaluation {
  readonly compatible: Bits;
  /** Fits, in an offering that is compatible: what is big enough but not offered doesn't count. */
  readonly fitting: Bits;
  readonly offered: Bits;
}

/** What an `InstanceTypeFilterError` is made of. */
export interface FilterFailure {
  readonly requirements: Requirements;
  readonly podRequests: ResourceList;
  /** Of the daemon groups that were looked at, in their order. */
  readonly daemonOverheads: readonly ResourceList[];
  /** Set when only the lack of different values kept the types out. */
  readonly minValuesMessage: string | undefined;
  readonly evaluate: () => FilterEvaluation;
}

const coresOfTypo = 1_000_000;
const millicoresPerCore = 1000;

/**
 * Why no instance type is left for a pod. The text is put together when asked for.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/nodeclaim.go InstanceTypeFilterError
 */
export class InstanceTypeFilterError {
  readonly kind = "instance-type-filter";
  readonly #failure: FilterFailure;

  constructor(failure: FilterFailure) {
    this.#failure = failure;
  }

  /** Whether types were left, but with too few different values. */
  get isMinValuesIncompatible(): boolean {
    return this.#failure.minValuesMessage !== undefined;
  }

  /** Upstream's sentence, with requirements and resources. */
  get message(): string {
    const { minValuesMessage, requirements } = this.#failure;
    const { sentence, suffix } =
      minValuesMessage === undefined
        ? this.#sentence()
        : { sentence: minValuesMessage, suffix: "" };
    const facts = `requirements=${String(requirements)}, resources=${this.#resources()}`;
    return `${sentence}, ${facts}${suffix}`;
  }

  #sentence(): { readonly sentence: string; readonly suffix: string } {
    const evaluation = this.#failure.evaluate();
    const isMet = !isEmptyBits(evaluation.compatible);
    const isFitting = !isEmptyBits(evaluation.fitting);
    const isOffered = !isEmptyBits(evaluation.offered);
    const cores = (this.#failure.podRequests["cpu"] ?? 0) / millicoresPerCore;
    const isTypo = isMet && !isFitting && isOffered && cores >= coresOfTypo;
    return {
      sentence:
        isMet && isFitting && isOffered
          ? `no instance type ${pairwise(evaluation)}`
          : `no instance type ${unmet(isMet, isFitting, isOffered)}`,
      suffix: isTypo ? " (CPU request >= 1 Million, m vs M typo?)" : "",
    };
  }

  /** The pod's requests and the daemons', as a range where daemons differ by type. */
  #resources(): string {
    const { podRequests, daemonOverheads } = this.#failure;
    const overheads = daemonOverheads.filter((list) => Object.keys(list).length > 0);
    let least: ResourceList = {};
    let most: ResourceList = {};
    for (const overhead of overheads) {
      const isFirst = Object.keys(most).length === 0;
      least = isFirst ? overhead : minResources(least, overhead);
      most = isFirst ? overhead : maxResources(most, overhead);
    }
    if (Object.keys(least).length === 0) return text(podRequests);
    const min = text(addResources(least, podRequests));
    const max = text(addResources(most, podRequests));
    return min === max ? min : `min=${min}, max=${max}`;
  }
}

/** Criteria that no type met at all. */
function unmet(isMet: boolean, isFitting: boolean, isOffered: boolean): string {
  const requirements = "met the scheduling requirements";
  const resources = "had enough resources";
  const offering = "had a required offering";
  const missing = [
    ...(isMet ? [] : [requirements]),
    ...(isFitting ? [] : [resources]),
    ...(isOffered ? [] : [offering]),
  ];
  if (missing.length > 1) return missing.join(" or ");
  if (!isMet) return "met all requirements";
  return isFitting ? "has the required offering" : "has enough resources";
}

/** Each criterion was met by some type: the pair that would have needed the third one. */
function pairwise({ compatible, fitting, offered }: FilterEvaluation): string {
  if (some(compatible, fitting, offered)) {
    return "which met the scheduling requirements and had enough resources, had a required offering";
  }
  if (some(fitting, offered, compatible)) {
    return "which had enough resources and the required offering met the scheduling requirements";
  }
  if (some(compatible, offered, fitting)) {
    return "which met the scheduling requirements and the required offering had the required resources";
  }
  return "met the requirements/resources/offering tuple";
}

/** Whether some type is in the first two sets and not in the third. */
function some(a: Bits, b: Bits, without: Bits): boolean {
  return a.some((word, index) => (word & (b[index] ?? 0) & ~(without[index] ?? 0)) !== 0);
}

function text(list: ResourceList): string {
  return JSON.stringify(formatResourceList(list));
}
