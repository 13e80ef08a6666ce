import type { SimTime, UsdPerHour } from "../../core/units/index.ts";
import { formatTime, usdPerHour } from "../../core/units/index.ts";
import { loadCatalogue } from "../catalogue/catalogue.ts";
import type { ProblemLog } from "../reading/problem-log.ts";
import { TimestampReader } from "../reading/timestamps.ts";
import type { PriceRowSink } from "./delimited-prices.ts";
import type { PriceField, PriceRow, SpotPriceRecord } from "./price-row.ts";
import { requiredPriceFields } from "./price-row.ts";
import { looksLikeInstanceType, regionOfZone } from "./price-shapes.ts";

/** The products that run Karpenter's Linux nodes. */
export const linuxProducts: readonly string[] = ["Linux/UNIX", "Linux/UNIX (Amazon VPC)"];

/** Dearer than any machine that EC2 rents out: a price in another unit, or a shifted column. */
const usdPerHourMax = 1000;

/** How strictly a price history is read. */
export interface PriceCheckOptions {
  /** The values of ProductDescription that count; the others are left out with a warning. */
  readonly products?: readonly string[];
  /** Rows must ascend by time: going backwards is an error rather than nothing. */
  readonly strict?: boolean;
}

/** A name that was met: its own copy, so that it does not keep a chunk of the file in memory. */
interface KnownName {
  readonly name: string;
  /** Why it is suspicious; undefined where it is not. */
  readonly warning: string | undefined;
}

/**
 * Checks the rows of a price history and gathers the good ones in `records`, which the reader
 * empties. What is wrong goes to the log with line and column.
 */
export class PriceCheck implements PriceRowSink {
  /** The good rows since somebody last emptied the list, in the order of the file. */
  records: SpotPriceRecord[] = [];
  /** How many rows were read, good or bad, of any product. */
  rowCount = 0;

  readonly #log: ProblemLog;
  readonly #products: ReadonlySet<string>;
  readonly #isStrict: boolean;
  readonly #timestamps = new TimestampReader();
  readonly #types = new Map<string, KnownName | undefined>();
  readonly #zones = new Map<string, KnownName | undefined>();
  readonly #regions: ReadonlySet<string>;
  #promisesOrder = false;
  #latest: SimTime | undefined;

  constructor(log: ProblemLog, options: PriceCheckOptions = {}) {
    const { pricedRegions, advisedRegions } = loadCatalogue();
    this.#log = log;
    this.#products = new Set(options.products ?? linuxProducts);
    this.#isStrict = options.strict === true;
    this.#regions = new Set([...pricedRegions, ...advisedRegions]);
  }

  begin(format: { readonly promisesOrder: boolean }): void {
    this.#promisesOrder = format.promisesOrder;
  }

  row(row: PriceRow): void {
    this.rowCount += 1;
    const product = row.text("productDescription");
    if (product !== undefined && !this.#products.has(product)) {
      this.#leaveOut(row, product);
      return;
    }
    const missing = requiredPriceFields.find((field) => (row.text(field) ?? "") === "");
    if (missing !== undefined) {
      this.#refuse(row, missing, "spot-prices/missing-value", "a value", "has no value for it");
      return;
    }
    const time = this.#time(row);
    const zone = this.#zone(row);
    const type = this.#type(row);
    const price = this.#price(row);
    if (time !== undefined && zone !== undefined && type !== undefined && price !== undefined) {
      this.#checkOrder(row, time);
      this.records.push({
        time,
        availabilityZone: zone,
        instanceType: type,
        usdPerHour: price,
        line: row.line,
      });
    }
  }

