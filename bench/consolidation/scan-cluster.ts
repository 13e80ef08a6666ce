/**
 * Clusters for the scan benchmark, as manifests: at rest at 60 % utilisation. No node can be deleted or
 * replaced at a profit, so that a scan has to look at every single one.
 */
import { assembleObjects, hasErrors, parseObjects } from "../../core/apis/index.ts";
import { type InstanceType, launchPrices } from "../../core/cloudprovider/index.ts";
import { defaultSchedulingOptions, solve } from "../../core/provisioning/index.ts";
import { type ClusterObject, ClusterState, replayCluster } from "../../core/state/index.ts";
import { invariant, parseTime, seconds, type SimTime } from "../../core/units/index.ts";
import type { CaseInstanceType, Manifest } from "../../conformance/cases.ts";
import { buildInstanceTypes } from "../../conformance/decide.ts";
import { SnapshotCluster } from "../../scenarios/snapshot/snapshot-cluster.ts";
import { catalogueInstanceTypes } from "../scheduling/instance-types.ts";
import {
  allocatableOf,
  budgetManifests,
  daemonSetManifest,
  machineManifests,
  podManifest,
  readyNodePool,
} from "./manifests.ts";
import { daemonShapes, type NodeClass, nodeClasses, type Shape } from "./shapes.ts";

const zones = ["us-east-1a", "us-east-1b", "us-east-1c"] as const;

/** When the scan takes place: long after everything was built. */
export const scanTime: SimTime = parseTime("2026-03-01T06:00:00Z");

/** What the clusters of all sizes have in common: the whole catalogue in three zones. */
export interface ScanWorld {
  readonly caseTypes: readonly CaseInstanceType[];
  readonly instanceTypes: readonly InstanceType[];
  readonly classes: readonly NodeClass[];
  /** The cheapest type for each large shape, by its name. */
  readonly typeByShape: ReadonlyMap<string, CaseInstanceType>;
}

/** A cluster of the benchmark. */
export interface ScanCluster {
  readonly nodes: number;
  readonly pods: number;
  /** Requested over allocatable CPU, of all nodes together, daemons included. */
  readonly cpuUtilization: number;
  readonly manifests: readonly Manifest[];
}

/** The world; the same every time. */
export function scanWorld(): ScanWorld {
  const caseTypes = catalogueInstanceTypes({ zones: zones.length, isAdvised: true });
  const instanceTypes = buildInstanceTypes(caseTypes);
  const caseTypeByName = new Map(caseTypes.map((type) => [type.name, type]));
  const classes = nodeClasses();
  const typeByShape = new Map<string, CaseInstanceType>();
  for (const nodeClass of classes) {
    for (const shape of nodeClass.large) {
      const type = caseTypeByName.get(cheapestType(nodeClass, shape, instanceTypes).name);
      invariant(type !== undefined, "a type comes from the catalogue");
      typeByShape.set(shape.name, type);
    }
  }
  return { caseTypes, instanceTypes, classes, typeByShape };
}

/** The cluster with that many nodes. */
export function scanCluster({ classes, typeByShape }: ScanWorld, nodes: number): ScanCluster {
  const manifests = [
    ...classes.map(({ nodePool }) => readyNodePool(nodePool)),
    ...daemonShapes.map(daemonSetManifest),
    ...classes.flatMap(({ large, small }) => [...large, ...small].flatMap(budgetManifests)),
  ];
  const nodesByClass = new Map<NodeClass, number>();
  let [requested, allocated, pods] = [0, 0, 0];
  for (let index = 0; index < nodes; index++) {
    const nodeClass = classOf(classes, index);
    const turn = nodesByClass.get(nodeClass) ?? 0;
    nodesByClass.set(nodeClass, turn + 1);
    const shapes = shapesOf(nodeClass, turn);
    const type = typeByShape.get(shapes[0]?.name ?? "");
    invariant(type !== undefined, "every node has a large pod");
    const number = String(index).padStart(5, "0");
    const name = `node-${number}`;
    const allocatable = allocatableOf(type);
    const zone = zones[turn % zones.length] ?? zones[0];
    manifests.push(
      ...machineManifests({ name, zone, type, allocatable, nodeClass }),
      ...shapes.map((shape) => podManifest(shape, `${shape.name}-${number}`, name)),
    );
    pods += shapes.length;
    allocated += Number.parseInt(allocatable["cpu"] ?? "", 10);
    for (const { cpuMillicores } of shapes) requested += cpuMillicores;
  }
  return { nodes, pods, cpuUtilization: requested / allocated, manifests };
}

/** What runs on the node of a class whose turn it is: a large pod first. */
function shapesOf({ large, small, smallPerNode }: NodeClass, turn: number): readonly Shape[] {
  const own = [
    large[turn % large.length],
    ...Array.from({ length: smallPerNode }, (_, at) => small[(turn + at) % small.length]),
  ];
  return [...own.filter((shape) => shape !== undefined), ...daemonShapes];
}

const pattern = 10;

/** Classes take turns in every ten nodes, by their percentages. */
function classOf(classes: readonly NodeClass[], index: number): NodeClass {
  let percent = (index % pattern) * (100 / pattern);
  for (const nodeClass of classes) {
    if (percent < nodeClass.percent) return nodeClass;
    percent -= nodeClass.percent;
  }
  invariant(false, "node classes add up to 100 %");
}

/** The objects as the core sees them, new each time. */
export function stateOf(manifests: readonly Manifest[]): {
  readonly cluster: SnapshotCluster;
  readonly state: ClusterState;
} {
  const results = parseObjects({ kind: "List", items: manifests });
  for (const { issues } of results) {
    const facts = { issues: JSON.stringify(issues) };
    invariant(!hasErrors(issues), "the benchmark's objects are valid", facts);
  }
  const objects = assembleObjects(results).objects as readonly ClusterObject[];
  const cluster = new SnapshotCluster(objects, new Map());
  const state = new ClusterState({ cluster, options: { batchMaxDuration: seconds(10) } });
  replayCluster(cluster, (event, at) => state.observe(event, at), scanTime);
  return { cluster, state };
}

function cheapestType(
  { nodePool, nodePoolName }: NodeClass,
  shape: Shape,
  instanceTypes: readonly InstanceType[],
): InstanceType {
  const { cluster, state } = stateOf([
    readyNodePool(nodePool),
    ...daemonShapes.map(daemonSetManifest),
    podManifest(shape, "pod"),
  ]);
  const outcome = solve({
    now: scanTime,
    nodePools: cluster.nodePools(),
    instanceTypesByNodePool: new Map([[nodePoolName, instanceTypes]]),
    stateNodes: [],
    clusterStateNodes: [],
    daemonSetPods: state.daemonSetPods(),
    cluster,
    podsToSchedule: cluster.pods(),
    options: defaultSchedulingOptions,
  });
  const [nodeClaim] = outcome.ok ? outcome.results.newNodeClaims : [];
  invariant(nodeClaim !== undefined, "a large pod fits some type", { shape: shape.name });
  let cheapest: InstanceType | undefined;
  let price = Number.POSITIVE_INFINITY;
  for (const type of nodeClaim.instanceTypeOptions) {
    const { worst } = launchPrices(type, nodeClaim.requirements);
    if (worst < price) [cheapest, price] = [type, worst];
  }
  invariant(cheapest !== undefined, "one of several prices is the lowest");
  return cheapest;
}
