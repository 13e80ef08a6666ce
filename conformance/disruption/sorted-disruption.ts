/**
 * The loops and sorts of upstream's disruption that leave the order to a hash map, to an unstable sort
 * or to threads. While recording they get the order that the core has; any order is a legal one.
 */
import type { SourceEdit } from "../sorted-maps.ts";

const disruption = "pkg/controllers/disruption";
const cluster = "pkg/controllers/state/cluster.go";
const singleNode = `${disruption}/singlenodeconsolidation.go`;
const balanced = `${disruption}/balanced.go`;
const scheduler = "pkg/controllers/provisioning/scheduling/scheduler.go";

/** State nodes by name. */
const stateNodes: readonly SourceEdit[] = [
  { file: cluster, from: '\t"maps"\n', to: '\t"maps"\n\t"sort"\n', count: 1 },
  {
    file: cluster,
    from: "// DeepCopyNodes creates a DeepCopy of all state nodes.\n",
    to: `func sortedNodes(nodes map[string]*StateNode) []*StateNode {
	sorted := lo.Values(nodes)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i].Name() < sorted[j].Name() })
	return sorted
}

// DeepCopyNodes creates a DeepCopy of all state nodes.
`,
    count: 1,
  },
  {
    file: cluster,
    from: "lo.Map(lo.Values(c.nodes),",
    to: "lo.Map(sortedNodes(c.nodes),",
    count: 1,
  },
  {
    file: cluster,
    from: "for _, node := range c.nodes {",
    to: "for _, node := range sortedNodes(c.nodes) {",
    count: 1,
  },
];

/** Candidates of equal worth stay in order of their names. */
const candidates: readonly SourceEdit[] = ["consolidation.go", "drift.go"].map((file) => ({
  file: `${disruption}/${file}`,
  from: "sort.Slice(candidates,",
  to: "sort.SliceStable(candidates,",
  count: 1,
}));

/** NodePools by name. */
const nodePools: readonly SourceEdit[] = [
  {
    file: singleNode,
    from: "s.PreviouslyUnseenNodePools.UnsortedList()",
    to: "sets.List(s.PreviouslyUnseenNodePools)",
    count: 2,
  },
  {
    file: singleNode,
    from: "lo.Keys(nodePoolCandidates)",
    to: "sets.List(sets.KeySet(nodePoolCandidates))",
    count: 1,
  },
  {
    file: `${disruption}/staticdrift.go`,
    from: '\t"math"\n',
    to: '\t"maps"\n\t"math"\n\t"slices"\n',
    count: 1,
  },
  {
    file: `${disruption}/staticdrift.go`,
    from: "for npName, npCandidates := range candidatesByNodePool {",
    to: "for _, npName := range slices.Sorted(maps.Keys(candidatesByNodePool)) {\n\t\tnpCandidates := candidatesByNodePool[npName]",
    count: 1,
  },
];

/** Pods in an error text by their keys. */
const podErrors: readonly SourceEdit[] = [
  {
    file: scheduler,
    from: "for k, err := range errs {",
    to: `keys := lo.Keys(errs)
	sort.Slice(keys, func(i, j int) bool {
		return keys[i].Namespace+"/"+keys[i].Name < keys[j].Namespace+"/"+keys[j].Name
	})
	for _, k := range keys {
		err := errs[k]`,
    count: 1,
  },
];

/** One thing after the other, so that names of NodeClaims follow from the order of commands. */
const workers: readonly SourceEdit[] = [
  [`${disruption}/controller.go`, "len(cmds)", 1] as const,
  [`${disruption}/queue.go`, "len(cmd.Candidates)", 2] as const,
  ["pkg/controllers/state/statenode.go", "len(nodes)", 2] as const,
  ["pkg/controllers/provisioning/provisioner.go", "len(nodeClaims)", 1] as const,
].map(([file, length, count]) => ({
  file,
  from: `workqueue.ParallelizeUntil(ctx, ${length}, `,
  to: "workqueue.ParallelizeUntil(ctx, 1, ",
  count,
}));

/** A clock that stands still shows one instant twice, which no clock of a real controller does. */
const clock: readonly SourceEdit[] = [
  {
    file: cluster,
    from: "newState := c.clock.Now()\n",
    to: "newState := c.clock.Now()\n\tif !newState.After(c.clusterState) {\n\t\tnewState = c.clusterState.Add(1)\n\t}\n",
    count: 1,
  },
];

/** The one deadline that runs by the machine's clock, and would cut searches short on a busy one. */
const deadline: readonly SourceEdit[] = [
  {
    file: `${disruption}/multinodeconsolidation.go`,
    from: "MultiNodeConsolidationTimeoutDuration = 1 * time.Minute",
    to: "MultiNodeConsolidationTimeoutDuration = 24 * time.Hour",
    count: 1,
  },
];

/** Shows the verdict on each move, which upstream only logs. */
const verdicts: readonly SourceEdit[] = [
  {
    file: balanced,
    from: "allApproved, perPool := EvaluateBalancedMove(ctx, cmd, e.totals)\n",
    to: "allApproved, perPool := EvaluateBalancedMove(ctx, cmd, e.totals)\n\tif OnScored != nil {\n\t\tOnScored(cmd, perPool, allApproved)\n\t}\n",
    count: 1,
  },
  {
    file: balanced,
    from: "// NewBalancedEvaluator creates",
    to: "// OnScored is told of every verdict.\nvar OnScored func(Command, map[string]ScoreResult, bool)\n\n// NewBalancedEvaluator creates",
    count: 1,
  },
];

export const disruptionEdits: readonly SourceEdit[] = [
  ...stateNodes,
  ...candidates,
  ...nodePools,
  ...podErrors,
  ...workers,
  ...clock,
  ...deadline,
  ...verdicts,
];
