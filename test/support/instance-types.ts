// Instance types after upstream's fake provider, with real labels where upstream invents some.
import {
  type CapacityType,
  labelArch,
  labelCapacityReservationId,
  labelCapacityType,
  labelInstanceType,
  labelOs,
  labelZone,
} from "../../core/apis/index.ts";
import {
  computeAllocatable,
  type InstanceType,
  type Offering,
  totalOverhead,
} from "../../core/cloudprovider/index.ts";
import { Requirement, Requirements } from "../../core/scheduling/index.ts";
import { parseResourceList, type ResourceList, usdPerHour } from "../../core/units/index.ts";
import type { Quantities } from "./pods.ts";

/** Labels by which sizes are told apart, for requirements in tests. */
export const labelInstanceCpu = "karpenter.k8s.aws/instance-cpu";
export const labelInstanceSize = "karpenter.k8s.aws/instance-size";
export const labelInstanceFamily = "karpenter.k8s.aws/instance-family";

/** What a test may say about an offering. */
export interface OfferingOverrides {
  readonly zone?: string;
  readonly capacityType?: CapacityType;
  readonly price?: number;
  readonly available?: boolean;
  readonly reservationId?: string;
  readonly reservationCapacity?: number;
}

/** An available on-demand offering in test-zone-1 at one dollar an hour. */
export function offering(overrides: OfferingOverrides = {}): Offering {
  const { zone = "test-zone-1", capacityType = "on-demand", price = 1 } = overrides;
  const { available = true, reservationId, reservationCapacity } = overrides;
  return {
    requirements: Requirements.fromLabels({
      [labelZone]: zone,
      [labelCapacityType]: capacityType,
    }).add(
      reservationId === undefined
        ? Requirement.of(labelCapacityReservationId, "DoesNotExist")
        : Requirement.of(labelCapacityReservationId, "In", [reservationId]),
    ),
    zone,
    capacityType,
    priceUsdPerHour: usdPerHour(price),
    available,
    ...(reservationId === undefined ? {} : { reservationId }),
    ...(reservationCapacity === undefined ? {} : { reservationCapacity }),
  };
}

/** What a test may say about an instance type. */
export interface InstanceTypeOverrides {
  readonly name?: string;
  readonly resources?: Quantities;
  readonly offerings?: readonly Offering[];
  readonly architecture?: string;
  readonly operatingSystems?: readonly string[];
  readonly requirements?: readonly Requirement[];
}

const defaultResources: Quantities = { cpu: "4", memory: "4Gi", pods: "5" };
const kubeReserved = parseResourceList({ cpu: "100m", memory: "10Mi" });

/**
 * Four cores, 4Gi and five pods, less 100m and 10Mi; spot in two zones and on-demand in three.
 *
 * @see karpenter v1.14.1 pkg/cloudprovider/fake/instancetype.go NewInstanceType
 */
export function instanceType(overrides: InstanceTypeOverrides = {}): InstanceType {
  const { name = "default-instance-type", architecture = "amd64" } = overrides;
  const capacity = parseResourceList({ ...defaultResources, ...overrides.resources });
  const offerings = overrides.offerings ?? defaultOfferings(priceFromResources(capacity));
  const available = offerings.filter((it) => it.available);
  const cores = Math.ceil((capacity["cpu"] ?? 0) / 1000);
  const isLarge = (capacity["cpu"] ?? 0) > 4000 && (capacity["memory"] ?? 0) > 8 * 2 ** 30;
  const overhead = { kubeReserved, systemReserved: {}, evictionThreshold: {} };
  return Object.freeze<InstanceType>({
    name,
    requirements: Requirements.of(
      Requirement.of(labelInstanceType, "In", [name]),
      Requirement.of(labelArch, "In", [architecture]),
      Requirement.of(labelOs, "In", overrides.operatingSystems ?? ["linux", "windows", "darwin"]),
      Requirement.of(
        labelZone,
        "In",
        available.map(({ zone }) => zone),
      ),
      Requirement.of(
        labelCapacityType,
        "In",
        available.map(({ capacityType }) => capacityType),
      ),
      Requirement.of(labelInstanceSize, "In", [isLarge ? "large" : "small"]),
      Requirement.of(labelInstanceCpu, "In", [String(cores)]),
      ...(overrides.requirements ?? []),
    ),
    offerings,
    capacity,
    overhead,
    allocatable: computeAllocatable(capacity, totalOverhead(overhead)),
  });
}

function defaultOfferings(price: number): readonly Offering[] {
  const spot = ["test-zone-1", "test-zone-2"];
  const onDemand = [...spot, "test-zone-3"];
  return [
    ...spot.map((zone) => offering({ zone, capacityType: "spot", price })),
    ...onDemand.map((zone) => offering({ zone, capacityType: "on-demand", price })),
  ];
}

/** A tenth of a dollar per core and per 10^9 bytes of memory. */
export function priceFromResources(resources: ResourceList): number {
  return 0.1 * ((resources["cpu"] ?? 0) / 1000) + (0.1 * (resources["memory"] ?? 0)) / 1e9;
}

/**
 * `fake-it-0` with one core, 2Gi and ten pods, the next with twice that, and so on.
 *
 * @see karpenter v1.14.1 pkg/cloudprovider/fake/instancetype.go InstanceTypes
 */
export function instanceTypes(count: number): readonly InstanceType[] {
  return Array.from({ length: count }, (_, index) =>
    instanceType({
      name: `fake-it-${index}`,
      resources: { cpu: index + 1, memory: `${(index + 1) * 2}Gi`, pods: (index + 1) * 10 },
    }),
  );
}

/**
 * The provider's default set: default, small, two with accelerators, arm, and one for one pod.
 *
 * @see karpenter v1.14.1 pkg/cloudprovider/fake/cloudprovider.go GetInstanceTypes
 */
export function defaultInstanceTypes(): readonly InstanceType[] {
  return [
    instanceType(),
    instanceType({ name: "small-instance-type", resources: { cpu: "2", memory: "2Gi" } }),
    instanceType({ name: "gpu-vendor-instance-type", resources: { "fake.com/vendor-a": "2" } }),
    instanceType({ name: "gpu-vendor-b-instance-type", resources: { "fake.com/vendor-b": "2" } }),
    instanceType({
      name: "arm-instance-type",
      architecture: "arm64",
      operatingSystems: ["ios", "linux", "windows", "darwin"],
      resources: { cpu: "16", memory: "128Gi" },
    }),
    instanceType({ name: "single-pod-instance-type", resources: { pods: "1" } }),
  ];
}
