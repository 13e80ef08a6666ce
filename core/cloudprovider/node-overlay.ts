// NodeOverlays change prices and extended resources of instance types before anybody decides on
// them. Evaluation walks the overlays by falling weight and collects, for each NodePool and type,
// what the heaviest overlay says; an overlay that contradicts one of equal weight anywhere is
// dropped everywhere. Application copies the types that are changed and leaves the others alone.
import { labelNodePool, type NodeOverlay, type NodePool } from "../apis/index.ts";
import { Requirement, Requirements } from "../scheduling/index.ts";
import {
  compareStrings,
  invariant,
  type ResourceList,
  type UsdPerHour,
  usdPerHour,
} from "../units/index.ts";
import { computeAllocatable, totalOverhead } from "./allocatable.ts";
import type { InstanceType, Offering } from "./instance-type.ts";
import { nodeOverlayViolations } from "./node-overlay-validation.ts";
import { compatibleOfferings } from "./offerings.ts";

/** A NodePool with its types before overlays; without, when they cannot be resolved. */
export interface OverlayTarget {
  readonly nodePool: NodePool;
  readonly instanceTypes: readonly InstanceType[] | undefined;
}

/** The condition ValidationSucceeded of one overlay. */
export type NodeOverlayVerdict =
  | { readonly name: string; readonly status: "True" }
  | {
      readonly name: string;
      readonly status: "False";
      readonly reason: "RuntimeValidation" | "Conflict";
      readonly message: string;
    };

/** What the overlays amount to: prices and capacities to apply, and a verdict on each overlay. */
export interface NodeOverlayEvaluation {
  readonly updates: InstanceTypeUpdates;
  /** By falling weight, then falling name. */
  readonly verdicts: readonly NodeOverlayVerdict[];
}

/** Types with overlays applied, or that the NodePool has not been evaluated. */
export type ApplyOverlaysResult =
  | { readonly kind: "applied"; readonly instanceTypes: readonly InstanceType[] }
  | { readonly kind: "unevaluated"; readonly message: string };

interface PriceUpdate {
  readonly change: string;
  lastWeight: number;
}

interface InstanceTypeUpdate {
  /** By the text of the offering's requirements. */
  readonly prices: Map<string, PriceUpdate>;
  capacity: ResourceList;
  lastCapacity: ResourceList;
  lastCapacityWeight: number;
}

/**
 * Weighs the overlays against each other for the NodePools whose types are known.
 *
 * An overlay conflicts when a price overlay of equal weight was the last to select one of its
 * offerings, or when the last capacity overlay of a type has equal weight and shares a resource
 * with it; capacity overlays before the last are not compared, as upstream.
 *
 * @see karpenter v1.14.1 pkg/controllers/nodeoverlay/controller.go Controller.Reconcile
 */
export function evaluateNodeOverlays(
  overlays: readonly NodeOverlay[],
  targets: readonly OverlayTarget[],
): NodeOverlayEvaluation {
  const updates = new InstanceTypeUpdates(targets);
  const verdicts = orderNodeOverlays(overlays).map((overlay): NodeOverlayVerdict => {
    const { name } = overlay.metadata;
    const violations = nodeOverlayViolations(overlay);
    if (violations.length > 0) {
      const message = violations.join("; ");
      return { name, status: "False", reason: "RuntimeValidation", message };
    }
    if (!updates.tryAdd(overlay)) {
      const message = "conflict with another overlay";
      return { name, status: "False", reason: "Conflict", message };
    }
    return { name, status: "True" };
  });
  return { updates, verdicts };
}

/**
 * The overlays by falling weight, then by falling name.
 *
 * @see karpenter v1.14.1 pkg/apis/v1alpha1/nodeoverlay.go NodeOverlayList.OrderByWeight
 */
export function orderNodeOverlays(overlays: readonly NodeOverlay[]): readonly NodeOverlay[] {
  return overlays.toSorted(
    (a, b) => b.spec.weight - a.spec.weight || compareStrings(b.metadata.name, a.metadata.name),
  );
}

/**
 * Prices and capacities that overlays set, by NodePool and instance type.
 *
 * @see karpenter v1.14.1 pkg/controllers/nodeoverlay/store.go InstanceTypeStore
 */
export class InstanceTypeUpdates {
  readonly #targets: readonly OverlayTarget[];
  readonly #byNodePool = new Map<string, Map<string, InstanceTypeUpdate>>();
  readonly #applied = new Map<string, WeakMap<readonly InstanceType[], readonly InstanceType[]>>();

  constructor(targets: readonly OverlayTarget[]) {
    this.#targets = targets.filter((target) => target.instanceTypes !== undefined);
    for (const { nodePool } of this.#targets) {
      this.#byNodePool.set(nodePool.metadata.name, new Map());
      this.#applied.set(nodePool.metadata.name, new WeakMap());
    }
  }

  /** Takes the overlay in for every NodePool, or for none when it conflicts with one before it. */
  tryAdd(overlay: NodeOverlay): boolean {
    const selected = this.#targets.flatMap((target) => selectedBy(overlay, target));
    for (const { nodePool, instanceType, offerings } of selected) {
      const update = this.#byNodePool.get(nodePool)?.get(instanceType);
      if (update !== undefined && conflicts(update, offerings, overlay)) return false;
    }
    for (const { nodePool, instanceType, offerings } of selected) {
      const byType = this.#byNodePool.get(nodePool);
      invariant(byType !== undefined, "an overlay selects types of known NodePools only");
      const update = byType.get(instanceType) ?? emptyUpdate();
      record(update, offerings, overlay);
      byType.set(instanceType, update);
    }
    return true;
  }

