import { apportion } from "./apportion.ts";
import type { PickFigure, Row, Section } from "./comparison-row.ts";
import { namesOf, row, unlessZero } from "./comparison-row.ts";
import { centre } from "./figure.ts";
import { formatMoney, formatPercent, formatRate } from "./number-text.ts";
import type { Figure, PolicyReport } from "./report-schema.ts";

const money = { format: formatMoney, better: "less" } as const;
const rate = { format: formatRate, better: "less" } as const;

const items: readonly { readonly label: string; readonly pick: PickFigure }[] = [
  { label: "Compute", pick: ({ cost }) => cost.computeUsd },
  { label: "Storage", pick: ({ cost }) => cost.storageUsd },
  { label: "Control plane", pick: ({ cost }) => cost.controlPlaneUsd },
  { label: "Public IPv4 addresses", pick: ({ cost }) => cost.networkUsd },
];

/** The bill: the printed cents of the parts add up to the printed total. */
export function costSection(policies: readonly PolicyReport[]): Section {
  const [compute, ...others] = itemRows(policies);
  return {
    title: "Cost",
    rows: [
      ...(compute === undefined ? [] : [compute]),
      ...capacityTypeRows(policies),
      ...others.flatMap(unlessZero),
      row(policies, "Total", ({ cost }) => cost.totalUsd, money),
      row(policies, "per month of 730 hours", ({ cost }) => cost.usdPerMonth, {
        ...money,
        depth: 1,
      }),
      row(policies, "per requested vCPU-hour", ({ cost }) => cost.usdPerVcpuHourRequested, {
        ...rate,
        depth: 1,
      }),
      row(policies, "per pod-hour", ({ cost }) => cost.usdPerPodHour, { ...rate, depth: 1 }),
      row(policies, "Idle compute", ({ cost }) => cost.idleUsd, money),
      row(policies, "All On-Demand", ({ cost }) => cost.onDemandEquivalentUsd, {
        format: formatMoney,
      }),
      row(policies, "saved against it", ({ cost }) => cost.savingsPercent, {
        format: formatPercent,
        depth: 1,
      }),
      ...unlessZero(
        row(policies, "Waived by EC2", ({ cost }) => cost.waivedUsd, { format: formatMoney }),
      ),
    ],
  };
}

/** The cents of each item of a policy's bill, adding up to the cents of its total. */
function itemCents(policy: PolicyReport): readonly number[] {
  return apportion(
    centre(policy.cost.totalUsd),
    items.map(({ pick }) => centre(pick(policy) ?? 0)),
    2,
  );
}

function itemRows(policies: readonly PolicyReport[]): readonly Row[] {
  const cents = policies.map(itemCents);
  return items.map(({ label, pick }, item) =>
    withTexts(row(policies, label, pick, money), (index) => cents[index]?.[item] ?? 0),
  );
}

function capacityTypeRows(policies: readonly PolicyReport[]): readonly Row[] {
  const rows = computeRows(policies, ({ cost }) => cost.byCapacityType);
  return rows.map(({ cells, ...rest }) => ({
    ...rest,
    depth: 1,
    // More of one and less of another is neither good nor bad by itself.
    cells: cells.map(({ change: _, isBetter: __, ...cell }) => cell),
  }));
}

/** A split of compute money; the printed cents add up to those of compute. */
export function computeRows(
  policies: readonly PolicyReport[],
  record: (policy: PolicyReport) => Readonly<Record<string, Figure>>,
): readonly Row[] {
  const names = namesOf(policies, record);
  const cents = policies.map((policy) => {
    const [computeCents = 0] = itemCents(policy);
    return apportion(
      computeCents,
      names.map((name) => centre(record(policy)[name] ?? 0)),
      2,
    );
  });
  return names.map((name, part) =>
    withTexts(
      row(policies, name, (policy) => record(policy)[name] ?? 0, money),
      (index) => cents[index]?.[part] ?? 0,
    ),
  );
}

function withTexts(plain: Row, amount: (index: number) => number): Row {
  const cells = plain.cells.map((cell, index) => ({ ...cell, text: formatMoney(amount(index)) }));
  return { ...plain, cells };
}
