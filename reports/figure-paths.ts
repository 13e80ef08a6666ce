import type { Figure, PolicyReport, Report } from "./report-schema.ts";

/** A figure of a report and where it stands. */
export interface PlacedFigure {
  readonly policy: string;
  /** In the policy, `cost.byNodePool.default`; a key that is no plain word is quoted in brackets. */
  readonly path: string;
  /** Null where no seed had a value. */
  readonly figure: Figure | null;
}

const listNames = new Map<string, (item: Readonly<Record<string, unknown>>) => string>([
  ["workloads", (item) => String(item["name"])],
  [
    "shares",
    (item) =>
      [item["nodePool"], item["capacityType"], item["instanceFamily"]].map(String).join("/"),
  ],
]);

/** Parts of a policy that hold no figures. */
const withoutFigures = new Set(["name", "experiments", "decisionLatency", "series", "unscheduled"]);

/** Every figure of a report, in the order of the report. */
export function placedFigures({ policies }: Report): readonly PlacedFigure[] {
  return policies.flatMap((policy) => inside(policy, policy.name, ""));
}

/** The path of a policy's figure from the top of the report: `policies.balanced.cost.totalUsd`. */
export function fullPath({ policy, path }: Pick<PlacedFigure, "policy" | "path">): string {
  return `${step("policies", policy)}.${path}`;
}

function inside(
  value: PolicyReport | Readonly<Record<string, unknown>>,
  policy: string,
  path: string,
): readonly PlacedFigure[] {
  return Object.entries(value).flatMap(([key, each]: [string, unknown]) => {
    if (path === "" && withoutFigures.has(key)) return [];
    if (key === "unscheduled" && Array.isArray(each)) return [];
    const at = step(path, key);
    if (isFigure(each)) return [{ policy, path: at, figure: each }];
    const nameOf = listNames.get(key);
    if (Array.isArray(each) && nameOf !== undefined) {
      return each.flatMap((item: Readonly<Record<string, unknown>>) =>
        inside(item, policy, step(at, nameOf(item))),
      );
    }
    return isRecord(each) ? inside(each, policy, at) : [];
  });
}

function step(path: string, key: string): string {
  const word = /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key);
  if (!word) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

function isFigure(value: unknown): value is Figure | null {
  return value === null || typeof value === "number" || (isRecord(value) && "ci95" in value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
