import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { defined, explainFileError, InputError, type Progress } from "../core";
import type { CatalogFile } from "./card";
import { verifyFile } from "./verify";

/** How often a transfer may stop without having brought anything. */
const patience = 3;

type Pause = (seconds: number, signal?: AbortSignal) => Promise<void>;

const wait: Pause = async (seconds, signal) => {
  try {
    await sleep(1000 * seconds, undefined, defined({ signal }));
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
};

/**
 * Brings one file of a named set into a folder, unless it is there: from the mirror that FEWSCOPE_MIRROR names (a folder
 * or an address; the file is sought at `<mirror>/<set>/<file>`), else from its own address. A transfer that breaks is
 * resumed, now or by the next call; size and checksums are checked before the file gets its name.
 * @param pause waits before a server in trouble is asked again
 * @throws InputError if it cannot be had, is another file, or the disk is full
 */
export async function download(
  set: string,
  card: CatalogFile,
  folder: string,
  on: Progress = {},
  pause: Pause = wait,
): Promise<string> {
  const file = path.join(folder, card.name);
  if (fs.existsSync(file)) {
    await verifyFile(file, card, "the cache");
    return file;
  }
  const partial = `${file}.part`;
  const from = sourceOf(set, card);
  try {
    fs.mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw explainFileError(error, folder, "write");
  }
  if (isAddress(from)) await transfer(from, partial, file, card, on, pause);
  else copy(from, partial, card);
  await verifyFile(partial, card, from);
  fs.renameSync(partial, file);
  return file;
}

function sourceOf(set: string, card: CatalogFile): string {
  const mirror = process.env["FEWSCOPE_MIRROR"];
  if (!mirror) return card.url;
  if (isAddress(mirror)) return `${mirror.replace(/\/+$/, "")}/${set}/${card.name}`;
  return path.join(path.resolve(mirror), set, card.name);
}

function isAddress(place: string): boolean {
  return /^https?:\/\//i.test(place);
}

function copy(from: string, partial: string, card: CatalogFile): void {
  if (!fs.existsSync(from)) {
    throw new InputError({
      got: `no file "${from}" on the mirror that FEWSCOPE_MIRROR names`,
      expected: `${card.name} of ${card.bytes} bytes there`,
      todo: `Put it there, or unset FEWSCOPE_MIRROR to fetch it from ${card.url}.`,
    });
  }
  try {
    fs.copyFileSync(from, partial);
  } catch (error) {
    throw explainFileError(error, partial, "write");
  }
}

async function transfer(
  url: string,
  partial: string,
  file: string,
  card: CatalogFile,
  on: Progress,
  pause: Pause,
): Promise<void> {
  let failures = 0;
  let last: unknown;
  while (sizeOf(partial) < card.bytes) {
    const before = sizeOf(partial);
    try {
      await request(url, partial, card, on);
    } catch (error) {
      on.signal?.throwIfAborted();
      if (error instanceof InputError || isRefused(error)) throw explain(error, url, file, card);
      last = error;
    }
    if (sizeOf(partial) > before) failures = 0;
    else if (++failures >= patience) throw explain(last, url, file, card);
    // Nothing came: a server in trouble gets some time. Where something came, the rest is asked for at once.
    else await pause(failures, on.signal);
  }
}

function sizeOf(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** One request for what is missing. Returns where the line drops without an error, too. */
async function request(
  url: string,
  partial: string,
  card: CatalogFile,
  { report, signal }: Progress,
): Promise<void> {
  const have = sizeOf(partial);
  const response = await fetch(url, {
    headers: {
      // A packed transfer would be unpacked on the way, and its checksum with it.
      "accept-encoding": "identity",
      ...(have > 0 ? { range: `bytes=${have}-` } : {}),
    },
    ...defined({ signal }),
  });
  const resumes = response.status === 206 && startOf(response) === have;
  if (response.status !== 200 && !resumes) {
    await response.body?.cancel();
    // The server cannot go on where this file ends: from the beginning, then.
    if (response.status === 206 || response.status === 416) fs.rmSync(partial, { force: true });
    throw statusError(response.status, url, card);
  }
  await write(response, partial, resumes ? have : 0, card, report, url);
}

async function write(
  response: Response,
  partial: string,
  start: number,
  card: CatalogFile,
  report: Progress["report"],
  url: string,
): Promise<void> {
  let size = start;
  const handle = openPart(partial, start > 0 ? "a" : "w");
  const reader = response.body?.getReader();
  try {
    for (let piece = await reader?.read(); piece?.value; piece = await reader?.read()) {
      writePiece(handle, piece.value, partial);
      size += piece.value.length;
      report?.({ task: `Fetching ${card.name}`, done: size, total: card.bytes, unit: "byte" });
      if (size > card.bytes) throw tooLong(url, card);
    }
  } finally {
    fs.closeSync(handle);
    // After a broken line there is nothing left to cancel.
    await reader?.cancel().catch(() => undefined);
    if (size > card.bytes) fs.rmSync(partial, { force: true });
  }
}

function openPart(partial: string, flags: string): number {
  try {
    return fs.openSync(partial, flags);
  } catch (error) {
    throw explainFileError(error, partial, "write");
  }
}

function writePiece(handle: number, piece: Uint8Array, partial: string): void {
  try {
    for (let at = 0; at < piece.length;) at += fs.writeSync(handle, piece, at);
  } catch (error) {
    throw explainFileError(error, partial, "write");
  }
}

function startOf(response: Response): number | undefined {
  const start = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1];
  return start === undefined ? undefined : Number(start);
}

/** A refusal is final; trouble of the server may pass. */
function statusError(status: number, url: string, card: CatalogFile): Error {
  const passing = status >= 500 || [206, 408, 416, 425, 429].includes(status);
  if (passing) return new Error(`the server answered ${status}`);
  return new InputError({
    got: `the answer ${status} from ${url}`,
    expected: `${card.name} of ${card.bytes} bytes`,
    todo: elsewhere(url),
  });
}

function tooLong(url: string, card: CatalogFile): InputError {
  return new InputError({
    got: `more than ${card.bytes} bytes from ${url}`,
    expected: `${card.name} of ${card.bytes} bytes`,
    todo: `What came was deleted. ${elsewhere(url)}`,
  });
}

function elsewhere(url: string): string {
  return process.env["FEWSCOPE_MIRROR"]
    ? "Check what FEWSCOPE_MIRROR names, or unset it."
    : `Set FEWSCOPE_MIRROR to a folder or address that has it, if ${new URL(url).host} no longer does.`;
}

function isRefused(error: unknown): boolean {
  return ["ECONNREFUSED", "ENOTFOUND", "ENETUNREACH", "EHOSTUNREACH"].includes(codeOf(error) ?? "");
}

function codeOf(error: unknown): string | undefined {
  const { code, cause } = (error ?? {}) as { code?: string; cause?: unknown };
  return typeof code === "string" ? code : cause === undefined ? undefined : codeOf(cause);
}

function explain(error: unknown, url: string, file: string, card: CatalogFile): Error {
  if (error instanceof InputError) return error;
  const { host } = new URL(url);
  const why = codeOf(error) ?? (error instanceof Error ? error.message : "the line dropped");
  const have = sizeOf(`${file}.part`);
  return new InputError(
    {
      got: `no answer from ${host} for ${card.name} (${why})${have > 0 ? `, after ${have} of ${card.bytes} bytes` : ""}`,
      expected: "a connection to it",
      todo: `Check the network and try again${have > 0 ? "; the transfer goes on where it stopped" : ""}. Or put the file at "${file}" yourself, or set FEWSCOPE_MIRROR to a folder or address that has it.`,
    },
    { cause: error },
  );
}
