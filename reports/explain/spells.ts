import type { SimTime } from "../../core/units/index.ts";

/** A stretch in which at least one member of a group was held. */
export interface Spell {
  readonly group: string;
  readonly from: SimTime;
  /** Absent: until the end of the run. */
  readonly until?: SimTime;
  /** How many different members it held. */
  readonly members: number;
}

interface OpenSpell {
  readonly from: SimTime;
  readonly held: Set<string>;
  readonly seen: Set<string>;
}

/** Spells of many members, overlapping as they like, as spells of their groups. */
export class Spells {
  readonly #openByGroup = new Map<string, OpenSpell>();
  readonly #groupByMember = new Map<string, string>();
  readonly #spells: Spell[] = [];

  begin(group: string, member: string, at: SimTime): void {
    const open = this.#openByGroup.get(group) ?? { from: at, held: new Set(), seen: new Set() };
    open.held.add(member);
    open.seen.add(member);
    this.#openByGroup.set(group, open);
    this.#groupByMember.set(member, group);
  }

  end(member: string, at: SimTime): void {
    const group = this.#groupByMember.get(member);
    const open = group === undefined ? undefined : this.#openByGroup.get(group);
    this.#groupByMember.delete(member);
    if (group === undefined || open === undefined) return;
    open.held.delete(member);
    if (open.held.size > 0) return;
    this.#openByGroup.delete(group);
    this.#spells.push({ group, from: open.from, until: at, members: open.seen.size });
  }

  /** Ends every spell of the members that the test picks. */
  endOf(isPicked: (member: string) => boolean, at: SimTime): void {
    for (const member of [...this.#groupByMember.keys()]) {
      if (isPicked(member)) this.end(member, at);
    }
  }

  /** Ended ones in the order of their end, then those that hold still. */
  list(): readonly Spell[] {
    const open = [...this.#openByGroup].map(([group, { from, seen }]) => ({
      ...{ group, from, members: seen.size },
    }));
    return [...this.#spells, ...open];
  }
}
