/*
 * From a scenario file to everything that its runs need, in four steps; each gathers all of its
 * complaints, and a step begins only when the one before it had none:
 *
 *   1. the file: YAML, schema                     2. what it names: region, zones, types, paths
 *   3. manifests, with the overlays of policies   4. traces
 *
 * A scenario holds nothing that depends on the seed, so that one serves every run.
 */
import { readFile, stat } from "node:fs/promises";
import nodePath from "node:path";
import type { Diagnostic, DurationMs, Result, SimTime } from "../../core/units/index.ts";
import { after, fail, formatTime, ok, OutsideError } from "../../core/units/index.ts";
import type { Catalogue } from "../../traces/index.ts";
import { loadCatalogue } from "../../traces/index.ts";
import { type AccountVersion, undescribedAccount } from "../../sim/aws/index.ts";
import type { ObjectChange } from "../../sim/world-plan.ts";
import { expandPolicies } from "../policies/expand-policies.ts";
import type { ScenarioFile } from "../scenario-schema.ts";
import { scenarioSchema } from "../scenario-schema.ts";
import { filterCatalogue } from "../world/filter-catalogue.ts";
import { awsSettings } from "../world/settings.ts";
import { unmatchedNodePools } from "../world/unmatched-node-pools.ts";
import { checkFaultTargets } from "./check-faults.ts";
import { checkSpec } from "./check-spec.ts";
import { checkWorkloads } from "./check-workloads.ts";
import type { InputDigest } from "./input-digest.ts";
import { digestFile, digestInputs, digestText } from "./input-digest.ts";
import { findInputFiles } from "./input-paths.ts";
import type { InputFile, InputFolders } from "./input-paths.ts";
import type { PolicyCluster } from "./load-clusters.ts";
import { loadAccount } from "./load-account.ts";
import { loadChanges } from "./load-changes.ts";
import { loadClusters, readManifestFiles } from "./load-clusters.ts";
import type { LoadedTraces } from "./load-traces.ts";
import { loadTraces, traceFiles } from "./load-traces.ts";
import type { ScenarioNotice } from "./scenario-notices.ts";
import { scenarioNotices } from "./scenario-notices.ts";
import type { ScenarioDocument } from "./scenario-document.ts";
import { parseScenarioDocument } from "./scenario-document.ts";
import { schemaDiagnostics } from "./schema-diagnostics.ts";
import { standingAssumptions } from "./standing-assumptions.ts";
import { unmodelledRequests } from "./unmodelled-requests.ts";

/** What the command line adds to a scenario. */
export interface LoadScenarioOptions {
  /** Folders with large traces, in order. */
  readonly dataFolders?: readonly string[];
  /** Instead of the scenario's duration. */
  readonly duration?: DurationMs;
  /** The end of the run, instead of a duration. */
  readonly until?: SimTime;
}

/** A scenario with everything that it names, read and checked. */
export interface Scenario {
  readonly name: string;
  /** The scenario file, as the user named it or found in the folder that the user named. */
  readonly file: string;
  readonly start: SimTime;
  /** Not included. */
  readonly end: SimTime;
  /** As completed with defaults; `seed` is that of the first run. */
  readonly spec: ScenarioFile["spec"];
  /** Only what is on sale in the scenario. */
  readonly catalogue: Catalogue;
  /** In the scenario's order; at least one. */
  readonly clusters: readonly PolicyCluster[];
  /** What changes under each policy, in the order of the clusters. */
  readonly changes: readonly (readonly ObjectChange[])[];
  /** The account at the start and after each change. */
  readonly account: readonly AccountVersion[];
  readonly traces: LoadedTraces;
  /** The scenario file, then manifests and traces by name, each once. */
  readonly inputs: readonly InputDigest[];
  /** Of all inputs and of the length of the run. */
  readonly digest: string;
  /** What the inputs ask for and the simulator does not model, or reads differently. */
  readonly notices: readonly ScenarioNotice[];
}

/**
 * Loads a scenario from its file, or from a folder with a `scenario.yaml`.
 *
 * Warnings are things that the input asks for and the simulator does not model, and what is
 * suspicious in it.
 *
 * @throws OutsideError when a file cannot be read.
 */
