import type { ConformanceCase, Manifest } from "../cases.ts";
import type { TitledCase } from "./build.ts";

/** Titles of a topic as cases, named `topic: title`; their topic is `titles: topic`. */
export function titleCasesOf(
  topic: string,
  titles: readonly TitledCase[],
): readonly ConformanceCase[] {
  return titles.map((it) => ({
    name: `${topic}: ${it.title}`,
    topic: `titles: ${topic}`,
    now: "2026-03-01T00:00:00Z",
    options: {
      preferencePolicy: it.preferencePolicy ?? "Respect",
      minValuesPolicy: it.minValuesPolicy ?? "Strict",
      ...(it.featureGates === undefined ? {} : { featureGates: it.featureGates }),
    },
    inFull: true,
    instanceTypeSet: it.instanceTypeSet ?? "assorted",
    objects: { kind: "List", items: [namespace("default"), namespace("other"), ...it.objects] },
  }));
}

function namespace(name: string): Manifest {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { name } } };
}
