import type { JSX } from "preact";
import { centre } from "../figure.ts";
import {
  formatAmount,
  formatCount,
  formatMoney,
  formatPercent,
  formatRate,
  formatSeconds,
} from "../number-text.ts";
import type { PolicyReport, Report } from "../report-schema.ts";
import { basisLines, noticeText, unexplained } from "../report-words.ts";

const unscheduledShown = 10;

/** What a reader must see before any figure: pods without a node, and what is not modelled. */
export function Alerts({ report }: { readonly report: Report }): JSX.Element {
  const left = report.policies.filter((each) => centre(each.availability.unschedulablePods) > 0);
  return (
    <>
      {left.length === 0 ? null : (
        <section class="alert bad" role="alert">
          <h2>Pods were left without a node. This is no success.</h2>
          {left.map((policy) => (
            <UnscheduledPods policy={policy} />
          ))}
        </section>
      )}
      {report.notModelled.length === 0 ? null : (
        <section class="alert warn">
          <h2>Not modelled</h2>
          <ul>
            {report.notModelled.map((notice) => (
              <li>{noticeText(notice)}</li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function UnscheduledPods({ policy }: { readonly policy: PolicyReport }): JSX.Element {
  const { unscheduled, unschedulablePods } = policy.availability;
  const more = unscheduled.length - unscheduledShown;
  return (
    <>
      <p>
        {policy.name}: {formatCount(centre(unschedulablePods))} without a node at the end
      </p>
      <ul>
        {unscheduled.slice(0, unscheduledShown).map(({ podKey, seed, pendingSeconds, message }) => (
          <li>
            <code>{podKey}</code> (seed {seed}), pending for {formatSeconds(pendingSeconds)}:{" "}
            {message ?? unexplained}
          </li>
        ))}
        {more > 0 ? <li>and {more} more, listed in report.json</li> : null}
      </ul>
    </>
  );
}

/** A policy as eks-node-viewer would show it, means over the run. */
export function PolicyCard({ policy }: { readonly policy: PolicyReport }): JSX.Element {
  const { name, nodes, cost, atEnd, experiments } = policy;
  const capacityTypes = Object.entries(atEnd.nodesByCapacityType)
    .map(([capacityType, count]) => `${formatCount(centre(count))} ${capacityType}`)
    .join(", ");
  const gib = nodes.meanAllocatableGib;
  return (
    <article class="card">
      <h2>{name}</h2>
      <p class="price">
        <span class="month">
          {formatMoney(centre(cost.usdPerMonth))} <span class="unit">/ month</span>
        </span>
        <span class="hour">{formatRate(centre(cost.usdPerHour))} / hour</span>
      </p>
      <Meter
        label="cpu"
        percent={centre(nodes.cpuUtilizationPercent)}
        of={`${formatAmount(centre(nodes.meanRequestedVcpus))} / ${formatAmount(centre(nodes.meanAllocatableVcpus))} vCPU`}
      />
      <Meter
        label="memory"
        percent={centre(nodes.memoryUtilizationPercent)}
        of={`${formatAmount(centre(nodes.meanRequestedGib))} / ${gib === null ? "?" : formatAmount(centre(gib))} GiB`}
      />
      <p class="end">
        {formatAmount(centre(nodes.mean))} nodes on average; at the end{" "}
        {capacityTypes === "" ? "none" : capacityTypes}, {formatCount(centre(atEnd.boundPods))} pods
        bound, {formatCount(centre(atEnd.pendingPods))} pending
      </p>
      {experiments.length === 0 ? null : (
        <p class="end">
          Experiment, not upstream Karpenter: <code>{experiments.join("; ")}</code>
        </p>
      )}
    </article>
  );
}

function Meter(props: {
  readonly label: string;
  readonly percent: number;
  readonly of: string;
}): JSX.Element {
  const { label, percent, of } = props;
  return (
    <>
      <p class="meter">
        <span>
          {label} {formatPercent(percent)}
        </span>
        <span>{of}</span>
      </p>
      <svg class="track" viewBox="0 0 100 7" preserveAspectRatio="none" aria-hidden="true">
        <rect width={Math.min(100, percent).toFixed(2)} height="7" />
      </svg>
    </>
  );
}

/** Seeds, versions, sources and digests. */
export function RestsOn({ report }: { readonly report: Report }): JSX.Element {
  return (
    <section>
      <h2>What this rests on</h2>
      <dl>
        {basisLines(report).map(({ label, text }) => (
          <>
            <dt>{label}</dt>
            <dd>{text}</dd>
          </>
        ))}
      </dl>
    </section>
  );
}
