import type { Catalogue } from "../../traces/index.ts";
import type { ScenarioSpec } from "../scenario-schema.ts";

/**
 * The catalogue with only the instance types that are on sale in the scenario: those of the families
 * or names that it lists, everything where it lists none. Prices and advice stay as they are.
 */
export function filterCatalogue(
  catalogue: Catalogue,
  filter: ScenarioSpec["instanceTypes"],
): Catalogue {
  if (filter === undefined) return catalogue;
  const families = new Set(filter.families ?? []);
  const names = new Set(filter.names ?? []);
  const instanceTypes = catalogue.instanceTypes.filter(
    ({ family, instanceType }) => families.has(family) || names.has(instanceType),
  );
  const kept = new Set(instanceTypes.map(({ instanceType }) => instanceType));
  return {
    ...catalogue,
    instanceTypes,
    findInstanceType: (name) => (kept.has(name) ? catalogue.findInstanceType(name) : undefined),
    instanceType: (name) => {
      if (!kept.has(name)) {
        throw new RangeError(`instance type ${name} is not on sale in this scenario`);
      }
      return catalogue.instanceType(name);
    },
    instanceTypesWithoutPrice: (region) =>
      catalogue.instanceTypesWithoutPrice(region).filter((name) => kept.has(name)),
  };
}
