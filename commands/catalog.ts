import type { Command } from "commander";
import { nearMiss } from "../core/apis/index.ts";
import type { Diagnostic } from "../core/units/index.ts";
import { compareStrings } from "../core/units/index.ts";
import type { Catalogue } from "../traces/index.ts";
import { loadCatalogue } from "../traces/index.ts";
import { BadInputError } from "./bad-input-error.ts";
import type { CatalogFilter, CatalogRow } from "./catalog-rows.ts";
import { catalogRows } from "./catalog-rows.ts";
import { formatTable } from "./print-table.ts";

interface CatalogWords {
  readonly region: string;
  readonly family?: string;
  readonly arch?: string;
  readonly minCpu?: string;
  readonly maxCpu?: string;
  readonly minMemory?: string;
  readonly maxMemory?: string;
  readonly gpu?: boolean;
  readonly json?: boolean;
}

/** `dryfit catalog list`: instance types with prices, as Karpenter sees them. */
export function configure(command: Command): void {
  command
    .command("list")
    .summary("instance types of a region with prices")
    .description("Lists instance types of a region, as Karpenter sees them under AL2023.")
    .option("--region <region>", "the region of the prices", "us-east-1")
    .option("--family <list>", "families such as m5,c5")
    .option("--arch <arch>", "amd64 or arm64")
    .option("--min-cpu <n>", "vCPUs at least")
    .option("--max-cpu <n>", "vCPUs at most")
    .option("--min-memory <gib>", "memory at least, GiB")
    .option("--max-memory <gib>", "memory at most, GiB")
    .option("--gpu", "only types with GPUs")
    .option("--json", "as JSON")
    .action((words: CatalogWords) => {
      const catalogue = loadCatalogue();
      const rows = catalogRows(catalogue, readFilter(words, catalogue));
      const text =
        words.json === true ? `${JSON.stringify(rows, undefined, 2)}\n` : formatRows(rows);
      process.stdout.write(text);
    });
}

function readFilter(words: CatalogWords, catalogue: Catalogue): CatalogFilter {
  const diagnostics: Diagnostic[] = [];
  const refuse = (option: string, found: string, known: readonly string[], allowed: string) => {
    const meant = nearMiss(found, known);
    diagnostics.push({
      file: option,
      code: "usage/bad-option",
      found,
      allowed,
      ...(meant === undefined ? {} : { hint: `write ${meant}` }),
      message: `${found} is not known`,
    });
  };
  const oneOf = (option: string, found: string, known: readonly string[]) => {
    if (!known.includes(found)) refuse(option, found, known, known.slice(0, 20).join(", "));
  };
  const number = (option: string, text: string | undefined): number | undefined => {
    if (text === undefined) return undefined;
    if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
    refuse(option, text, [], "a number of zero or more");
    return undefined;
  };
  const families = words.family?.split(",").map((name) => name.trim());
  const known = [...new Set(catalogue.instanceTypes.map(({ family }) => family))];
  known.sort(compareStrings);
  oneOf("--region", words.region, catalogue.pricedRegions);
  for (const family of families ?? []) oneOf("--family", family, known);
  if (words.arch !== undefined) oneOf("--arch", words.arch, ["amd64", "arm64"]);
  const filter: CatalogFilter = {
    region: words.region,
    families,
    arch: words.arch,
    minVcpus: number("--min-cpu", words.minCpu),
    maxVcpus: number("--max-cpu", words.maxCpu),
    minMemoryGib: number("--min-memory", words.minMemory),
    maxMemoryGib: number("--max-memory", words.maxMemory),
    hasGpu: words.gpu === true,
  };
  if (diagnostics.length > 0) throw new BadInputError(diagnostics);
  return filter;
}

const columns = [
  { title: "TYPE" },
  { title: "ARCH" },
  { title: "VCPU", isNumber: true },
  { title: "GIB", isNumber: true },
  { title: "GPU" },
  { title: "ALLOC CPU", isNumber: true },
  { title: "ALLOC MIB", isNumber: true },
  { title: "PODS", isNumber: true },
  { title: "$/H", isNumber: true },
  { title: "SPOT SAVES", isNumber: true },
  { title: "INTERRUPTED" },
];

function formatRows(rows: readonly CatalogRow[]): string {
  if (rows.length === 0) return "No instance type passes these filters.\n";
  return formatTable(
    columns,
    rows.map((row) => [
      row.instanceType,
      row.arch,
      String(row.vcpus),
      String(Math.round(row.memoryMib / 102.4) / 10),
      row.gpuName === undefined ? "" : `${row.gpus} ${row.gpuName}`,
      `${row.allocatableCpuMillicores}m`,
      String(Math.floor(row.allocatableMemoryBytes / 2 ** 20)),
      String(row.pods),
      row.onDemandUsdPerHour.toFixed(4),
      row.spotSavingsPercent === undefined ? "-" : `${row.spotSavingsPercent}%`,
      row.interruptionFrequency ?? "-",
    ]),
  );
}
