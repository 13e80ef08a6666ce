import { InvalidArgumentError, Option } from "commander";
import { nearMiss } from "../core/apis/index.ts";
import { topics } from "./generate-topics.ts";

const known = topics.map(({ name }) => name);

/** The option of commands that can do with some of the generator's topics; all unless told. */
export function topicOption(): Option {
  return new Option("--topics <list>", `only some of ${known.join(", ")}`)
    .argParser(parseTopics)
    .default(known, "all");
}

/** An option's word as names of topics, in the generator's order. */
export function parseTopics(text: string): readonly string[] {
  const asked = text.split(",").map((name) => name.trim());
  for (const name of asked) {
    if (known.includes(name)) continue;
    const meant = nearMiss(name, known);
    const hint = meant === undefined ? `Topics are ${known.join(", ")}.` : `Write ${meant}.`;
    throw new InvalidArgumentError(`There is no topic ${JSON.stringify(name)}. ${hint}`);
  }
  return known.filter((name) => asked.includes(name));
}
