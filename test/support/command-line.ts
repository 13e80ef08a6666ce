// dryfit as a person runs it, in a process of its own; and one of its commands in this one, which is
// faster, for what is not about streams and exit codes.
import { execFile } from "node:child_process";
import nodePath from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { vi } from "vitest";
import { describeFailure } from "../../commands/failure.ts";
import type { CommandModule } from "../../commands/program.ts";

/** The folder of the project, without a separator at its end. */
export const root: string = nodePath.resolve(fileURLToPath(new URL("../..", import.meta.url)));

/** How a run of dryfit ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a process is started. */
export interface ProcessOptions {
  /** Default: the folder of the project. */
  readonly folder?: string;
  readonly stdin?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Options of Node itself. */
  readonly node?: readonly string[];
}

/** Text as it is everywhere: 80 columns, no colours. */
const plain = { NO_COLOR: "1", COLUMNS: "80" } as const;

/** Runs dryfit in a process of its own, with 80 columns and no colours. */
export function dryfit(words: readonly string[], options: ProcessOptions = {}): Promise<Ended> {
  const { folder = root, stdin, environment = {}, node = [] } = options;
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...node, "--import", import.meta.resolve("tsx"), nodePath.join(root, "cli.ts"), ...words],
      { cwd: folder, maxBuffer: 2 ** 26, env: { ...process.env, ...plain, ...environment } },
      (_error, stdout, stderr) => {
        resolve({ code: child.exitCode, stdout, stderr });
      },
    );
    if (stdin !== undefined) child.stdin?.end(stdin);
  });
}

/** Runs one command in this process; what it throws becomes its exit code and stderr, as in cli.ts. */
export async function runCommand(
  { configure }: CommandModule,
  words: readonly string[],
): Promise<Ended> {
  const command = new Command().exitOverride();
  configure(command);
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const capture = (stream: NodeJS.WriteStream, printed: string[]) =>
    vi.spyOn(stream, "write").mockImplementation((text) => printed.push(String(text)) > 0);
  const mocks = [capture(process.stdout, stdout), capture(process.stderr, stderr)];
  vi.stubEnv("COLUMNS", plain.COLUMNS);
  vi.stubEnv("NO_COLOR", plain.NO_COLOR);
  let code = 0;
  try {
    await command.parseAsync([...words], { from: "user" });
  } catch (error) {
    const { exitCode, text } = describeFailure(error);
    code = exitCode;
    stderr.push(`${text}\n`);
  } finally {
    for (const mock of mocks) mock.mockRestore();
    vi.unstubAllEnvs();
  }
  return { code, stdout: stdout.join(""), stderr: stderr.join("") };
}
