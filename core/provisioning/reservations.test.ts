import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instanceType, offering } from "../../test/support/instance-types.ts";
import { nodePool } from "../../test/support/node-pools.ts";
import { pod, pods } from "../../test/support/pods.ts";
import { describeResults, schedule } from "../../test/support/scheduling.ts";
import { toNodeClaimDraft } from "./node-claim-draft.ts";
import { Reservations } from "./reservations.ts";

function reserved(reservationId: string, reservationCapacity: number) {
  return offering({ capacityType: "reserved", reservationId, reservationCapacity, price: 0 });
}

const withReservation = instanceType({
  name: "reserved-type",
  offerings: [reserved("cr-1", 1), offering()],
});
const big = { requests: { cpu: "3" } };

describe("Reservations", () => {
  it("hold the least that any offering tells of a reservation", () => {
    const [few, many] = [reserved("cr-1", 2), reserved("cr-1", 5)];
    const types = [few, many].map((it) => instanceType({ offerings: [it] }));
    expect(new Reservations([types]).remainingCapacity(many)).toBe(2);
  });

  it("are taken once per holder and given back", () => {
    const one = reserved("cr-1", 1);
    const reservations = new Reservations([[instanceType({ offerings: [one] })]]);
    reservations.reserve(1, [one]);
    reservations.reserve(1, [one]);
    expect(reservations.canReserve(1, one)).toBe(true);
    expect(reservations.canReserve(2, one)).toBe(false);
    reservations.release(2, [one]);
    expect(reservations.canReserve(2, one)).toBe(false);
    reservations.release(1, [one]);
    reservations.release(1, [one]);
    expect(reservations.remainingCapacity(one)).toBe(1);
  });

  it("are taken and given back several at a time, each counted by itself", () => {
    const [one, two, three] = [reserved("cr-1", 2), reserved("cr-2", 1), reserved("cr-3", 1)];
    const reservations = new Reservations([[instanceType({ offerings: [one, two, three] })]]);
    const left = () => [one, two, three].map((it) => reservations.remainingCapacity(it));
    reservations.reserve(1, [one, two]);
    reservations.reserve(1, [two, three]);
    expect(left()).toEqual([1, 0, 0]);
    reservations.reserve(2, [one]);
    expect([1, 2, 3].map((holder) => reservations.canReserve(holder, one))).toEqual([
      true,
      true,
      false,
    ]);
    reservations.release(1, [three]);
    expect(left()).toEqual([0, 0, 1]);
    reservations.release(3, [one, two, three]);
    expect(left()).toEqual([0, 0, 1]);
  });

  it("cannot be taken beyond their capacity, nor be unknown", () => {
    const one = reserved("cr-1", 1);
    const reservations = new Reservations([[instanceType({ offerings: [one] })]]);
    reservations.reserve(1, [one]);
    expect(() => reservations.reserve(2, [one])).toThrow("reserved more often");
    const unknown = reserved("cr-2", 1);
    expect(() => reservations.canReserve(1, unknown)).toThrow("unknown offering");
    expect(() => reservations.reserve(1, [unknown])).toThrow("unknown offering");
  });

  it("add up: what is left and what is held is the capacity, whatever happens", () => {
    const offerings = [1, 2, 3].map((capacity) => reserved(`cr-${capacity}`, capacity));
    const step = fc.record({
      holder: fc.integer({ min: 1, max: 4 }),
      index: fc.integer({ min: 0, max: 2 }),
      isRelease: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const reservations = new Reservations([[instanceType({ offerings })]]);
        const held = new Set<string>();
        for (const { holder, index, isRelease } of steps) {
          const chosen = offerings.slice(index, index + 1);
          const mine = `${holder} ${index}`;
          if (isRelease) {
            reservations.release(holder, chosen);
            held.delete(mine);
          } else if (chosen.every((it) => reservations.canReserve(holder, it))) {
            reservations.reserve(holder, chosen);
            held.add(mine);
          }
          for (const [at, offering] of offerings.entries()) {
            const count = [...held].filter((it) => it.endsWith(` ${at}`)).length;
            expect(reservations.remainingCapacity(offering) + count).toBe(at + 1);
          }
        }
      }),
    );
  });
});

describe("reserved capacity", () => {
  const base = { instanceTypes: [withReservation], podsToSchedule: pods(2, big) };

  it("is launched before anything else, into the reservations held", () => {
    const [first] = schedule(base).newNodeClaims;
    const requirements = first && toNodeClaimDraft(first).spec.requirements;
    expect(requirements).toEqual(
      expect.arrayContaining([
        { key: "karpenter.k8s.aws/capacity-reservation-id", operator: "In", values: ["cr-1"] },
        { key: "karpenter.sh/capacity-type", operator: "In", values: ["reserved"] },
      ]),
    );
  });

  it("is waited for in Strict mode: the pod is put off without trying lower NodePools", () => {
    const nodePools = [nodePool({ name: "first" }), nodePool({ name: "second" })];
    const results = schedule({ ...base, nodePools });
    expect(describeResults(results)).toEqual([
      "new first [pod-1] on reserved-type",
      "pod-2: one or more instance types with compatible reserved offerings are available, but " +
        "could not be reserved",
    ]);
    expect([...results.podErrors.values()][0]?.kind).toBe("reserved-offering");
  });

  it("gives way to on-demand in Fallback mode, and without the feature gate", () => {
    for (const options of [
      { reservedOfferingMode: "Fallback" },
      { reservedCapacity: false },
    ] as const) {
      const results = schedule({ ...base, options });
      expect(results.newNodeClaims).toHaveLength(2);
      expect(results.newNodeClaims[1]?.reservedOfferings).toEqual([]);
    }
  });

  it("is not given up for a further pod in Strict mode", () => {
    const types = [
      instanceType({
        name: "both",
        offerings: [reserved("cr-1", 1), offering({ zone: "test-zone-2" })],
      }),
    ];
    const podsToSchedule = [
      pod({ name: "first", requests: { cpu: "1" } }),
      pod({
        name: "second",
        spec: { nodeSelector: { "topology.kubernetes.io/zone": "test-zone-2" } },
      }),
    ];
    expect(describeResults(schedule({ instanceTypes: types, podsToSchedule }))).toEqual([
      "new default [first] on both",
      "new default [second] on both",
    ]);
    const options = { reservedOfferingMode: "Fallback" } as const;
    expect(describeResults(schedule({ instanceTypes: types, podsToSchedule, options }))).toEqual([
      "new default [first second] on both",
    ]);
  });

  it("keeps preferences from being dropped while a reservation may come free", () => {
    const prefers = pod({
      name: "prefers",
      ...big,
      affinity: {
        preferredNodeTerms: [
          {
            weight: 1,
            preference: {
              matchExpressions: [
                { key: "topology.kubernetes.io/zone", operator: "In", values: ["test-zone-1"] },
              ],
              matchFields: [],
            },
          },
        ],
      },
    });
    const results = schedule({ ...base, podsToSchedule: [pod({ name: "a", ...big }), prefers] });
    expect([...results.podErrors.values()].map(({ kind }) => kind)).toEqual(["reserved-offering"]);
  });
});
