/** The parts of a world, each made out of the plan. */
import {
  AccountHistory,
  AwsCloudProvider,
  type AwsCloudProviderOptions,
  BelievedPrices,
  InstanceStatusPoller,
  InstanceTypeProvider,
  InterruptionHandler,
  type InterruptionHandlerOptions,
  InterruptionQueue,
  NodeClassController,
  type NodeClassStore,
  type UnavailableOfferings,
} from "./aws/index.ts";
import { Ec2, type Ec2Notification } from "./ec2/index.ts";
import type { Engine } from "./engine/index.ts";
import type { KubeApiServer, KubeNotices } from "./kube/index.ts";
import type { LedgerSink } from "./ledger/index.ts";
import type { SimEvent } from "./world-event.ts";
import type { WorldPlan } from "./world-plan.ts";

export function createEc2(
  plan: WorldPlan,
  engine: Engine<SimEvent>,
  ledger: LedgerSink,
  notify: (notification: Ec2Notification) => void,
): Ec2 {
  const { seed, market, outlook, billing, catalogue, region } = plan;
  return new Ec2({
    timeline: engine,
    seed,
    market,
    outlook,
    latency: plan.ec2Latency,
    billing,
    hostFailuresPer100kHours: plan.hostFailuresPer100kHours,
    facts: (instanceType) => {
      const { vcpus, memoryMib } = catalogue.instanceType(instanceType);
      const price = catalogue.findOnDemandPrice(region, instanceType);
      return { vcpus, memoryBytes: memoryMib * 2 ** 20, onDemandUsdPerHour: price?.usdPerHour };
    },
    ledger,
    notify,
  });
}

export function createProvider(
  plan: WorldPlan,
  ec2: Ec2,
  unavailable: UnavailableOfferings,
  ledger: LedgerSink,
  hooks: Pick<
    AwsCloudProviderOptions,
    "now" | "isWanted" | "onProgress" | "nodeClass" | "nodePool" | "nodeOverlays"
  >,
): AwsCloudProvider {
  const { aws, catalogue, region, zones, market, start } = plan;
  const { vmMemoryOverheadPercent, reservedEnis, pricingRefreshPeriod } = aws;
  const instanceTypes = new InstanceTypeProvider({
    catalogue,
    region,
    zones,
    vmMemoryOverheadPercent,
    reservedEnis,
    prices: new BelievedPrices(market, start, pricingRefreshPeriod),
    unavailable,
  });
  return new AwsCloudProvider({ ec2, instanceTypes, unavailable, settings: aws, ledger, ...hooks });
}

/** How Karpenter hears of interruptions: the queue, and EC2's status checks. */
export function createInterruptions(
  { aws: settings, seed, start }: WorldPlan,
  parts: InterruptionHandlerOptions & { readonly timeline: Engine<SimEvent>; readonly ec2: Ec2 },
): { readonly queue: InterruptionQueue; readonly statusChecks: InstanceStatusPoller } {
  const { timeline, ec2 } = parts;
  const handler = new InterruptionHandler(parts);
  return {
    queue: new InterruptionQueue({ timeline, handler, settings, seed }),
    statusChecks: new InstanceStatusPoller({ timeline, ec2, handler, start }),
  };
}

export function createNodeClasses(
  { account, zones, start }: WorldPlan,
  api: KubeApiServer,
  notices: KubeNotices,
): NodeClassController {
  const store: NodeClassStore = {
    nodeClass: (name) => api.get("EC2NodeClass", name),
    nodeClasses: () => api.list("EC2NodeClass"),
    nodeClaims: () => api.nodeClaims(),
    updateNodeClass: (nodeClass) => api.update(nodeClass),
    updateNodeClaim: (nodeClaim) => api.updateNodeClaim(nodeClaim),
  };
  return new NodeClassController({
    ...{ store, zones, start, notices },
    account: new AccountHistory(account),
  });
}
