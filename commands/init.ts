import { cp, mkdir, readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { OutsideError } from "../core/units/index.ts";

/** `dryfit init`: a commented scenario to start from. */
export function configure(command: Command): void {
  command
    .argument("<folder>", "a folder that does not exist yet, or is empty")
    .action(async (folder: string) => {
      await writeTemplate(folder);
      process.stdout.write(
        `${folder} has a scenario now: edit scenario.yaml and cluster/, then\n` +
          `  dryfit compare ${folder}\n`,
      );
    });
}

/** Copies the template. @throws OutsideError for a folder that has something in it already. */
async function writeTemplate(folder: string): Promise<void> {
  const advice = "Name a folder that does not exist yet, or is empty.";
  try {
    await mkdir(folder, { recursive: true });
    const present = await readdir(folder);
    if (present.length > 0) {
      const code = "outside/folder-not-empty";
      throw new OutsideError({ code, message: `${folder} is not empty`, advice });
    }
    const template = fileURLToPath(new URL("./init-template", import.meta.url));
    await cp(template, folder, { recursive: true, errorOnExist: true, force: false });
  } catch (cause) {
    if (cause instanceof OutsideError) throw cause;
    const code = "outside/cannot-write-folder";
    throw new OutsideError({ code, message: `${folder} cannot be written`, advice, cause });
  }
}
