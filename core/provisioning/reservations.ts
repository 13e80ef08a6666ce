import type { InstanceType, Offering } from "../cloudprovider/index.ts";
import { invariant } from "../units/index.ts";

const reservedByTypes = new WeakMap<readonly InstanceType[], readonly Offering[]>();

/** The reserved offerings of the types; remembered by the list's identity, as most have none. */
function reservedOfferings(instanceTypes: readonly InstanceType[]): readonly Offering[] {
  let reserved = reservedByTypes.get(instanceTypes);
  if (reserved === undefined) {
    reserved = instanceTypes.flatMap(({ offerings }) =>
      offerings.filter(({ capacityType }) => capacityType === "reserved"),
    );
    reservedByTypes.set(instanceTypes, reserved);
  }
  return reserved;
}

/**
 * Who holds which capacity reservation during a run, so that a run doesn't plan more machines into
 * one than it has room for.
 *
 * Holders are NodeClaims, told apart by number. All operations may be repeated.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/reservationmanager.go ReservationManager
 */
export class Reservations {
  readonly #remaining = new Map<string, number>();
  readonly #heldBy = new Map<number, Set<string>>();

  /** Capacity by reservation: the least that any NodePool's offering tells, available or not. */
  constructor(instanceTypes: Iterable<readonly InstanceType[]>) {
    for (const list of instanceTypes) {
      for (const offering of reservedOfferings(list)) {
        const id = reservationId(offering);
        const capacity = offering.reservationCapacity ?? 0;
        this.#remaining.set(id, Math.min(this.#remaining.get(id) ?? capacity, capacity));
      }
    }
  }

  /** Whether the holder has the reservation or could still get it. */
  canReserve(holder: number, offering: Offering): boolean {
    const id = reservationId(offering);
    return this.#heldBy.get(holder)?.has(id) === true || this.#capacity(id) !== 0;
  }

  /** Takes one machine out of each reservation that the holder doesn't have yet. */
  reserve(holder: number, offerings: readonly Offering[]): void {
    for (const offering of offerings) {
      const id = reservationId(offering);
      const held = this.#heldBy.get(holder) ?? new Set();
      if (held.has(id)) continue;
      const capacity = this.#capacity(id) - 1;
      invariant(capacity >= 0, "an offering was reserved more often than it has room for", { id });
      this.#remaining.set(id, capacity);
      this.#heldBy.set(holder, held.add(id));
    }
  }

  /** Gives back what the holder has of these. */
  release(holder: number, offerings: readonly Offering[]): void {
    for (const offering of offerings) {
      const id = reservationId(offering);
      if (this.#heldBy.get(holder)?.delete(id) === true) {
        this.#remaining.set(id, this.#capacity(id) + 1);
      }
    }
  }

  /** How many machines the offering's reservation still has room for. */
  remainingCapacity(offering: Offering): number {
    return this.#capacity(reservationId(offering));
  }

  #capacity(id: string): number {
    const capacity = this.#remaining.get(id);
    invariant(capacity !== undefined, "an unknown offering was to be reserved", { id });
    return capacity;
  }
}

/** The reservation that an offering of capacity type `reserved` draws on. */
export function reservationId(offering: Offering): string {
  invariant(offering.reservationId !== undefined, "a reserved offering has no reservation id", {
    zone: offering.zone,
  });
  return offering.reservationId;
}
