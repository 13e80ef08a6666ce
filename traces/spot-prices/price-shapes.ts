import { readTimestamp } from "../reading/timestamps.ts";
import type { PriceField } from "./price-row.ts";

/** `us-east-1a`, or a local or wavelength zone such as `us-west-2-lax-1a`; not a zone id. */
const zoneShape =
  /^([a-z]{2}(?:-[a-z]+)+-\d+)(?:-[a-z0-9]+)*?(?:-\d+)?[a-z]$|^([a-z]{2}(?:-[a-z]+)+-\d+)-wl\d-[a-z]+-wlz-\d+$/;

const typeShape = /^[a-z][a-z0-9-]*\.(?:nano|micro|small|medium|large|\d*xlarge|metal(?:-\d+xl)?)$/;
const decimalShape = /^\d+(?:\.\d+)?$/;
const productShape = /^(?:Linux\/UNIX|Red Hat Enterprise Linux|SUSE Linux|Windows)/;

/** The region of a zone name; undefined for what is no zone name. */
export function regionOfZone(zone: string): string | undefined {
  const match = zoneShape.exec(zone);
  return match?.[1] ?? match?.[2];
}

/** Whether the text has the form of an instance type's name, known or not. */
export function looksLikeInstanceType(text: string): boolean {
  return typeShape.test(text);
}

/** What a field is by its looks alone; undefined for what no price history holds. */
export function priceFieldByShape(text: string): PriceField | undefined {
  if (decimalShape.test(text)) {
    return "usdPerHour";
  }
  if (looksLikeInstanceType(text)) {
    return "instanceType";
  }
  if (regionOfZone(text) !== undefined) {
    return "availabilityZone";
  }
  if (readTimestamp(text) !== undefined) {
    return "timestamp";
  }
  return productShape.test(text) ? "productDescription" : undefined;
}
