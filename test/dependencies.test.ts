import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

function read(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(read("package.json")) as Manifest;
const versions = new Map(
  Object.entries({
    ...manifest.dependencies,
    ...manifest.devDependencies,
    ...manifest.optionalDependencies,
  }),
);

describe("the dependencies", () => {
  it("are pinned exactly, each of them", () => {
    const loose = [...versions].filter(
      ([, version]) => !/^\d+\.\d+\.\d+(-[\w.-]+)?$/.test(version),
    );
    expect(versions.size).toBeGreaterThan(20);
    expect(loose).toEqual([]);
  });

  it("each have their reason in docs/dependencies.md, and nothing else has a row there", () => {
    const rows = read("docs/dependencies.md").matchAll(/^\| ([^|]+?) \|/gm);
    const named = [...rows]
      .flatMap((row) => (row[1] ?? "").split(", "))
      .filter((name) => name !== "package" && !/^-+$/.test(name));
    expect(named.sort()).toEqual([...versions.keys()].sort());
  });

  it("are locked with a checksum and without the address of any registry", () => {
    const lock = JSON.parse(read("package-lock.json")) as {
      readonly packages: Readonly<
        Record<string, { readonly resolved?: string; readonly integrity?: string }>
      >;
    };
    const locked = Object.entries(lock.packages).filter(([path]) => path !== "");
    expect(locked.length).toBeGreaterThan(versions.size);
    expect(locked.filter(([, entry]) => entry.resolved !== undefined)).toEqual([]);
    expect(locked.filter(([, entry]) => entry.integrity === undefined)).toEqual([]);
  });
});
