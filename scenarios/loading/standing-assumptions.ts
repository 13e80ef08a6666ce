import type { Ec2NodeClass } from "../../core/apis/index.ts";
import { compareStrings } from "../../core/units/index.ts";
import type { Catalogue, CatalogueSource } from "../../traces/index.ts";
import type { ScenarioSpec } from "../scenario-schema.ts";
import type { PolicyCluster } from "./load-clusters.ts";
import type { LoadedTraces } from "./load-traces.ts";
import type { ScenarioNotice } from "./scenario-notices.ts";

/** What the assumptions depend on. */
export interface AssumptionInputs {
  readonly spec: ScenarioSpec;
  readonly catalogue: Catalogue;
  readonly clusters: readonly PolicyCluster[];
  readonly traces: Pick<LoadedTraces, "interruptions">;
}

/**
 * What a report has to say though nobody has asked for anything unusual: where the simulated account
 * is simpler than a real one, or its prices are older or of another place. Not worth a warning.
 */
export function standingAssumptions(inputs: AssumptionInputs): readonly ScenarioNotice[] {
  return [
    ...selectorTerms(inputs),
    ...storagePrices(inputs),
    ...olderPrices(inputs),
    ...wholePoolInterruptions(inputs),
  ];
}

function selectorTerms({ clusters, spec }: AssumptionInputs): readonly ScenarioNotice[] {
  const nodeClasses = clusters.flatMap(({ manifests }) =>
    manifests.objects.filter((object) => object.kind === "EC2NodeClass"),
  );
  if (nodeClasses.length === 0) return [];
  const { subnets, securityGroups } = spec.account;
  const hasImages = nodeClasses.every((nodeClass) => areImagesDescribed(nodeClass, spec.account));
  const found = [
    ...(subnets === undefined
      ? [`a subnet in each of ${spec.zones.join(", ")} unless its status says otherwise`]
      : []),
    ...(securityGroups === undefined ? ["one security group"] : []),
    ...(hasImages ? [] : ["the newest image of its family"]),
  ];
  if (found.length === 0) return [];
  const isNothingDescribed = found.length === 3;
  const listed =
    found.length === 1 ? found[0] : `${found.slice(0, -1).join(", ")}, and ${found.at(-1)}`;
  const message = isNothingDescribed
    ? `selector terms of EC2NodeClasses are not looked up: a node class has ${listed}`
    : `what spec.account does not describe is not looked up: a node class has ${listed}`;
  return [{ code: "scenario/selector-terms", message }];
}

/** An alias needs a release of its family; other terms need the account's own images. */
function areImagesDescribed(
  { spec }: Ec2NodeClass,
  { amiReleases, images }: ScenarioSpec["account"],
): boolean {
  const alias = spec.amiSelectorTerms.find((term) => term.alias !== undefined)?.alias;
  if (alias === undefined) return images !== undefined;
  const [family = ""] = alias.split("@");
  return Object.hasOwn(amiReleases ?? {}, family);
}

const storagePriceRegion = "us-east-1";

function storagePrices({ spec }: AssumptionInputs): readonly ScenarioNotice[] {
  if (spec.region === storagePriceRegion) return [];
  const message = `volumes in ${spec.region} are billed at the EBS prices of ${storagePriceRegion}`;
  return [{ code: "scenario/storage-prices", message }];
}

/** Whether most types' prices come from another source than the newest that the catalogue has. */
function olderPrices({ spec, catalogue }: AssumptionInputs): readonly ScenarioNotice[] {
  const uses = new Map<CatalogueSource, number>();
  for (const { instanceType } of catalogue.instanceTypes) {
    const source = catalogue.findOnDemandPrice(spec.region, instanceType)?.source;
    if (source !== undefined) uses.set(source, (uses.get(source) ?? 0) + 1);
  }
  const main = [...uses].sort(
    ([a, times], [b, others]) => others - times || compareStrings(a.name, b.name),
  )[0]?.[0];
  const newest = newestPriceSource(catalogue);
  if (main === undefined || newest === undefined || main.asOf >= newest.asOf) return [];
  const message =
    `On-Demand prices of ${spec.region} are of ${main.asOf}; ` +
    `the newest that are known, of other regions, are of ${newest.asOf}`;
  return [{ code: "scenario/older-on-demand-prices", message }];
}

function newestPriceSource({
  pricedRegions,
  findOnDemandPrice,
  instanceTypes,
}: AssumptionInputs["catalogue"]): CatalogueSource | undefined {
  let newest: CatalogueSource | undefined;
  for (const region of pricedRegions) {
    for (const { instanceType } of instanceTypes) {
      const source = findOnDemandPrice(region, instanceType)?.source;
      if (source !== undefined && (newest === undefined || source.asOf > newest.asOf)) {
        newest = source;
      }
    }
  }
  return newest;
}

function wholePoolInterruptions({ traces }: AssumptionInputs): readonly ScenarioNotice[] {
  const recorded = traces.interruptions;
  if (recorded?.value.events.some(({ kind }) => kind === "interruption") !== true) return [];
  const message =
    `${recorded.file.name}: an interruption is recorded of one instance, and here takes back ` +
    "every Spot Instance that is held in its pool then";
  return [{ code: "scenario/recorded-interruptions", message }];
}
