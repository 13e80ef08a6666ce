/** Who may import whom, and through which door. Names are folders from the repository root. */
export interface RoomRule {
  /** The top folder the rule is about. */
  readonly from: string;
  /** Prefixes of what its files may import; its own folder is always allowed. */
  readonly mayImport: readonly string[];
  /** Prefixes of what it may import as types only. */
  readonly typesOnly?: readonly string[];
}

/** The import table. commands and cli.ts may import every room, hence have no row. */
export const roomRules: readonly RoomRule[] = [
  { from: "core", mayImport: [] },
  { from: "sim", mayImport: ["core/"], typesOnly: ["traces/"] },
  { from: "traces", mayImport: ["core/apis/", "core/units/"] },
  { from: "scenarios", mayImport: ["core/", "traces/", "sim/"] },
  { from: "reports", mayImport: ["sim/ledger/", "core/units/"] },
];

/** What ships. No file of these may import what does not: tests, benchmarks, scripts. */
export const shippedFolders: readonly string[] = [
  "core",
  "sim",
  "traces",
  "scenarios",
  "reports",
  "commands",
];

const roomsOfRooms = new Set(["core", "sim"]);
const shipped = new Set(shippedFolders);

/**
 * The room a file belongs to: a folder directly under core or sim, else the top folder, such as
 * `core/units` or `reports`. Files directly in core or sim form a room of that name. Undefined for
 * everything that does not ship.
 */
export function roomOf(path: string): string | undefined {
  const [top, second, third] = path.split("/");
  if (top === undefined || second === undefined || !shipped.has(top)) {
    return undefined;
  }
  return roomsOfRooms.has(top) && third !== undefined ? `${top}/${second}` : top;
}

/**
 * Whether another room may import this file: `index.ts`, or the world that sim is built around and
 * its plan, or any command, since each is loaded by its own file.
 */
export function isDoor(path: string): boolean {
  const room = roomOf(path);
  const isWorld = path === "sim/world.ts" || path === "sim/world-plan.ts";
  return path === `${room}/index.ts` || isWorld || room === "commands";
}

/** Files that are started rather than imported. */
export function isEntry(path: string): boolean {
  return (
    path === "cli.ts" ||
    path === "reports/html/browser-entry.ts" ||
    // vitest.config.ts names it.
    path === "test/support/property-seed.ts" ||
    /(^|\/|-)worker\.ts$/.test(path) ||
    /(^|\/)index\.ts$/.test(path) ||
    /\.config\.(ts|js)$/.test(path) ||
    /^(bench|scripts|conformance)\//.test(path)
  );
}
