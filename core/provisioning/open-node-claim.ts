import { labelHostname, type Pod } from "../apis/index.ts";
import type { Offering } from "../cloudprovider/index.ts";
import {
  allowUndefinedWellKnownLabels,
  type HostPortUsage,
  hostPorts,
  Requirement,
  type Requirements,
  toleratesAll,
  untoleratedTaints,
} from "../scheduling/index.ts";
import { addResources, emptyResources, type ResourceList } from "../units/index.ts";
import type { Bits } from "./bitset.ts";
import type { CompiledTemplate } from "./compiled-templates.ts";
import { filterInstanceTypes } from "./instance-type-filter.ts";
import type { Refusal } from "./refusals.ts";
import { reservationId, type Reservations } from "./reservations.ts";
import { addRows, isRowWithin, type ResourceRow } from "./resource-columns.ts";
import type { ReservedOfferingMode } from "./scheduling-input.ts";
import type { SchedulingPod } from "./scheduling-pod.ts";
import type { CompatibilityOptions, TopologyTracker } from "./topology-tracker.ts";

const leniently: CompatibilityOptions = Object.freeze({ allowUndefinedWellKnownLabels: true });

/** What probing and placing need of the run. */
export interface ProbeContext {
  readonly topology: TopologyTracker;
  readonly reservations: Reservations;
  readonly reservedOfferingMode: ReservedOfferingMode;
  /** Feature gate ReservedCapacity. */
  readonly reservedCapacity: boolean;
}

/** What a NodeClaim would be with the pod on it, or why it cannot have it. */
export type ProbeOutcome =
  | {
      readonly ok: true;
      readonly requirements: Requirements;
      readonly instanceTypes: Bits;
      readonly reservedOfferings: readonly Offering[];
      /** Whether minValues had to be lowered. */
      readonly isMinValuesRelaxed: boolean;
    }
  | ProbeRefusal;

/** The text is made when asked for: most refusals are never read. */
export interface ProbeRefusal {
  readonly ok: false;
  readonly isReservedOfferingError: boolean;
  /** By topology, for the rest of the run; see `TopologyOutcome`. */
  readonly isLasting: boolean;
  readonly message: () => string;
}

type Accepted = Extract<ProbeOutcome, { ok: true }>;

/**
 * A NodeClaim that a run means to create: it narrows with each pod.
 *
 * Probing changes nothing; `add` does.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/nodeclaim.go NodeClaim
 */
export class OpenNodeClaim {
  /** Its number within the run, from 1: its host name, and its name as a holder of reservations. */
  readonly serial: number;
  readonly compiled: CompiledTemplate;
  readonly pods: Pod[] = [];
  /** Its place in the order of opening, from 0; set when it is opened. */
  slot = -1;
  /** Goes up with each pod, so that refusals can be remembered until something changes. */
  version = 0;
  /** The types that are left, by their numbers in the catalogue. */
  instanceTypes: Bits;
  requirements: Requirements;
  /** Of the pods; daemons not included. */
  requests: ResourceList = emptyResources;
  reservedOfferings: readonly Offering[] = [];
  #placed: ResourceRow;
  #headroom: ResourceRow | undefined;
  #hostPortUsage: readonly HostPortUsage[];
  readonly #hostname: string;

