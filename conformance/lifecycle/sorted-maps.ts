import type { SourceEdit } from "../sorted-maps.ts";

const deprovisioning = "pkg/controllers/static/deprovisioning/controller.go";
const initialization = "pkg/controllers/nodeclaim/lifecycle/initialization.go";
const validation = "pkg/apis/v1/nodepool_validation.go";
const withSorting = 'import (\n\t"maps"\n\t"slices"\n';

/**
 * Caches forget a millisecond early. In life a timer fires a little late, so that what it comes back
 * for has expired; where time stands still meanwhile, it would be looked up at its last instant.
 */
const earlier = "-time.Millisecond";

/** The hash maps that lifecycle walks, and the sorts that leave ties to chance: by name. */
export const lifecycleEdits: readonly SourceEdit[] = [
  {
    // Of several missing resources, the first by name is told of.
    file: initialization,
    from: "for resourceName, quantity := range nodeClaim.Spec.Resources.Requests {",
    to: "for _, resourceName := range slices.Sorted(maps.Keys(nodeClaim.Spec.Resources.Requests)) {\n\t\tquantity := nodeClaim.Spec.Resources.Requests[resourceName]",
    count: 1,
  },
  { file: initialization, from: "import (\n", to: withSorting, count: 1 },
  {
    file: deprovisioning,
    from: "	// Resolved nodes (empty first, then by disruption cost)\n",
    to: "	slices.SortFunc(nodes, func(a, b *state.StateNode) int { return cmp.Compare(a.Name(), b.Name()) })\n",
    count: 1,
  },
  {
    file: deprovisioning,
    from: "slices.SortFunc(nonEmptyNodes,",
    to: "slices.SortStableFunc(nonEmptyNodes,",
    count: 1,
  },
  {
    file: validation,
    from: "for key, value := range in.Labels {",
    to: "for _, key := range slices.Sorted(maps.Keys(in.Labels)) {\n\t\tvalue := in.Labels[key]",
    count: 1,
  },
  {
    file: "pkg/controllers/nodeclaim/consistency/controller.go",
    from: "cache.New(scanPeriod, 1*time.Minute)",
    to: `cache.New(scanPeriod${earlier}, 1*time.Minute)`,
    count: 1,
  },
  {
    file: "pkg/controllers/nodeclaim/disruption/controller.go",
    from: "cache.New(time.Minute*30, time.Minute)",
    to: `cache.New(time.Minute*30${earlier}, time.Minute)`,
    count: 1,
  },
  {
    // Of pods that wait for one budget, the first by name gets it, not that of the fastest worker.
    file: "pkg/controllers/node/termination/terminator/eviction.go",
    from: "MaxConcurrentReconciles: maxConcurrentReconciles,",
    to: "MaxConcurrentReconciles: 1,",
    count: 1,
  },
  { file: validation, from: "import (\n", to: withSorting, count: 1 },
];
