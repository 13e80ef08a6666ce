/**
 * From a journal to the story of one object, in two readings: the first finds the object, the second
 * gathers what is told of it. Memory grows with the story and the cluster, not with the run.
 */
import type { SimTime } from "../../core/units/index.ts";
import { simTime } from "../../core/units/index.ts";
import type { LedgerEntry, LedgerEntryKind } from "../../sim/ledger/index.ts";
import { NodePoolStory } from "./node-pool-story.ts";
import { NodeStory } from "./node-story.ts";
import { type Finding, type FoundObject, ObjectFinder, type ObjectQuery } from "./object-query.ts";
import { PodStory } from "./pod-story.ts";
import { readJournal } from "./read-journal.ts";
import type { Story } from "./story.ts";

/** What a query means in a journal. */
export async function findObject(journalPath: string, query: ObjectQuery): Promise<Finding> {
  const finder = new ObjectFinder(query);
  for await (const entry of readJournal(journalPath, (kind) => finder.wants(kind))) {
    finder.add(entry);
  }
  return finder.finding();
}

/** A story with the stretch of time that its journal covers. */
export interface ToldStory {
  readonly story: Story;
  readonly from: SimTime;
  readonly until: SimTime;
}

/** The story of an object that was found in the journal. */
export async function tellStory(journalPath: string, object: FoundObject): Promise<ToldStory> {
  const gatherer = gathererOf(object);
  let from: SimTime | undefined;
  let until: SimTime = simTime(0);
  const wants = (kind: LedgerEntryKind, line: string, at: SimTime): boolean => {
    from ??= at;
    if (at > until) until = at;
    return gatherer.wants(kind, line);
  };
  for await (const entry of readJournal(journalPath, wants)) gatherer.add(entry);
  return { story: gatherer.story(until), from: from ?? until, until };
}

interface Gatherer {
  wants(kind: LedgerEntryKind, line: string): boolean;
  add(entry: LedgerEntry): void;
  story(end: SimTime): Story;
}

function gathererOf({ kind, name, nodeClaimName }: FoundObject): Gatherer {
  switch (kind) {
    case "pod":
      return new PodStory(name);
    case "nodepool":
      return new NodePoolStory(name);
    case "node":
    case "nodeclaim": {
      const node = new NodeStory(nodeClaimName ?? name);
      return {
        wants: (entryKind, line) => node.wants(entryKind, line),
        add: (entry) => node.add(entry),
        story: (end) => node.story(kind, end),
      };
    }
  }
}
