/**
 * The charts of the page as Vega-Lite specifications. Charts of one kind have the same axes under every
 * policy, so that they can be compared by eye. Titles of what Karpenter's own dashboards show are theirs.
 *
 * Colours are names that the page resolves for light and dark: `series-1` and so on.
 *
 * @see karpenter-provider-aws v1.14.1 website/content/en/docs/getting-started karpenter-capacity-dashboard.json
 */
import type { TopLevelSpec } from "vega-lite";
import { centre } from "../figure.ts";
import type { Figure, PolicyReport, Report } from "../report-schema.ts";
import type { Point } from "./chart-data.ts";
import { linePeak, pointsOf, stackPeak } from "./chart-data.ts";

/** A chart and where it goes. */
export interface Chart {
  /** Of the element that it is drawn into. */
  readonly id: string;
  /** Above the chart: the policy, or what is compared. */
  readonly title: string;
  readonly spec: TopLevelSpec;
}

/** Charts of one kind side by side. */
export interface ChartGroup {
  readonly title: string;
  readonly note: string;
  readonly charts: readonly Chart[];
}

interface Kind {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly unit: string;
  readonly isStacked: boolean;
  readonly lists: (policy: PolicyReport) => Readonly<Record<string, readonly number[]>>;
  /** Every name that a list may have, in the order of colours. */
  readonly names: readonly string[];
}

const schema = "https://vega.github.io/schema/vega-lite/v6.json";
/** Without this scale, axes would depend on the reader's time zone. */
const instant = { field: "t", type: "temporal" as const, scale: { type: "utc" as const } };
/** Labels of ticks, with 24 hours in a day. */
const clock = {
  year: "%Y",
  month: "%b",
  week: "%d %b",
  day: "%a %d",
  date: "%a %d",
  hours: "%H:%M",
  minutes: "%H:%M",
};
type TimeLayer = Extract<TopLevelSpec, { layer: unknown }>["layer"][number];
const capacityTypes = ["on-demand", "spot", "reserved"];

const kinds: readonly Kind[] = [
  {
    id: "cost",
    title: "Compute cost by capacity type",
    note: "US dollars per hour",
    unit: "$/hour",
    isStacked: true,
    lists: ({ series }) => series.usdPerHourByCapacityType,
    names: capacityTypes,
  },
  {
    id: "nodes",
    title: "Node Summary",
    note: "running nodes by capacity type",
    unit: "nodes",
    isStacked: true,
    lists: ({ series }) => series.nodesByCapacityType,
    names: capacityTypes,
  },
  {
    id: "cpu",
    title: "CPU Utilization",
    note: "vCPUs that pods request, and what nodes have allocatable",
    unit: "vCPU",
    isStacked: false,
    lists: ({ series }) => ({
      allocatable: series.allocatableVcpus,
      requested: series.requestedVcpus,
    }),
    names: ["requested", "allocatable"],
  },
  {
    id: "pods",
    title: "Pod Phase",
    note: "pods that wait for a node",
    unit: "pods",
    isStacked: true,
    lists: ({ series }) => ({ pending: series.pendingPods }),
    names: ["pending"],
  },
];

/** Everything over time, one group for each kind of chart. */
export function chartsOverTime(report: Report): readonly ChartGroup[] {
  return kinds.map((kind) => {
    const lists = report.policies.map(kind.lists);
    const peak = Math.max(...lists.map(kind.isStacked ? stackPeak : linePeak));
    return {
      title: kind.title,
      note: kind.note,
      charts: report.policies.map((policy, index) => ({
        id: `chart-${kind.id}-${index}`,
        title: policy.name,
        spec: overTime(kind, pointsOf(report, lists[index] ?? {}), Math.max(peak, 1e-6)),
      })),
    };
  });
}

function overTime(kind: Kind, points: readonly Point[], peak: number): TopLevelSpec {
  const present = kind.names.filter((name) => points.some(({ series }) => series === name));
  return {
    $schema: schema,
    description: `${kind.title}: ${kind.note}`,
    width: "container",
    height: 150,
    autosize: { type: "fit-x", contains: "padding" },
    data: { values: [...points] },
    encoding: {
      x: {
        ...instant,
        axis: {
          title: null,
          labelOverlap: true,
          labelSeparation: 10,
          tickCount: 5,
          grid: false,
          format: clock,
        },
      },
    },
    layer: [marksOverTime(kind, present, peak), readingLine(present)],
  };
}

