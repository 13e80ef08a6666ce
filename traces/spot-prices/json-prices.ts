import type { FlatJsonObject, JsonMember } from "../reading/json-objects.ts";
import { JsonObjectScanner } from "../reading/json-objects.ts";
import type { ProblemLog } from "../reading/problem-log.ts";
import type { PriceRowSink } from "./delimited-prices.ts";
import type { PriceField, PricePlace, PriceRow } from "./price-row.ts";
import { priceFieldOf } from "./price-row.ts";

/** Keys repeat with every record; cutting each down to its letters anew would cost more than its value. */
class KeyFields {
  readonly #fieldByKey = new Map<string, PriceField | undefined>();

  find(key: string): PriceField | undefined {
    const known = this.#fieldByKey.get(key);
    if (known !== undefined || this.#fieldByKey.has(key)) {
      return known;
    }
    const field = priceFieldOf(key);
    this.#fieldByKey.set(key, field);
    return field;
  }
}

class JsonRow implements PriceRow {
  line = 0;
  column = 0;
  readonly memberByField = new Map<PriceField, JsonMember>();

  text(field: PriceField): string | undefined {
    return this.memberByField.get(field)?.text;
  }

  place(field: PriceField): PricePlace {
    const { line, column } = this.memberByField.get(field) ?? this;
    return { line, column };
  }
}

/**
 * Reads the JSON of `aws ec2 describe-spot-price-history`: one document, pages one after the other,
 * an array of pages, a bare array of records, or one record a line.
 *
 * A page has no order that its reference documents agree on, so none is promised. Yields after each
 * chunk, so that the consumer can take what the sink has gathered.
 */
export async function* readJsonPrices(
  chunks: AsyncIterable<string>,
  log: ProblemLog,
  sink: PriceRowSink,
): AsyncGenerator<void> {
  const row = new JsonRow();
  const fields = new KeyFields();
  sink.begin({ promisesOrder: false });
  const scanner = new JsonObjectScanner(log, (object) =>
    takeObject(object, row, fields, log, sink),
  );
  for await (const chunk of chunks) {
    if (!scanner.write(chunk)) {
      yield;
      return;
    }
    yield;
  }
  if (!log.hasErrors) {
    scanner.end();
  }
  yield;
}

function takeObject(
  object: FlatJsonObject,
  row: JsonRow,
  fields: KeyFields,
  log: ProblemLog,
  sink: PriceRowSink,
): void {
  row.memberByField.clear();
  row.line = object.line;
  row.column = object.column;
  for (const member of object.members) {
    const field = fields.find(member.key);
    if (field !== undefined) {
      row.memberByField.set(field, member);
    }
  }
  if (row.memberByField.size > 0) {
    sink.row(row);
  } else if (!object.members.every(({ key }) => key === "NextToken")) {
    log.warn({
      line: object.line,
      column: object.column,
      code: "spot-prices/unknown-object",
      found: object.members.map(({ key }) => key).join(", "),
      allowed: "Timestamp, AvailabilityZone, InstanceType, SpotPrice, ProductDescription",
      message: "an object without any price was left out",
    });
  }
}
