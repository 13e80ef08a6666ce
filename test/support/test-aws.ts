// The AWS provider over a `TestEc2`, with a few instance types, for tests.
import {
  parseObject,
  type Ec2NodeClass,
  type NodeClaim,
  type NodePool,
  type NodeSelectorRequirement,
} from "../../core/apis/index.ts";
import type { CreateResult, NodeOverlayStore } from "../../core/cloudprovider/index.ts";
import { hours, invariant, Never, seconds, type ResourceList } from "../../core/units/index.ts";
import {
  type AwsAccount,
  AwsCloudProvider,
  BelievedPrices,
  defaultAwsSettings,
  InstanceTypeProvider,
  resolvedNodeClass,
  UnavailableOfferings,
  undescribedAccount,
} from "../../sim/aws/index.ts";
import type { Ec2Notification, Ec2Options } from "../../sim/ec2/index.ts";
import { loadCatalogue, type Catalogue } from "../../traces/index.ts";
import { nodePool } from "./node-pools.ts";
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

/** A NodeClass with the status that an account gives it, by default one that matches every term. */
export function resolved(
  nodeClass: Ec2NodeClass,
  account: AwsAccount = undescribedAccount,
): Ec2NodeClass {
  const sources = {
    account,
    kubernetesVersion: account.kubernetesVersion,
    releaseOf: ({ familyName, version }: { familyName: string; version: string }) =>
      version === "latest" ? (account.amiReleases[familyName] ?? "at-start") : version,
    zones: ["us-east-1a", "us-east-1b"],
    written: nodeClass.status,
  };
  return resolvedNodeClass(nodeClass, sources, testStart);
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
  /** Resolved against whatever matches its terms, unless a test replaces it. */
  nodeClass: Ec2NodeClass;
  nodePool: NodePool | undefined = nodePool();
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
    this.nodeClass = resolved(options.nodeClass ?? nodeClassOf());
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
      nodeClass: (name) => (name === this.nodeClass.metadata.name ? this.nodeClass : undefined),
      nodePool: () => this.nodePool,
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
    const { labels, annotations, ...launched } = result.instance;
    const { metadata, status } = nodeClaim;
    return {
      ...nodeClaim,
      metadata: { ...metadata, labels: { ...labels, ...metadata.labels }, annotations },
      status: { ...status, ...launched },
    };
  }
}
