// The AWS provider over a `TestEc2`, with a few instance types, for tests.
import {
  parseObject,
  type Ec2NodeClass,
  type NodeClaim,
  type NodeSelectorRequirement,
} from "../../core/apis/index.ts";
import type { CreateResult, NodeOverlayStore } from "../../core/cloudprovider/index.ts";
import { hours, invariant, Never, seconds, type ResourceList } from "../../core/units/index.ts";
import {
  AwsCloudProvider,
  BelievedPrices,
  defaultAwsSettings,
  InstanceTypeProvider,
  UnavailableOfferings,
} from "../../sim/aws/index.ts";
import type { Ec2Notification, Ec2Options } from "../../sim/ec2/index.ts";
import { loadCatalogue, type Catalogue } from "../../traces/index.ts";
import { stepMarket, TestEc2, testStart } from "./test-ec2.ts";

/** An EC2NodeClass on AL2023, with parts of its spec and status replaced. */
export function nodeClassOf(
  spec: Readonly<Record<string, unknown>> = {},
  status: Readonly<Record<string, unknown>> = {},
): Ec2NodeClass {
  const { object, issues } = parseObject({
    apiVersion: "karpenter.k8s.aws/v1",
    kind: "EC2NodeClass",
    metadata: { name: "default" },
    spec: {
      role: "nodes",
      amiSelectorTerms: [{ alias: "al2023@latest" }],
      subnetSelectorTerms: [{ tags: { discovery: "x" } }],
      securityGroupSelectorTerms: [{ tags: { discovery: "x" } }],
      ...spec,
    },
    status,
  });
  invariant(object?.kind === "EC2NodeClass", "a test's node class is valid", {
    issues: JSON.stringify(issues),
  });
  return object;
}

/** `key=a,b` as an In requirement, `key` without values as Exists. */
export function requirement(text: string): NodeSelectorRequirement {
  const [key = "", values] = text.split("=");
  return values === undefined
    ? { key, operator: "Exists", values: [] }
    : { key, operator: "In", values: values.split(",") };
}

/** A NodeClaim of NodePool `default` that asks for one core. */
export function nodeClaimOf(
  name: string,
  requirements: readonly string[],
  requests: ResourceList = { cpu: 1000 },
): NodeClaim {
  return {
    kind: "NodeClaim",
    metadata: {
      name,
      namespace: "",
      uid: `uid-${name}`,
      labels: { "karpenter.sh/nodepool": "default" },
      annotations: {},
      creationTimestamp: testStart,
      finalizers: [],
      ownerReferences: [],
      generation: 1,
    },
    spec: {
      taints: [{ key: "team", value: "a", effect: "NoSchedule" }],
      startupTaints: [{ key: "agent", value: "", effect: "NoExecute" }],
      requirements: requirements.map(requirement),
      requests,
      nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
      expireAfter: Never,
    },
    status: { capacity: {}, allocatable: {}, conditions: [] },
  };
}

/** The embedded catalogue with only these types on sale. */
export function catalogueOf(names: readonly string[]): Catalogue {
  const catalogue = loadCatalogue();
  const instanceTypes = names.map((name) => catalogue.instanceType(name));
  return { ...catalogue, instanceTypes };
}

/** The AWS provider over a `TestEc2` with a few types in two zones; On-Demand as in us-east-1. */
export class TestAws {
  readonly test: TestEc2;
  readonly unavailable = new UnavailableOfferings();
  readonly types: InstanceTypeProvider;
  readonly provider: AwsCloudProvider;
  readonly progress: string[] = [];
  /** Also hears what EC2 says. */
  hear: (notification: Ec2Notification) => void = () => undefined;

  constructor(
    options: {
      readonly names?: readonly string[];
      readonly nodeClass?: Ec2NodeClass;
      readonly ec2?: Partial<Ec2Options>;
      readonly isWanted?: (nodeClaim: NodeClaim) => boolean;
      readonly nodeOverlays?: NodeOverlayStore;
    } = {},
  ) {
    const catalogue = catalogueOf(options.names ?? ["c5.large", "m5.large", "m5.xlarge"]);
    const market = options.ec2?.market ?? stepMarket([-7200, 0.04]);
    this.test = new TestEc2({
      facts: (name) => ({
        vcpus: catalogue.instanceType(name).vcpus,
        memoryBytes: catalogue.instanceType(name).memoryMib * 2 ** 20,
        onDemandUsdPerHour: catalogue.onDemandUsdPerHour("us-east-1", name),
      }),
      market,
      ...options.ec2,
      notify: (notification) => {
        this.test.notifications.push(notification);
        if (notification.kind === "fleet-answer") this.provider.fleetAnswered(notification.answer);
        this.hear(notification);
      },
    });
    this.types = new InstanceTypeProvider({
      catalogue,
      region: "us-east-1",
      zones: ["us-east-1a", "us-east-1b"],
      vmMemoryOverheadPercent: 0.075,
      reservedEnis: 0,
      prices: new BelievedPrices(market, testStart, hours(12)),
      unavailable: this.unavailable,
    });
    this.provider = new AwsCloudProvider({
      ec2: this.test.ec2,
      instanceTypes: this.types,
      unavailable: this.unavailable,
      nodeClasses: [options.nodeClass ?? nodeClassOf()],
      settings: defaultAwsSettings,
      ledger: { record: (entry) => this.test.entries.push(entry) },
      now: () => this.test.engine.now,
      nodeOverlays: options.nodeOverlays,
      ...(options.isWanted === undefined ? {} : { isWanted: options.isWanted }),
      onProgress: (name) => this.progress.push(name),
    });
  }

  /** Asks for a machine, waits for EC2 and asks again, as the controller does. */
  launch(nodeClaim: NodeClaim): CreateResult {
    const first = this.provider.create(nodeClaim, this.test.engine.now);
    if (first.kind !== "in-progress") return first;
    this.test.wait(seconds(1));
    return this.provider.create(nodeClaim, this.test.engine.now);
  }

  /** A launched NodeClaim as the controller writes it. */
  launched(nodeClaim: NodeClaim): NodeClaim {
    const result = this.launch(nodeClaim);
    invariant(result.kind === "launched", "the test's NodeClaim is launched");
    const { providerId, labels, capacity, allocatable } = result.instance;
    const { metadata, status } = nodeClaim;
    return {
      ...nodeClaim,
      metadata: { ...metadata, labels: { ...labels, ...metadata.labels } },
      status: { ...status, providerId, capacity, allocatable },
    };
  }
}
