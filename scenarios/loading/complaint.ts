import { after, type Diagnostic, formatTime } from "../../core/units/index.ts";
import type { ScenarioSpec } from "../scenario-schema.ts";
import { instantOf } from "../schema/value-fields.ts";
import type { Step } from "./scenario-document.ts";

/** What is wrong, without the place. */
export type Complaint = Omit<Diagnostic, "file" | "line" | "column" | "path">;

/** Puts a complaint in its place, which is given from `spec` on. */
export type Complain = (steps: readonly Step[], complaint: Complaint) => Diagnostic;

/** A complaint about something at a time at which nothing runs; none without a time. */
export function outsideOfRun(
  { start, duration }: ScenarioSpec,
  at: Parameters<typeof instantOf>[0] | undefined,
  what: string,
): readonly Complaint[] {
  if (at === undefined) return [];
  const time = instantOf(at, start);
  const end = after(start, duration);
  if (time >= start && time < end) return [];
  return [
    {
      code: "scenario/outside-of-run",
      found: formatTime(time),
      allowed: `from ${formatTime(start)} to before ${formatTime(end)}`,
      message: `the ${what} is outside of the run`,
    },
  ];
}
