import type { Command } from "commander";
import { compareStrings } from "../core/units/index.ts";
import type { Catalogue } from "../traces/index.ts";
import { loadCatalogue } from "../traces/index.ts";
import type { CatalogFilter, CatalogRow } from "./catalog-rows.ts";
import { catalogRows } from "./catalog-rows.ts";
import { OptionReading } from "./option-reading.ts";
import { formatTable } from "./print-table.ts";
import { jsonText } from "./terminal.ts";

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
      process.stdout.write(words.json === true ? jsonText(rows) : formatRows(rows));
    });
}

function readFilter(words: CatalogWords, catalogue: Catalogue): CatalogFilter {
  const reading = new OptionReading();
  const families = [...new Set(catalogue.instanceTypes.map(({ family }) => family))];
  families.sort(compareStrings);
  const filter: CatalogFilter = {
    region: reading.oneOf("--region", words.region, catalogue.pricedRegions) ?? "",
    families:
      words.family === undefined ? undefined : reading.someOf("--family", words.family, families),
    arch: reading.oneOf("--arch", words.arch, ["amd64", "arm64"]),
    minVcpus: reading.amount("--min-cpu", words.minCpu),
    maxVcpus: reading.amount("--max-cpu", words.maxCpu),
    minMemoryGib: reading.amount("--min-memory", words.minMemory),
    maxMemoryGib: reading.amount("--max-memory", words.maxMemory),
    hasGpu: words.gpu === true,
  };
  reading.finish();
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
