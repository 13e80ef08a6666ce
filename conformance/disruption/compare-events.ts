/** How the events of two sides differ. */
import { type TextComparison, withoutChance, withRelativeNumbers } from "../compared-texts.ts";
import type { DecidedEvent, TimedEvent } from "./cases.ts";
import { eventText } from "./inspect-methods.ts";

/** An event, with its time in a run. */
type Told = DecidedEvent | TimedEvent;

/** About nodes, NodePools and pods. */
export function allEvents(side: {
  readonly events: readonly Told[];
  readonly podEvents: readonly Told[];
}): readonly Told[] {
  return [...side.events, ...side.podEvents];
}

/**
 * Events of one side alone, in any order, each at the time when it was told first. A text that chance
 * varies is told anew, so such ones have to agree in when any of them was first, and each has to be
 * the same as one of the other side's.
 */
export function eventDifferences(
  what: string,
  upstream: readonly Told[],
  ours: readonly Told[],
  texts: TextComparison,
): readonly string[] {
  const [theirs, own] = [upstream, ours].map((it) => firstTold(it, withRelativeNumbers));
  const [theirsVaried, ownVaried] = [upstream, ours].map((it) => firstTold(it, withoutChance));
  const differing = new Set([
    ...without(theirsVaried, ownVaried).map((it) => `${what}: only upstream ${it.text}`),
    ...without(ownVaried, theirsVaried).map((it) => `${what}: only ours ${it.text}`),
  ]);
  const alone = without(theirs, own);
  for (let same = (theirs?.size ?? 0) - alone.length; same > 0; same--)
    texts.count("to the letter");
  for (const { event, text } of alone) {
    const isExcused = ours.some((it) => texts.isSame(eventText(event), eventText(it)));
    if (!isExcused) differing.add(`${what}: only upstream ${text}`);
  }
  for (const { event, text } of without(own, theirs)) {
    const isExcused = upstream.some((it) => texts.isSame(eventText(it), eventText(event)));
    if (!isExcused) differing.add(`${what}: only ours ${text}`);
  }
  return [...differing];
}

interface FirstTold {
  readonly event: Told;
  /** With the time, where there is one. */
  readonly text: string;
}

function firstTold(
  events: readonly Told[],
  normalize: (text: string) => string,
): ReadonlyMap<string, FirstTold> {
  const byText = new Map<string, FirstTold>();
  for (const event of events) {
    const plain = normalize(eventText(event));
    const text = "atMs" in event ? `${event.atMs} ms ${plain}` : plain;
    if (!byText.has(plain)) byText.set(plain, { event, text });
  }
  return new Map([...byText.values()].map((it) => [it.text, it]));
}

function without(
  some: ReadonlyMap<string, FirstTold> = new Map(),
  others: ReadonlyMap<string, FirstTold> = new Map(),
): readonly FirstTold[] {
  return [...some].filter(([text]) => !others.has(text)).map(([, told]) => told);
}