function marksOverTime(kind: Kind, present: readonly string[], peak: number): TimeLayer {
  return {
    mark: kind.isStacked
      ? { type: "area", interpolate: "step-after", opacity: 0.85 }
      : { type: "line", interpolate: "step-after", strokeWidth: 1.5 },
    encoding: {
      y: {
        field: "value",
        type: "quantitative",
        stack: kind.isStacked ? "zero" : null,
        scale: { domain: [0, peak], nice: true },
        axis: { title: kind.unit, tickCount: 4, minExtent: 34 },
      },
      color: {
        field: "series",
        type: "nominal",
        scale: { domain: [...present], range: present.map((name) => colourOf(kind, name)) },
        legend: kind.names.length > 1 ? { title: null, orient: "top" } : null,
      },
    },
  };
}

/** A line under the pointer, with every value at that instant. */
function readingLine(present: readonly string[]): TimeLayer {
  return {
    transform: [{ pivot: "series", value: "value", groupby: ["t"] }],
    mark: { type: "rule", strokeWidth: 1 },
    params: [
      {
        name: "hover",
        select: {
          type: "point",
          fields: ["t"],
          nearest: true,
          on: "pointermove",
          clear: "pointerout",
        },
      },
    ],
    encoding: {
      opacity: { condition: { param: "hover", empty: false, value: 0.7 }, value: 0 },
      tooltip: [
        {
          ...instant,
          title: "UTC",
          timeUnit: "utcyearmonthdatehoursminutes",
          format: "%a %d %b %H:%M",
        },
        ...present.map((name) => ({
          field: name,
          type: "quantitative" as const,
          title: name,
          format: ",.2~f",
        })),
      ],
    },
  };
}

function colourOf({ names }: Kind, name: string): string {
  return `series-${names.indexOf(name) + 1}`;
}

interface Currency {
  readonly id: string;
  readonly title: string;
  readonly format: string;
  readonly pick: (policy: PolicyReport) => Figure;
}

const currencies: readonly Currency[] = [
  { id: "dollars", title: "Dollars", format: "$,.2f", pick: ({ cost }) => cost.totalUsd },
  {
    id: "waiting",
    title: "Pending pod-seconds",
    format: ",.0f",
    pick: ({ availability }) => availability.pendingPodSeconds,
  },
  {
    id: "disruption",
    title: "Pods disrupted",
    format: ",.0f",
    pick: ({ disruption }) => disruption.podsDisrupted,
  },
];

/** The three currencies as bars, a bar for each policy, in the order of the report. */
export function chartsOfCurrencies(report: Report): readonly Chart[] {
  return currencies.map(({ id, title, format, pick }) => ({
    id: `chart-${id}`,
    title,
    spec: bars(
      title,
      format,
      report.policies.map((policy) => barOf(policy.name, pick(policy))),
    ),
  }));
}

interface Bar {
  readonly policy: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

function barOf(policy: string, figure: Figure): Bar {
  const value = centre(figure);
  const [low, high] =
    typeof figure === "number" || figure.ci95 === null ? [value, value] : figure.ci95;
  // Nothing that is counted here can be less than nothing, whatever a normal distribution says.
  return { policy, value, low: Math.max(0, low), high };
}

function bars(title: string, format: string, values: readonly Bar[]): TopLevelSpec {
  const hasIntervals = values.some(({ low, high }) => low < high);
  const peak = Math.max(1e-6, ...values.map(({ high }) => high));
  // Names stand above the bars: beside them they would leave narrow charts no room.
  const y = { field: "policy", type: "nominal" as const, sort: null, axis: null };
  // Room on the right for the number behind the longest bar.
  const x = { type: "quantitative" as const, axis: null, scale: { domain: [0, peak * 1.4] } };
  return {
    $schema: schema,
    description: `${title} by policy`,
    width: "container",
    height: values.length * 46,
    padding: 0,
    autosize: { type: "fit-x", contains: "padding" },
    data: { values: [...values] },
    encoding: { y },
    layer: [
      {
        mark: { type: "bar", height: 14, yOffset: 7, cornerRadiusEnd: 2 },
        encoding: {
          x: { field: "value", ...x },
          color: { value: "series-1" },
          tooltip: [
            { field: "policy", title: "policy" },
            { field: "value", type: "quantitative", title, format },
          ],
        },
      },
      ...(hasIntervals
        ? [
            {
              mark: { type: "rule" as const, strokeWidth: 1.5, yOffset: 7 },
              encoding: { x: { field: "low", ...x }, x2: { field: "high" } },
            },
          ]
        : []),
      {
        mark: { type: "text", align: "left", baseline: "middle", yOffset: -9, opacity: 0.75 },
        encoding: { x: { datum: 0, ...x }, text: { field: "policy" } },
      },
      {
        mark: { type: "text", align: "left", baseline: "middle", dx: 6, yOffset: 7 },
        encoding: {
          x: { field: "high", ...x },
          text: { field: "value", type: "quantitative", format },
        },
      },
    ],
  };
}
