import type { Diagnostic } from "../../core/units/index.ts";
import type { ScenarioDocument, Step } from "./scenario-document.ts";

/** Where something stands in a scenario. */
export type DocumentPlace = Pick<Diagnostic, "file" | "line" | "column" | "path">;

/** Where a value stands; of a path that leads nowhere, the last step that exists. */
export function atValue(document: ScenarioDocument, steps: readonly Step[]): DocumentPlace {
  return { file: document.file, ...document.valuePosition(steps), path: formatSteps(steps) };
}

/** Where the key of a value stands. */
export function atKey(document: ScenarioDocument, steps: readonly Step[]): DocumentPlace {
  return { file: document.file, ...document.keyPosition(steps), path: formatSteps(steps) };
}

/** The value at a path of plain data; undefined where it leads nowhere. */
export function valueAt(data: unknown, path: readonly Step[]): unknown {
  let value = data;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Readonly<Record<Step, unknown>>)[step];
  }
  return value;
}

/** `spec.policies[0].nodePools['*']` */
export function formatSteps(path: readonly Step[]): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/^[\w$-]+$/.test(step)) text += text === "" ? step : `.${step}`;
    else text += `['${step}']`;
  }
  return text;
}