  constructor(serial: number, compiled: CompiledTemplate, instanceTypes: Bits) {
    const { catalogue, template } = compiled;
    this.serial = serial;
    this.compiled = compiled;
    this.instanceTypes = instanceTypes;
    this.#hostname = `hostname-placeholder-${String(serial).padStart(4, "0")}`;
    this.requirements = template.requirements.add(
      Requirement.of(labelHostname, "In", [this.#hostname]),
    );
    this.#placed = new Float64Array(catalogue.columns.names.length);
    this.#hostPortUsage = catalogue.groups.map(({ hostPortUsage }) => hostPortUsage);
  }

  /**
   * Whether the pod is turned away before topology is asked: too big for what any type has left,
   * by taints, or by requirements. Sizes and taints refuse for the whole run.
   */
  refuses(candidate: SchedulingPod): Refusal {
    const { catalogue, template } = this.compiled;
    const request = catalogue.columns.request(candidate.requests);
    if (request.isUnknown) return "for-good";
    this.#headroom ??= catalogue.headroom(this.instanceTypes, this.#placed);
    if (!isRowWithin(request.row, this.#headroom)) return "for-good";
    const { taints } = template.nodePool.spec.template.spec;
    if (!toleratesAll(taints, candidate.pod.spec.tolerations)) return "for-good";
    const { requirements } = candidate;
    return this.requirements.isCompatible(requirements, allowUndefinedWellKnownLabels)
      ? "none"
      : "for-now";
  }

  /**
   * What the NodeClaim would be with the pod on it.
   *
   * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/nodeclaim.go NodeClaim.CanAdd
   */
  probe(candidate: SchedulingPod, context: ProbeContext, relaxMinValues: boolean): ProbeOutcome {
    const { pod, requirements: asked, volumeAlternatives } = candidate;
    const { taints } = this.compiled.template.nodePool.spec.template.spec;
    if (!toleratesAll(taints, pod.spec.tolerations)) {
      return refusal(() => untoleratedTaints(taints, pod)?.message ?? "");
    }
    const mine = this.requirements;
    if (!mine.isCompatible(asked, allowUndefinedWellKnownLabels)) {
      return refusal(() => `incompatible requirements, ${incompatibility(mine, asked)}`);
    }
    const base = mine.addAll(asked);
    if (volumeAlternatives.length === 0) {
      return this.#probeAlternative(candidate, base, context, relaxMinValues);
    }
    let last: ProbeOutcome | undefined;
    for (const alternative of volumeAlternatives) {
      last = base.isCompatible(alternative, allowUndefinedWellKnownLabels)
        ? this.#probeAlternative(candidate, base.addAll(alternative), context, relaxMinValues)
        : refusal(() => `incompatible volume requirements, ${incompatibility(base, alternative)}`);
      if (last.ok) break;
    }
    return last ?? refusal(() => "");
  }

  #probeAlternative(
    candidate: SchedulingPod,
    base: Requirements,
    context: ProbeContext,
    relaxMinValues: boolean,
  ): ProbeOutcome {
    const { catalogue, template } = this.compiled;
    const { pod, strictRequirements, requests } = candidate;
    const { taints } = template.nodePool.spec.template.spec;
    const tightened = context.topology.addRequirements(
      pod,
      taints,
      strictRequirements,
      base,
      leniently,
    );
    if (!tightened.ok) return refusal(tightened.error, tightened.isLasting);
    const narrowed = tightened.requirements;
    if (!base.isCompatible(narrowed, allowUndefinedWellKnownLabels)) {
      return refusal(() => incompatibility(base, narrowed));
    }
    let requirements = base.addAll(narrowed);
    const filtered = filterInstanceTypes({
      catalogue,
      options: this.instanceTypes,
      requirements,
      pod,
      podRequests: requests,
      requests: { placed: this.#placed, pod: catalogue.columns.request(requests) },
      hostPortUsage: this.#hostPortUsage,
      relaxMinValues,
    });
    if (!filtered.ok) {
      const { error } = filtered;
      return refusal(() => error.message);
    }
    for (const [key, count] of filtered.relaxedMinValues) {
      requirements = requirements.replace(requirements.get(key).withMinValues(count));
    }
    const isMinValuesRelaxed = filtered.relaxedMinValues.size > 0;
    const { instanceTypes } = filtered;
    return this.#withReservations({ requirements, instanceTypes, isMinValuesRelaxed }, context);
  }

  /**
   * Chooses the reserved offerings to hold: all that there still is room in.
   *
   * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/nodeclaim.go offeringsToReserve
   */
  #withReservations(
    found: Omit<Accepted, "ok" | "reservedOfferings">,
    { reservations, reservedCapacity, reservedOfferingMode }: ProbeContext,
  ): ProbeOutcome {
    const compatible = reservedCapacity
      ? this.compiled.catalogue.reservedOfferings(found.instanceTypes, found.requirements)
      : [];
    const reservedOfferings = compatible.filter((it) => reservations.canReserve(this.serial, it));
    if (reservedCapacity && reservedOfferingMode === "Strict" && reservedOfferings.length === 0) {
      if (compatible.length > 0) {
        return reservedOfferingRefusal(
          "one or more instance types with compatible reserved offerings are available, " +
            "but could not be reserved",
        );
      }
      if (this.reservedOfferings.length > 0) {
        return reservedOfferingRefusal(
          "satisfying updated nodeclaim constraints would remove all compatible reserved " +
            "offering options",
        );
      }
    }
    return { ok: true, ...found, reservedOfferings };
  }

  /**
   * Places the pod; `accepted` is what `probe` answered.
   *
   * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/nodeclaim.go NodeClaim.Add
   */
  add(candidate: SchedulingPod, accepted: Accepted, context: ProbeContext): void {
    const { catalogue, template } = this.compiled;
    const { pod, requests } = candidate;
    const { topology, reservations } = context;
    this.pods.push(candidate.original);
    this.version++;
    this.instanceTypes = accepted.instanceTypes;
    this.requests = addResources(this.requests, requests);
    this.#placed = addRows(this.#placed, catalogue.columns.request(requests).row);
    this.#headroom = undefined;
    this.requirements = accepted.requirements;
    topology.register(labelHostname, this.#hostname);
    const { taints } = template.nodePool.spec.template.spec;
    topology.record(pod, taints, accepted.requirements, leniently);
    const ports = hostPorts(pod);
    if (ports.length > 0) {
      this.#hostPortUsage = this.#hostPortUsage.map((usage) => usage.add(pod, ports));
    }
    const { reservedOfferings } = accepted;
    if (reservedOfferings.length === 0 && this.reservedOfferings.length === 0) return;
    reservations.reserve(this.serial, reservedOfferings);
    const kept = new Set(reservedOfferings.map(reservationId));
    reservations.release(
      this.serial,
      this.reservedOfferings.filter((it) => !kept.has(reservationId(it))),
    );
    this.reservedOfferings = reservedOfferings;
  }
}

function refusal(message: () => string, isLasting = false): ProbeRefusal {
  return { ok: false, isReservedOfferingError: false, isLasting, message };
}

function reservedOfferingRefusal(message: string): ProbeRefusal {
  return { ok: false, isReservedOfferingError: true, isLasting: false, message: () => message };
}

function incompatibility(existing: Requirements, incoming: Requirements): string {
  return existing.compatible(incoming, allowUndefinedWellKnownLabels)?.message ?? "";
}
