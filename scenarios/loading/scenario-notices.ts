import type { Diagnostic } from "../../core/units/index.ts";
import { compareStrings } from "../../core/units/index.ts";
import type { PolicyCluster } from "./load-clusters.ts";

/** Something about the input that every report has to say. */
export interface ScenarioNotice {
  /** A stable name. */
  readonly code: string;
  /** One sentence. */
  readonly message: string;
}

/**
 * The warnings of a scenario as lines of a report, then one line about the fields that have no effect
 * on anything simulated. Files are named as the scenario names them, so that reports do not depend on
 * where the folder lies.
 */
export function scenarioNotices(
  warnings: readonly Diagnostic[],
  clusters: readonly PolicyCluster[],
  names: ReadonlyMap<string, string>,
): readonly ScenarioNotice[] {
  const told = warnings.map(({ code, file, line, message }) => {
    const where = `${names.get(file) ?? file}${line === undefined ? "" : `:${line}`}`;
    return { code, message: `${where}: ${message}` };
  });
  const fields = new Set(
    clusters.flatMap(({ manifests }) =>
      manifests.neutralFields.map(({ kind, path }) => (path === "" ? kind : `${kind} ${path}`)),
    ),
  );
  if (fields.size === 0) return told;
  const list = [...fields].sort(compareStrings).join(", ");
  const message = `these have no effect on anything that is simulated: ${list}`;
  return [...told, { code: "manifests/neutral-fields", message }];
}