  /**
   * The types as the NodePool sees them; the same array while nothing is changed, and the same
   * result for the same array. A NodePool that was not evaluated has no types yet.
   *
   * @see karpenter v1.14.1 pkg/controllers/nodeoverlay/store.go InstanceTypeStore.ApplyAll
   */
  apply(nodePoolName: string, instanceTypes: readonly InstanceType[]): ApplyOverlaysResult {
    const byType = this.#byNodePool.get(nodePoolName);
    const applied = this.#applied.get(nodePoolName);
    if (byType === undefined || applied === undefined) {
      const message = `nodepool "${nodePoolName}" is awaiting evaluation`;
      return { kind: "unevaluated", message };
    }
    if (byType.size === 0) return { kind: "applied", instanceTypes };
    let result = applied.get(instanceTypes);
    if (result === undefined) {
      result = instanceTypes.map((it) => withUpdate(it, byType.get(it.name)));
      applied.set(instanceTypes, result);
    }
    return { kind: "applied", instanceTypes: result };
  }
}

interface SelectedOfferings {
  readonly nodePool: string;
  readonly instanceType: string;
  readonly offerings: readonly Offering[];
}

/** @see karpenter v1.14.1 pkg/controllers/nodeoverlay/controller.go getOverlaidOfferings */
function selectedBy(overlay: NodeOverlay, target: OverlayTarget): readonly SelectedOfferings[] {
  const { nodePool, instanceTypes = [] } = target;
  const wanted = Requirements.fromNodeSelectorRequirements(overlay.spec.requirements);
  const ofNodePool = Requirements.of(
    Requirement.of(labelNodePool, "In", [nodePool.metadata.name]),
  ).addAll(Requirements.fromLabels(nodePool.spec.template.labels));
  return instanceTypes.flatMap(({ name, requirements, offerings }) => {
    if (!ofNodePool.addAll(requirements).isCompatible(wanted)) return [];
    const compatible = compatibleOfferings(offerings, wanted);
    if (compatible.length === 0) return [];
    return [{ nodePool: nodePool.metadata.name, instanceType: name, offerings: compatible }];
  });
}

function emptyUpdate(): InstanceTypeUpdate {
  return { prices: new Map(), capacity: {}, lastCapacity: {}, lastCapacityWeight: 0 };
}

function priceChange({ spec }: NodeOverlay): string | undefined {
  return spec.price ?? spec.priceAdjustment;
}

function conflicts(
  update: InstanceTypeUpdate,
  offerings: readonly Offering[],
  overlay: NodeOverlay,
): boolean {
  const { weight, capacity } = overlay.spec;
  const isPriceConflict =
    priceChange(overlay) !== undefined &&
    offerings.some((it) => update.prices.get(String(it.requirements))?.lastWeight === weight);
  if (isPriceConflict) return true;
  if (update.lastCapacityWeight !== weight) return false;
  return Object.keys(capacity).some((name) => Object.hasOwn(update.lastCapacity, name));
}

/** Heavier overlays came first: what they set stays, the rest is added. */
function record(
  update: InstanceTypeUpdate,
  offerings: readonly Offering[],
  overlay: NodeOverlay,
): void {
  const { weight, capacity } = overlay.spec;
  const change = priceChange(overlay);
  for (const offering of change === undefined ? [] : offerings) {
    const key = String(offering.requirements);
    const existing = update.prices.get(key);
    if (existing !== undefined) existing.lastWeight = weight;
    else if (change !== undefined) update.prices.set(key, { change, lastWeight: weight });
  }
  if (Object.keys(capacity).length === 0) return;
  update.capacity = { ...capacity, ...update.capacity };
  update.lastCapacity = capacity;
  update.lastCapacityWeight = weight;
}

/** Repriced offerings lose their overrides, as upstream. */
function withUpdate(type: InstanceType, update: InstanceTypeUpdate | undefined): InstanceType {
  if (update === undefined) return type;
  const offerings = update.prices.size === 0 ? type.offerings : reprice(type.offerings, update);
  if (Object.keys(update.capacity).length === 0) return { ...type, offerings };
  const capacity = { ...type.capacity, ...update.capacity };
  const allocatable = computeAllocatable(capacity, totalOverhead(type.overhead));
  return { ...type, offerings, capacity, allocatable, isCapacityOverlaid: true };
}

function reprice(
  offerings: readonly Offering[],
  { prices }: InstanceTypeUpdate,
): readonly Offering[] {
  return offerings.map((offering) => {
    const update = prices.get(String(offering.requirements));
    if (update === undefined) return offering;
    const priceUsdPerHour = adjustedPrice(offering.priceUsdPerHour, update.change);
    const { requirements, zone, capacityType, available } = offering;
    const { reservationCapacity, reservationId } = offering;
    return {
      ...{ requirements, zone, capacityType, available, priceUsdPerHour, isPriceOverlaid: true },
      ...(reservationCapacity === undefined ? {} : { reservationCapacity }),
      ...(reservationId === undefined ? {} : { reservationId }),
    };
  });
}

/**
 * A price after an overlay: a plain number replaces it, `±x` is added, `±x%` changes it by that
 * part; never below zero. The empty change leaves it.
 *
 * @see karpenter v1.14.1 pkg/cloudprovider/types.go AdjustedPrice
 */
export function adjustedPrice(price: UsdPerHour, change: string): UsdPerHour {
  if (change === "") return price;
  const isPercentage = change.endsWith("%");
  const amount = Number(isPercentage ? change.slice(0, -1) : change);
  invariant(Number.isFinite(amount), "price changes are validated before they apply", { change });
  if (!change.startsWith("+") && !change.startsWith("-")) return usdPerHour(amount);
  const adjusted = isPercentage ? price * (1 + amount / 100) : price + amount;
  return usdPerHour(adjusted >= 0 ? adjusted : 0);
}
