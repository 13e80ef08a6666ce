import { sortedEntries } from "./order.ts";
import {
  type Quantity,
  formatQuantity,
  parseQuantity,
  quantityOfMilli,
  quantityOfUnits,
  quantityToMilli,
  quantityToUnits,
} from "./quantity.ts";
import type { ResourceList, ResourceName } from "./resources.ts";

/**
 * Reads an amount of a resource into its base unit, rounded up: cpu to millicores, else units.
 *
 * Differs: upstream adds exact quantities and rounds later, we round each amount as it enters;
 * only amounts finer than a millicore or a byte can tell.
 *
 * @throws RangeError for what is no quantity and for amounts beyond 2^53 - 1 base units.
 */
export function parseResource(name: ResourceName, raw: string | number): number {
  return baseUnits(name, parseQuantity(raw));
}

function baseUnits(name: ResourceName, quantity: Quantity): number {
  return name === "cpu" ? quantityToMilli(quantity) : quantityToUnits(quantity);
}

/**
 * Reads a list of quantities as manifests have it; keys are sorted, whatever their order there.
 *
 * @throws RangeError naming the resource, when one of the amounts or a name cannot be used.
 */
export function parseResourceList(raw: Readonly<Record<string, string | number>>): ResourceList {
  const result: Record<ResourceName, number> = {};
  for (const [name, amount] of sortedEntries(raw)) {
    // A plain object has these names already, so a lookup would find something that is no amount.
    if (name in Object.prototype) throw new RangeError(`"${name}" is not a resource name`);
    try {
      result[name] = parseResource(name, amount);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new RangeError(`${name}: ${error.message}`, { cause: error });
    }
  }
  return result;
}

/**
 * An amount as a canonical quantity: `1930m` of cpu, `6903Mi` of memory, `4` of nvidia.com/gpu.
 *
 * @throws RangeError for amounts that are not whole.
 */
export function formatResource(name: ResourceName, amount: number): string {
  if (name === "cpu") return formatQuantity(quantityOfMilli(amount));
  return formatQuantity(quantityOfUnits(amount, isInBytes(name) ? "BinarySI" : "DecimalSI"));
}

function isInBytes(name: ResourceName): boolean {
  return name === "memory" || name === "ephemeral-storage" || name.startsWith("hugepages-");
}

/** Canonical quantities by resource, keys sorted; `{}` for the empty list. */
export function formatResourceList(list: ResourceList): Readonly<Record<string, string>> {
  const result: Record<string, string> = {};
  for (const [name, amount] of sortedEntries(list)) result[name] = formatResource(name, amount);
  return result;
}
