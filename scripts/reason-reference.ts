/* The reason codes of disruption with their sentences, as a reference page. */
import {
  refusalCodes,
  type RefusalCode,
  routineRefusals,
  sentences,
} from "../core/disruption/index.ts";

const intro = `# Reason codes

Why a node is not disrupted: the codes that stand as \`reason\` in the journal's \`disruption-refused\` and
\`disruption-considered\` entries ([ledger entries](ledger-entries.md)), behind \`refused/\` in the report's \`decisions\`,
and in \`plan\` and \`explain\`. In the order in which a node meets them; the sentences are Karpenter's where it has one,
with examples for names and numbers.

Generated from [the code](../../core/disruption/reasons.ts) by \`tsx scripts/build-docs.ts\`; do not edit.
`;

const score = sentences.scoreTooLow("0.42", "0.50", 2);

const examples: Readonly<Record<RefusalCode, string>> = {
  "disruption/already-being-disrupted": sentences.alreadyBeingDisrupted(),
  "disruption/not-managed": sentences.notManaged(),
  "disruption/no-node": sentences.noNode(),
  "disruption/not-initialized": sentences.notInitialized(),
  "disruption/deleting": sentences.deleting(),
  "disruption/nominated": sentences.nominated(),
  "disruption/node-do-not-disrupt": sentences.nodeDoNotDisrupt(),
  "disruption/no-node-pool-label": sentences.noNodePoolLabel(),
  "disruption/node-pool-not-found": sentences.nodePoolNotFound("default"),
  "disruption/pod-do-not-disrupt": sentences.podDoNotDisrupt("ml/train-0"),
  "disruption/pdb-blocks": sentences.pdbBlocks("shop/web"),
  "disruption/multiple-pdbs": sentences.multiplePdbs(["shop/all", "shop/web"]),
  "disruption/static-node-pool": sentences.staticNodePool("fixed"),
  "disruption/not-static-node-pool": sentences.notStaticNodePool("default"),
  "disruption/not-drifted": sentences.notDrifted(),
  "disruption/instance-type-not-found": sentences.instanceTypeNotFound("m5.large"),
  "disruption/no-capacity-type-label": sentences.noCapacityTypeLabel(),
  "disruption/no-zone-label": sentences.noZoneLabel(),
  "disruption/consolidation-disabled": sentences.consolidationDisabled("default"),
  "disruption/buffer-pods": sentences.bufferPods("ip-10-0-0-1.ec2.internal"),
  "disruption/not-empty": sentences.notEmpty(),
  "disruption/empty": sentences.empty(),
  "disruption/policy-when-empty": sentences.policyWhenEmpty("default"),
  "disruption/not-consolidatable": sentences.notConsolidatable(),
  "disruption/budget-exhausted": sentences.budgetExhausted("Underutilized"),
  "disruption/static-over-replicas": sentences.staticOverReplicas("fixed"),
  "disruption/static-node-limit": sentences.staticNodeLimit("fixed"),
  "disruption/candidate-deleting": sentences.candidateDeleting(),
  "disruption/simulation-failed": "creating scheduler, no nodepools found",
  "disruption/pods-would-not-schedule":
    "Not all pods would schedule, shop/web-1 => no instance type has enough resources",
  "disruption/more-than-one-replacement": sentences.moreThanOneReplacement(2),
  "disruption/min-values-unmet": sentences.minValuesUnmet(
    "minValues requirement is not met for label(s) (label(s)=[node.kubernetes.io/instance-type])",
  ),
  "disruption/no-cheaper-replacement": sentences.noCheaperReplacement(),
  "disruption/spot-to-spot-disabled": sentences.spotToSpotDisabled(),
  "disruption/spot-to-spot-flexibility": sentences.spotToSpotFlexibility(15, 7),
  "disruption/best-score-too-low": score,
  "disruption/score-too-low": score,
  "disruption/validation-churn": "1 candidates are no longer valid",
  "disruption/validation-budget":
    "a candidate can no longer be disrupted without violating budgets",
  "disruption/validation-scheduling": "scheduling simulation produced new results",
  "disruption/experiment-savings-too-small": sentences.savingsTooSmall("$0.0100", "$0.0200"),
  "disruption/experiment-utilization-too-high": sentences.utilizationTooHigh("81.5", 70),
};

/** The page, as text. */
export function reasonReference(): string {
  const rows = refusalCodes.map((code) => {
    const isTold = routineRefusals.has(code) ? "no" : "yes";
    return `| \`${code}\` | ${examples[code].replaceAll("|", "\\|")} | ${isTold} |`;
  });
  const table = ["| code | sentence | in the journal |", "| --- | --- | --- |", ...rows];
  return `${intro}\n${table.join("\n")}\n`;
}