  #time(row: PriceRow): SimTime | undefined {
    const read = this.#timestamps.read(row.text("timestamp") ?? "");
    if (read === undefined) {
      const allowed = "an RFC 3339 time such as 2026-03-01T00:00:00Z";
      this.#refuse(row, "timestamp", "spot-prices/bad-timestamp", allowed, "has no valid time");
    } else if (!read.hasOffset) {
      this.#log.warn({
        ...row.place("timestamp"),
        code: "spot-prices/time-without-offset",
        found: "times without offset",
        allowed: "times with offset, such as 2026-03-01T00:00:00Z",
        message: "times without offset are read as UTC",
      });
    }
    return read?.time;
  }

  #price(row: PriceRow): UsdPerHour | undefined {
    const text = row.text("usdPerHour") ?? "";
    const price = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (price > 0 && price <= usdPerHourMax) {
      return usdPerHour(price);
    }
    const allowed = `a price in USD per hour above 0 and up to ${usdPerHourMax}`;
    const fault = Number.isNaN(price)
      ? (["spot-prices/price-not-a-number", "has a price that is no number"] as const)
      : price < 0
        ? (["spot-prices/negative-price", "has a negative price"] as const)
        : price === 0
          ? (["spot-prices/zero-price", "has a price of zero"] as const)
          : (["spot-prices/absurd-price", "has a price above that of any instance type"] as const);
    this.#refuse(row, "usdPerHour", fault[0], allowed, fault[1]);
    return undefined;
  }

  #type(row: PriceRow): string | undefined {
    const text = row.text("instanceType") ?? "";
    if (!this.#types.has(text)) {
      this.#types.set(text, knownType(text));
    }
    const known = this.#types.get(text);
    if (known === undefined) {
      const allowed = "the name of an EC2 instance type such as m5.large";
      const code = "spot-prices/bad-instance-type";
      this.#refuse(row, "instanceType", code, allowed, "names no instance type");
    } else if (known.warning !== undefined) {
      this.#warnName(row, "instanceType", "spot-prices/unknown-instance-type", known.warning);
    }
    return known?.name;
  }

  #zone(row: PriceRow): string | undefined {
    const text = row.text("availabilityZone") ?? "";
    if (!this.#zones.has(text)) {
      this.#zones.set(text, this.#knownZone(text));
    }
    const known = this.#zones.get(text);
    if (known === undefined) {
      const allowed = "the name of an Availability Zone such as us-east-1a, not its id";
      this.#refuse(row, "availabilityZone", "spot-prices/bad-zone", allowed, "names no zone");
    } else if (known.warning !== undefined) {
      this.#warnName(row, "availabilityZone", "spot-prices/unknown-zone", known.warning);
    }
    return known?.name;
  }

  #knownZone(text: string): KnownName | undefined {
    const region = regionOfZone(text);
    if (region === undefined) {
      return undefined;
    }
    const isKnown = this.#regions.has(region);
    return {
      name: ownCopy(text),
      warning: isKnown ? undefined : `zone ${text} is in a region that the catalogue does not know`,
    };
  }

  #checkOrder(row: PriceRow, time: SimTime): void {
    if (this.#latest !== undefined && time < this.#latest) {
      const problem = {
        ...row.place("timestamp"),
        code: "spot-prices/time-goes-backwards",
        allowed: "rows ascending by time",
      };
      if (this.#isStrict) {
        const message = `line ${row.line} is earlier than a row before it`;
        this.#log.error({ ...problem, found: formatTime(time), message });
      } else if (this.#promisesOrder) {
        const message = "rows are earlier than rows before them; they were sorted";
        this.#log.warn({ ...problem, found: "rows out of order", message });
      }
    } else {
      this.#latest = time;
    }
  }

  #leaveOut(row: PriceRow, product: string): void {
    this.#log.warn({
      ...row.place("productDescription"),
      code: "spot-prices/other-product",
      found: product,
      allowed: [...this.#products].join(", "),
      message: `rows of product ${product} were left out`,
    });
  }

  #warnName(row: PriceRow, field: PriceField, code: string, message: string): void {
    this.#log.warn({
      ...row.place(field),
      code,
      found: row.text(field) ?? "",
      allowed: "a name that the catalogue knows",
      message,
    });
  }

  #refuse(row: PriceRow, field: PriceField, code: string, allowed: string, what: string): void {
    const place = row.place(field);
    this.#log.error({
      ...place,
      path: field,
      code,
      found: row.text(field) ?? "",
      allowed,
      message: `line ${place.line} ${what}`,
    });
  }
}

function knownType(text: string): KnownName | undefined {
  if (!looksLikeInstanceType(text)) {
    return undefined;
  }
  const isKnown = loadCatalogue().findInstanceType(text) !== undefined;
  return {
    name: ownCopy(text),
    warning: isKnown ? undefined : `instance type ${text} is not in the catalogue`,
  };
}

/** The same text in memory of its own: a slice would keep the whole chunk that it was cut from. */
function ownCopy(text: string): string {
  return Buffer.from(text).toString();
}
