/**
 * A capacity pool: EC2's stock of machines of one instance type in one zone. Spot and On-Demand
 * launches drain the same stock.
 *
 * @see Amazon EC2 User Guide, "Best practices for Amazon EC2 Spot"
 */
export interface CapacityPool {
  readonly instanceType: string;
  readonly zone: string;
}

/** `zone/instance-type`, the key and the sort order of capacity pools. */
export function capacityPoolId(pool: CapacityPool): string {
  return `${pool.zone}/${pool.instanceType}`;
}
