import type { SimTime } from "../../core/units/index.ts";
import type { LedgerEntry, LedgerEntryKind } from "../../sim/ledger/index.ts";
import { countOf, formatRate } from "../number-text.ts";
import { commandWords } from "./live-cluster.ts";
import { listNames, type Moments } from "./moments.ts";

type Entry<Kind extends LedgerEntryKind> = Extract<LedgerEntry, { kind: Kind }>;

const namedTypes = 5;

/** Why a machine was asked for, and why EC2 gave the one that it gave. */
export class LaunchMoments {
  readonly #moments: Moments;
  /** Offerings that are out of decisions, by name, until when; past ones are dropped. */
  readonly #unavailable = new Map<string, SimTime>();
  #created: Entry<"node-claim-created"> | undefined;
  #isTold = false;

  constructor(moments: Moments) {
    this.#moments = moments;
  }

  unavailable({
    at,
    capacityType,
    instanceType,
    zone,
    until,
  }: Entry<"offering-unavailable">): void {
    for (const [name, end] of this.#unavailable) if (end < at) this.#unavailable.delete(name);
    if (capacityType === "spot") this.#unavailable.set(`${instanceType} in ${zone}`, until);
  }

  created(entry: Entry<"node-claim-created">): void {
    this.#created = entry;
    // What it replaces is known when the command is told, at the same instant.
    if (entry.commandId === undefined) this.#tellCreated(entry);
  }

  #tellCreated(entry: Entry<"node-claim-created">): void {
    this.#isTold = true;
    const { pods, podCount, reason, at, nodeClaimName } = entry;
    const what = podCount === 0 ? "" : ` for ${countOf(podCount, "pod")}`;
    this.#moments.add(at, {
      what: "created",
      text: `NodeClaim ${nodeClaimName} created${what} (${reason})`,
      details: [...(podCount === 0 ? [] : [listNames(pods, podCount)]), ...this.#choices(entry)],
    });
  }

  /** A command: it may be the one whose replacement this is. */
  command(entry: Entry<"disruption-command">): void {
    const created = this.#created;
    if (created === undefined || created.commandId !== entry.commandId) return;
    this.#isTold = true;
    const { usdPerHourBefore, usdPerHourAfter, candidates } = entry;
    this.#moments.add(created.at, {
      what: "created",
      text: `NodeClaim ${created.nodeClaimName} created as a replacement by ${entry.commandId}`,
      details: [
        `${commandWords(entry).replace("this node", "a node")}: ${listNames(candidates, candidates.length)}`,
        `${formatRate(usdPerHourBefore)} -> ${formatRate(usdPerHourAfter)} an hour`,
        `for ${countOf(created.podCount, "pod")}: ${listNames(created.pods, created.podCount)}`,
        ...this.#choices(created),
      ],
    });
  }

  #choices({ instanceTypes, capacityTypes }: Entry<"node-claim-created">): readonly string[] {
    const types =
      instanceTypes.length === 0
        ? "any instance type of its NodePool"
        : instanceTypes.length <= namedTypes
          ? `as ${instanceTypes.join(" or ")}`
          : `as one of ${instanceTypes.length} instance types`;
    return [capacityTypes.length === 0 ? types : `${types}; ${capacityTypes.join(" or ")}`];
  }

  launched(entry: Entry<"instance-launched">): void {
    const { instanceType, capacityType, zone, instanceId, at } = entry;
    // Of a command that could not be started in the end.
    if (this.#created !== undefined && !this.#isTold) this.#tellCreated(this.#created);
    const why = this.#whyOnDemand(entry);
    this.#moments.add(at, {
      what: "launched",
      text: `EC2 launched ${instanceType}, ${capacityType}, ${zone} (${instanceId})`,
      details: why === undefined ? [] : why,
    });
    this.#unavailable.clear();
  }

  #whyOnDemand({ onDemandReason }: Entry<"instance-launched">): readonly string[] | undefined {
    const {
      capacityTypes = [],
      allowedCapacityTypes = [],
      instanceTypes = [],
    } = this.#created ?? {};
    const wasDropped = allowedCapacityTypes.includes("spot") && !capacityTypes.includes("spot");
    switch (onDemandReason) {
      case undefined:
        return undefined;
      case "required":
        return wasDropped
          ? ["On-Demand: no Spot offering of its types was there", ...this.#missing(instanceTypes)]
          : ["On-Demand: nothing else is allowed"];
      case "spot-unavailable":
        return ["On-Demand: Spot was gone by then", ...this.#missing(instanceTypes)];
      case "spot-dearer":
        return ["On-Demand: Spot would have cost more"];
    }
  }

  #missing(instanceTypes: readonly string[]): readonly string[] {
    const names = [...this.#unavailable.keys()].filter((name) =>
      instanceTypes.some((type) => name.startsWith(`${type} in `)),
    );
    return names.length === 0 ? [] : [`refused by EC2 lately: ${listNames(names, names.length)}`];
  }
}
