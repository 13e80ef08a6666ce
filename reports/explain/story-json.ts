import type { SimTime } from "../../core/units/index.ts";
import { formatTime } from "../../core/units/index.ts";
import type { ToldStory } from "./explain.ts";

/** Names the form of the JSON; a key is only ever added to it. */
const storySchema = "dryfit.dev/story/v1";

/** A story as machines read it: times are RFC 3339, everything is in full. */
export function storyJson(
  { story, from, until }: ToldStory,
  { policy, seed }: { readonly policy?: string | undefined; readonly seed?: number | undefined },
): unknown {
  const { kind, name, names, figures, summary, moments, stays, tenancies, days } = story;
  return {
    schema: storySchema,
    run: {
      ...(policy === undefined ? {} : { policy }),
      ...(seed === undefined ? {} : { seed }),
      from: formatTime(from),
      until: formatTime(until),
    },
    object: { kind, name, ...names },
    summary,
    figures,
    moments: moments.map((moment) => timed(moment, ["at", "until"])),
    stays: stays.map((stay) => timed(stay, ["from", "until"])),
    tenancies: tenancies.map(({ successor, ...tenancy }) => ({
      ...timed(tenancy, ["from", "until"]),
      ...(successor === undefined ? {} : { successor: timed(successor, ["createdAt", "boundAt"]) }),
    })),
    days,
  };
}

/** The object with its times written out; those that are absent stay so. */
function timed<T extends object>(object: T, keys: readonly (keyof T & string)[]): object {
  const times = keys.flatMap((key) => {
    const time = object[key] as SimTime | undefined;
    return time === undefined ? [] : [[key, formatTime(time)]];
  });
  return { ...object, ...(Object.fromEntries(times) as object) };
}
