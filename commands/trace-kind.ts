import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { OutsideError } from "../core/units/index.ts";

/** The kinds of trace files, as `--kind` names them. */
export const traceKinds = ["spot-prices", "interruptions", "replicas", "openb"] as const;
export type TraceKind = (typeof traceKinds)[number];

/**
 * What kind of trace a file is, by its first line: gzip or plain.
 *
 * @throws OutsideError when it cannot be read.
 */
export async function guessTraceKind(path: string): Promise<TraceKind> {
  const line = await firstLine(path);
  const names = line.toLowerCase().split(/[\t,;]/);
  const has = (...wanted: readonly string[]): boolean =>
    wanted.every((name) => names.includes(name));
  if (has("cpu_milli", "creation_time")) return "openb";
  if (has("time", "replicas")) return "replicas";
  const isPriced = names.some((name) => name.includes("price") || name.includes("usd"));
  if (has("timestamp", "instance_type", "availability_zone") && !isPriced) return "interruptions";
  return "spot-prices";
}

async function firstLine(path: string): Promise<string> {
  try {
    const start = await firstBytes(createReadStream(path, { end: 65_535 }));
    const isGzip = start[0] === 0x1f && start[1] === 0x8b;
    const text = (isGzip ? await gunzipStart(start) : start).toString("utf8");
    return text.replace(/^\u{feff}/u, "").split(/\r?\n/, 1)[0] ?? "";
  } catch (cause) {
    throw new OutsideError({
      code: "outside/cannot-read-file",
      message: `${path} cannot be read`,
      advice: "Check the path.",
      cause,
    });
  }
}

async function firstBytes(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The start of the text; that the gzip stream is cut off is known and no complaint here. */
async function gunzipStart(bytes: Buffer): Promise<Buffer> {
  const gunzip = createGunzip();
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const finish = (): void => resolve(Buffer.concat(chunks));
    gunzip.on("data", (chunk: Buffer) => chunks.push(chunk));
    gunzip.on("end", finish);
    gunzip.on("error", finish);
    gunzip.end(bytes);
  });
}
