import type { ProblemLog } from "../reading/problem-log.ts";
import type { PriceField } from "./price-row.ts";
import { priceFieldOf, requiredPriceFields } from "./price-row.ts";
import { priceFieldByShape } from "./price-shapes.ts";

/** Which column of a delimited file holds which field. */
export interface PriceColumns {
  /** Whether the first row is a header and no data. */
  readonly hasHeader: boolean;
  /** Whether the format says that rows ascend by time: our own does. */
  readonly promisesOrder: boolean;
  readonly indexByField: ReadonlyMap<PriceField, number>;
}

const columnNames =
  "timestamp, availability_zone, instance_type, usd_per_hour (or AWS's Timestamp, " +
  "AvailabilityZone, InstanceType, SpotPrice), optionally product_description";

/**
 * Finds the columns by the names of the first row or, where that row is data, by the looks of its
 * fields: old archives have no header and no agreed order.
 *
 * Undefined, with the reasons in the log, when a field is missing or could be two columns.
 */
export function findPriceColumns(
  firstRow: readonly string[],
  line: number,
  log: ProblemLog,
): PriceColumns | undefined {
  const hasHeader = firstRow.some((name) => priceFieldOf(name) !== undefined);
  const fieldOf = hasHeader ? priceFieldOf : priceFieldByShape;
  const indexByField = new Map<PriceField, number>();
  let isClear = true;
  for (const [index, text] of firstRow.entries()) {
    const field = fieldOf(text);
    const other = field === undefined ? undefined : indexByField.get(field);
    if (field !== undefined && other === undefined) {
      indexByField.set(field, index);
    } else if (field !== undefined && other !== undefined) {
      isClear = false;
      log.error({
        line,
        code: "spot-prices/ambiguous-column",
        found: `"${firstRow[other] ?? ""}" and "${text}"`,
        allowed: columnNames,
        hint: "name the columns in a first line",
        message: `columns ${other + 1} and ${index + 1} could both be the ${field}`,
      });
    }
  }
  for (const field of requiredPriceFields) {
    if (!indexByField.has(field)) {
      isClear = false;
      log.error({
        line,
        code: "spot-prices/missing-column",
        found: firstRow.join(", "),
        allowed: columnNames,
        message: hasHeader
          ? `no column of the header is the ${field}`
          : `no field of the first row looks like the ${field}, and there is no header`,
      });
    }
  }
  const promisesOrder = hasHeader && firstRow.includes("usd_per_hour");
  return isClear ? { hasHeader, promisesOrder, indexByField } : undefined;
}
