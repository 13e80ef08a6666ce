/**
 * Upstream walks hash maps, so of several equally good domains it takes whichever Go hands out first.
 * Any order is a legal one: for recording, these loops are given the sorted order, which the core has
 * too, and decisions can be compared to the letter. Nothing else of upstream is touched.
 */
export interface SourceEdit {
  /** Below the module's root. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** How often `from` occurs; recording stops when upstream has changed. */
  readonly count: number;
}

const scheduling = "pkg/controllers/provisioning/scheduling";
const requirements = "pkg/scheduling/requirements.go";
const topologyGroup = `${scheduling}/topologygroup.go`;

export const sortedMapEdits: readonly SourceEdit[] = [
  {
    file: topologyGroup,
    from: "for domain := range t.domains {",
    to: "for _, domain := range sets.List(sets.KeySet(t.domains)) {",
    count: 5,
  },
  {
    file: topologyGroup,
    from: "for _, domain := range nodeDomains.Values() {",
    to: "for _, domain := range sets.List(sets.New(nodeDomains.Values()...)) {",
    count: 3,
  },
  {
    // Groups of daemons in the order of their first instance type.
    file: `${scheduling}/scheduler.go`,
    from: "groups[key] = &DaemonOverheadGroup{",
    to: "groupKeys = append(groupKeys, key)\n\t\t\t\tgroups[key] = &DaemonOverheadGroup{",
    count: 1,
  },
  {
    file: `${scheduling}/scheduler.go`,
    from: "groups := map[string]*DaemonOverheadGroup{}",
    to: "groups, groupKeys := map[string]*DaemonOverheadGroup{}, []string{}",
    count: 1,
  },
  {
    file: `${scheduling}/scheduler.go`,
    from: "lo.Map(lo.Values(groups), func(g *DaemonOverheadGroup, _ int) DaemonOverheadGroup { return *g })",
    to: "lo.Map(groupKeys, func(key string, _ int) DaemonOverheadGroup { return *groups[key] })",
    count: 1,
  },
  {
    file: requirements,
    from: "for key := range requirements {",
    to: "for _, key := range sets.List(requirements.Keys()) {",
    count: 1,
  },
  {
    file: requirements,
    from: "for key := range r.intersectKeys(requirements) {",
    to: "for _, key := range sets.List(r.intersectKeys(requirements)) {",
    count: 1,
  },
  {
    file: requirements,
    from: "for wellKnown := range allowedUndefined {",
    to: "for _, wellKnown := range sets.List(allowedUndefined) {",
    count: 1,
  },
  {
    file: requirements,
    from: "for existing := range r {",
    to: "for _, existing := range sets.List(r.Keys()) {",
    count: 1,
  },
  {
    file: "pkg/cloudprovider/types.go",
    from: "lo.Keys(incompatibleKeys)",
    to: "sets.List(sets.KeySet(incompatibleKeys))",
    count: 1,
  },
];

/** The file with its edits made. @throws Error when one of them doesn't occur as often as it should. */
export function applyEdits(edits: readonly SourceEdit[], file: string, source: string): string {
  return edits
    .filter((edit) => edit.file === file)
    .reduce((text, { from, to, count }) => {
      const parts = text.split(from);
      if (parts.length !== count + 1) {
        throw new Error(`${file}: ${parts.length - 1} times ${from}, not ${count}`);
      }
      return parts.join(to);
    }, source);
}
