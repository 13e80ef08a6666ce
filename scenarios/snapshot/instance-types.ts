import type { Ec2NodeClass, NodeOverlay, NodePool } from "../../core/apis/index.ts";
import {
  evaluateNodeOverlays,
  type InstanceType,
  type NodeOverlayVerdict,
} from "../../core/cloudprovider/index.ts";
import { hours, type SimTime } from "../../core/units/index.ts";
import {
  BelievedPrices,
  defaultAwsSettings,
  InstanceTypeProvider,
  UnavailableOfferings,
} from "../../sim/aws/index.ts";
import {
  defaultSpotMarketModel,
  ModelledSpotMarket,
  type SpotMarket,
} from "../../sim/ec2/index.ts";
import type { Catalogue } from "../../traces/index.ts";
import { spotMarketFacts } from "../world/spot-market.ts";

/** What instance types of a region are built from. */
export interface TypeSources {
  readonly catalogue: Catalogue;
  readonly market: SpotMarket;
  readonly region: string;
  readonly zones: readonly string[];
  readonly now: SimTime;
  /** What is offered instead of all that. */
  readonly given?: readonly InstanceType[] | undefined;
}

/** Spot at On-Demand less what the Spot Instance Advisor says is saved, the same in every zone. */
export function advisedSpotMarket(
  catalogue: Catalogue,
  region: string,
  start: SimTime,
): SpotMarket {
  const model = { ...defaultSpotMarketModel, stepSigma: 0, poolSigma: 0 };
  return new ModelledSpotMarket({
    seed: 0,
    start,
    facts: spotMarketFacts(catalogue, region),
    model,
  });
}

/** The types that every NodePool is offered, by name of the NodePool; none without EC2NodeClass. */
export function typesByNodePool(
  nodePools: readonly NodePool[],
  nodeClasses: readonly Ec2NodeClass[],
  { catalogue, market, region, zones, now, given }: TypeSources,
): ReadonlyMap<string, readonly InstanceType[]> {
  const provider = new InstanceTypeProvider({
    ...defaultAwsSettings,
    region,
    zones,
    catalogue,
    prices: new BelievedPrices(market, now, hours(12)),
    unavailable: new UnavailableOfferings(),
  });
  return new Map(
    nodePools.map(({ metadata, spec }) => {
      const { kind, name } = spec.template.spec.nodeClassRef;
      const nodeClass = nodeClasses.find(
        (each) => each.kind === kind && each.metadata.name === name,
      );
      const types = nodeClass === undefined ? [] : (given ?? provider.list(nodeClass, now));
      return [metadata.name, types] as const;
    }),
  );
}

/** The types with NodeOverlays applied, and what became of each overlay. */
export function withOverlays(
  nodePools: readonly NodePool[],
  types: ReadonlyMap<string, readonly InstanceType[]>,
  overlays: readonly NodeOverlay[],
): {
  readonly types: ReadonlyMap<string, readonly InstanceType[]>;
  readonly verdicts: readonly NodeOverlayVerdict[];
} {
  const targets = nodePools.map((nodePool) => ({
    nodePool,
    instanceTypes: types.get(nodePool.metadata.name),
  }));
  const { updates, verdicts } = evaluateNodeOverlays(overlays, targets);
  const applied = new Map(
    [...types].map(([name, list]) => {
      const result = updates.apply(name, list);
      return [name, result.kind === "applied" ? result.instanceTypes : []] as const;
    }),
  );
  return { types: applied, verdicts };
}
