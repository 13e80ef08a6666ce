/**
 * How texts of the two sides are compared. Upstream walks a hash map of topology rules and names the
 * first that refuses, so where a pod has several, any of those may stand in the text; and so with the
 * labels that an unknown one may be a typo of. Everything else is compared to the letter.
 */
import type { Manifest } from "./cases.ts";

/** By which rule two texts were found to be the same. */
export const textRules = [
  "to the letter",
  "another topology rule of the pod",
  "another topology rule of the pod, of the same kind and key",
  "another label that the unknown one may be a typo of",
] as const;
export type TextRule = (typeof textRules)[number];

/** How many texts were found to be the same by each rule. */
export type TextCounts = ReadonlyMap<TextRule, number>;

interface TopologyRule {
  readonly kind: string;
  readonly key: string;
  /** The rule in full. */
  readonly term: string;
}

const brokenRule =
  /unsatisfiable topology constraint for (?<kind>[^,]+), key=(?<key>\S+) \(counts = .*? nodeDomains = \S+ \w+(?: (?:[<>]=?\d+|\[[^\]]*\]))*/g;
const typoHint = /label "(?<label>[^"]*)" does not have known values \(typo of "(?<meant>[^"]*)"/g;

/** Compares the texts of one case, and counts by which rule. */
export class TextComparison {
  readonly #counts = new Map<TextRule, number>();
  readonly #ownRulesByPod: ReadonlyMap<string, readonly TopologyRule[]>;
  readonly #repelling: readonly TopologyRule[];

  /** @param items the objects of the case: whose pods may break which rules */
  constructor(items: readonly Manifest[]) {
    this.#ownRulesByPod = new Map(items.map((item) => [keyOf(item), topologyRules(item)]));
    this.#repelling = [...this.#ownRulesByPod.values()]
      .flat()
      .filter(({ kind }) => kind === "pod anti-affinity")
      .map((rule) => ({ ...rule, term: `inverse ${rule.term}` }));
  }

  get counts(): TextCounts {
    return this.#counts;
  }

  /** Whether two texts say the same, which is counted. A text about one pod names it. */
  isSame(upstream: string, ours: string, pod?: string): boolean {
    const rule = this.#ruleFor(upstream, ours, pod);
    if (rule !== undefined) this.count(rule);
    return rule !== undefined;
  }

  count(rule: TextRule): void {
    this.#counts.set(rule, (this.#counts.get(rule) ?? 0) + 1);
  }

  #ruleFor(upstream: string, ours: string, pod: string | undefined): TextRule | undefined {
    if (withRelativeNumbers(upstream) === withRelativeNumbers(ours)) return "to the letter";
    if (withoutChance(upstream) !== withoutChance(ours)) return undefined;
    const theirs = [...upstream.matchAll(brokenRule)];
    const rules = [...ours.matchAll(brokenRule)].map((match, index) =>
      this.#topologyRuleFor(theirs[index], match, pod),
    );
    if (rules.includes(undefined)) return undefined;
    if (![upstream, ours].every(hasLegalHints)) return undefined;
    const used = new Set([...rules, ...(haveSameHints(upstream, ours) ? [] : textRules.slice(-1))]);
    return textRules.findLast((rule) => used.has(rule));
  }

  /** Two sentences about a topology rule: none of ours may be explained by a rule nobody has. */
  #topologyRuleFor(
    upstream: RegExpExecArray | undefined,
    ours: RegExpExecArray,
    pod: string | undefined,
  ): TextRule | undefined {
    if (upstream === undefined) return undefined;
    if (withRelativeNumbers(upstream[0]) === withRelativeNumbers(ours[0])) return "to the letter";
    const rules = this.#rulesOf(pod ?? lastPodBefore(ours));
    const [their, our] = [upstream, ours].map((it) => rules.filter((rule) => isNamed(rule, it)));
    if (their === undefined || our === undefined || their.length * our.length === 0) return;
    const isSameKind = isNamed(their[0] as TopologyRule, ours);
    if (!isSameKind) return "another topology rule of the pod";
    const isAnyOther = new Set(our.map(({ term }) => term)).size > 1;
    return isAnyOther ? "another topology rule of the pod, of the same kind and key" : undefined;
  }

  /** Those that may refuse the pod; of one that isn't known by name, those of all. */
  #rulesOf(pod: string | undefined): readonly TopologyRule[] {
    const own = this.#ownRulesByPod.get(pod ?? "") ?? [...this.#ownRulesByPod.values()].flat();
    return [...own, ...this.#repelling];
  }
}