export async function loadScenario(
  path: string,
  options: LoadScenarioOptions = {},
): Promise<Result<Scenario>> {
  const file = await scenarioFileOf(path);
  const text = await readText(file);
  const parsed = parseScenarioFile(file, text);
  if (!parsed.ok) return parsed;
  const { document, content } = parsed.value;
  const folders = { scenario: nodePath.dirname(file), data: options.dataFolders ?? [] };
  const named = await checkNames(document, content, folders);
  if (!named.ok) return named;
  const window = windowOf(content, options, document);
  if (!window.ok) return window;
  const manifestFiles = await readManifestFiles(named.value.manifestFiles);
  if (!manifestFiles.ok) return manifestFiles;
  const policies = expandPolicies(content.spec);
  const clusters = loadClusters(document, manifestFiles.value, policies);
  if (!clusters.ok) return clusters;
  const account = loadAccount(document, content.spec);
  if (!account.ok) return account;
  const changes = loadChanges(document, content.spec, manifestFiles.value, clusters.value);
  if (!changes.ok) return changes;
  const misfits = [
    ...checkWorkloads(document, content.spec.workloads, clusters.value),
    ...checkFaultTargets(document, content.spec.faults, clusters.value),
  ];
  if (misfits.length > 0) return fail(misfits);
  const { catalogue } = named.value;
  const needed = { spec: content.spec, catalogue, ...window.value };
  const traces = await loadTraces(document, needed, folders);
  if (!traces.ok) return traces;
  const files = [...named.value.manifestFiles, ...traceFiles(traces.value)];
  const inputs = await digestAll(file, text, files);
  const warned = [...clusters.warnings, ...changes.warnings, ...traces.warnings];
  const scenario: Scenario = {
    name: content.metadata.name,
    file,
    ...window.value,
    spec: content.spec,
    catalogue,
    clusters: clusters.value,
    changes: changes.value,
    account: account.value,
    traces: traces.value,
    inputs,
    digest: digestInputs([...inputs, lengthDigest(window.value)]),
    notices: [],
  };
  const misfit = clusters.value.flatMap((cluster) => misfitNodePools(scenario, cluster));
  const requests = unmodelledRequests({ document, ...scenario });
  const warnings = [...warned, ...misfit, ...requests];
  const names = new Map([[file, nodePath.basename(file)], ...files.map(nameByPath)]);
  const notices = [
    ...scenarioNotices(warnings, clusters.value, names),
    ...standingAssumptions(scenario),
  ];
  return ok({ ...scenario, notices }, warnings);
}

function nameByPath({ path, name }: InputFile): readonly [string, string] {
  return [path, name];
}

async function scenarioFileOf(path: string): Promise<string> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new OutsideError({
      code: "outside/cannot-read-file",
      message: `there is no scenario at ${path}`,
      advice: "Name a scenario file, or a folder with a scenario.yaml; dryfit init DIR makes one.",
      cause,
    });
  });
  return found.isDirectory() ? nodePath.join(path, "scenario.yaml") : path;
}

async function readText(file: string): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file));
  } catch (cause) {
    const isEncoding = cause instanceof TypeError;
    throw new OutsideError({
      code: isEncoding ? "outside/not-utf-8" : "outside/cannot-read-file",
      message: isEncoding ? `${file} is not UTF-8 text` : `${file} cannot be read`,
      advice: isEncoding ? "Save it as UTF-8." : "Check the path.",
      cause,
    });
  }
}

interface ParsedScenario {
  readonly document: ScenarioDocument;
  readonly content: ScenarioFile;
}

/** The first step: syntax and schema. */
function parseScenarioFile(file: string, text: string): Result<ParsedScenario> {
  const document = parseScenarioDocument(file, text);
  if (!document.ok) return document;
  const checked = scenarioSchema.safeParse(document.value.data, { reportInput: true });
  if (!checked.success) return fail(schemaDiagnostics(document.value, checked.error.issues));
  return ok({ document: document.value, content: checked.data });
}

interface Names {
  readonly catalogue: Catalogue;
  readonly manifestFiles: readonly InputFile[];
}

/** The second step: everything that the file names. */
async function checkNames(
  document: ScenarioDocument,
  { spec }: ScenarioFile,
  folders: InputFolders,
): Promise<Result<Names>> {
  const catalogue = loadCatalogue();
  const steps = ["spec", "manifests"];
  const files = await findInputFiles(document, steps, spec.manifests, folders);
  const diagnostics: readonly Diagnostic[] = [
    ...checkSpec(document, spec, catalogue),
    ...(files.ok ? [] : files.diagnostics),
  ];
  if (diagnostics.length > 0 || !files.ok) {
    return fail([...diagnostics].sort((a, b) => (a.line ?? 0) - (b.line ?? 0)));
  }
  return ok({
    catalogue: filterCatalogue(catalogue, spec.instanceTypes),
    manifestFiles: files.value,
  });
}

function windowOf(
  { spec }: ScenarioFile,
  { duration, until }: LoadScenarioOptions,
  document: ScenarioDocument,
): Result<Pick<Scenario, "start" | "end">> {
  const end = until ?? after(spec.start, duration ?? spec.duration);
  if (end > spec.start) return ok({ start: spec.start, end });
  return fail({
    file: until === undefined ? "--duration" : "--until",
    code: "scenario/bad-end",
    found: formatTime(end),
    allowed: `a time after ${formatTime(spec.start)}, the start in ${document.file}`,
    message: "the run would end before it starts",
  });
}

async function digestAll(
  file: string,
  text: string,
  files: readonly InputFile[],
): Promise<readonly InputDigest[]> {
  const digests = [digestText(nodePath.basename(file), text)];
  const names = new Set<string>();
  for (const each of files) {
    if (names.has(each.name)) continue;
    names.add(each.name);
    digests.push(await digestFile(each));
  }
  return digests;
}

/** A run cut short by an option is another input. */
function lengthDigest({ start, end }: Pick<Scenario, "start" | "end">): InputDigest {
  return { name: "", sha256: `${start}-${end}` };
}

function misfitNodePools(scenario: Scenario, cluster: PolicyCluster): readonly Diagnostic[] {
  const { spec, catalogue, name } = scenario;
  const { vmMemoryOverheadPercent, reservedEnis } = awsSettings(spec, cluster.policy, name);
  const { region, zones } = spec;
  const account = scenario.account[0]?.account ?? undescribedAccount;
  const place = { account, catalogue, region, zones, vmMemoryOverheadPercent, reservedEnis };
  return unmatchedNodePools(cluster, place);
}
