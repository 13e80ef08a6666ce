import type { Diagnostic } from "../../core/units/index.ts";
import type { Step } from "./scenario-document.ts";

/** What is wrong, without the place. */
export type Complaint = Omit<Diagnostic, "file" | "line" | "column" | "path">;

/** Puts a complaint in its place, which is given from `spec` on. */
export type Complain = (steps: readonly Step[], complaint: Complaint) => Diagnostic;