/** A text without what chance may decide in it. */
export function withoutChance(text: string): string {
  return withRelativeNumbers(
    text
      .replaceAll(brokenRule, "unsatisfiable topology constraint")
      .replaceAll(typoHint, 'label "$<label>" does not have known values (typo of "a label"'),
  );
}

/** Placeholders of host names are numbered through the life of a process; here from the first on. */
export function withRelativeNumbers(text: string): string {
  let first: number | undefined;
  return text.replaceAll(/hostname-placeholder-(\d+)/g, (_, digits: string) => {
    first ??= Number(digits);
    return `hostname-placeholder+${Number(digits) - first}`;
  });
}

/** @see karpenter v1.14.1 pkg/scheduling/requirements.go labelHint */
function hasLegalHints(text: string): boolean {
  return [...text.matchAll(typoHint)].every(({ groups: { label = "", meant = "" } = {} }) => {
    const suffix = label.slice(label.indexOf("/") + 1);
    return meant.includes(label) || meant.endsWith(suffix);
  });
}

function haveSameHints(upstream: string, ours: string): boolean {
  const [left, right] = [upstream, ours].map((text) => text.match(typoHint)?.join());
  return left === right;
}

function isNamed(rule: TopologyRule, { groups }: RegExpExecArray): boolean {
  return rule.kind === groups?.["kind"] && rule.key === groups["key"];
}

/** Texts about several pods say `namespace/name => why` of each. */
function lastPodBefore({ input, index }: RegExpExecArray): string | undefined {
  return [...input.slice(0, index).matchAll(/(\S+\/\S+) => /g)].at(-1)?.[1];
}

interface Terms {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly AffinityTerm[];
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly {
    readonly podAffinityTerm: AffinityTerm;
  }[];
}
type AffinityTerm = Readonly<Record<"topologyKey", string>>;
interface PodSpec {
  readonly topologySpreadConstraints?: readonly AffinityTerm[];
  readonly affinity?: { readonly podAffinity?: Terms; readonly podAntiAffinity?: Terms };
  readonly template?: { readonly spec?: PodSpec };
}

/** The rules that a pod, or what makes pods, has in its specification. */
function topologyRules(manifest: Manifest): readonly TopologyRule[] {
  const { spec, template } = manifest as PodSpec & { readonly spec?: PodSpec };
  return [spec, spec?.template?.spec, template?.spec].flatMap((it) => [
    ...(it?.topologySpreadConstraints ?? []).map((term) => ruleOf("topology spread", term)),
    ...termsOf(it?.affinity?.podAffinity).map((term) => ruleOf("pod affinity", term)),
    ...termsOf(it?.affinity?.podAntiAffinity).map((term) => ruleOf("pod anti-affinity", term)),
  ]);
}

function termsOf(terms: Terms = {}): readonly AffinityTerm[] {
  const preferred = terms.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return [
    ...(terms.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...preferred.map(({ podAffinityTerm }) => podAffinityTerm),
  ];
}

function ruleOf(kind: string, term: AffinityTerm): TopologyRule {
  return { kind, key: term.topologyKey, term: JSON.stringify(term) };
}

function keyOf({ kind, metadata }: Manifest): string {
  const { namespace, name } = metadata as { readonly namespace?: string; readonly name: string };
  return kind === "Pod" ? `${namespace ?? "default"}/${name}` : `${String(kind)} ${name}`;
}
