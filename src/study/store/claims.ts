import { randomUUID } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { explainFileError, isRunning } from "../../core";

/** Who works at something. */
export interface Holder {
  readonly host: string;
  readonly pid: number;
  /** How many times a process has died at it, this one not counted. */
  readonly died: number;
  /** Where the process writes what goes wrong. */
  readonly log?: string | undefined;
}

/** A piece of work that is this process's until it is released. */
export interface Claim extends Holder {
  /** Where the process that died at it last wrote what went wrong, if one did. */
  readonly lastLog?: string | undefined;
  readonly release: () => void;
}

/** Pieces of work that processes share by a folder alone: each is taken by one of them at a time. */
export interface Claims {
  /** Takes a piece of work; undefined if a living process has it. */
  take(key: string): Claim | undefined;
  /** Who has it. */
  holder(key: string): Holder | undefined;
  /** Everything that is held now, by key. */
  held(): ReadonlyMap<string, Holder>;
  /** Forgets those of processes of this machine that have ended, and how often they died. */
  forgetDead(): void;
  /** Stops the heartbeat, so that the process can end. */
  close(): void;
}

/** When a process of another machine counts as dead, and where this one logs. */
export interface ClaimsOptions {
  /** Seconds without a sign of life. @default 180 */
  readonly deadAfterSeconds?: number;
  /** Seconds between two signs of life. @default 20 */
  readonly beatSeconds?: number;
  readonly log?: string | undefined;
}

interface Content extends Holder {
  readonly token: string;
  readonly beat: number;
}

/**
 * Claims in a folder: a file each, made by a call that only one process can win. A process of this machine that has ended has lost its claims
 * at once; one of another machine when its file has not changed for a while by the clock of who looks, so that clocks need not agree.
 */
export function openClaims(folder: string, options: ClaimsOptions = {}): Claims {
  const { deadAfterSeconds = 180, beatSeconds = 20, log } = options;
  const mine = new Map<string, Content>();
  const seen = new Map<string, { readonly text: string; readonly at: number }>();
  const fileOf = (key: string): string => path.join(folder, key);
  const beat = setInterval(() => {
    for (const [key, content] of mine) {
      const next = { ...content, beat: content.beat + 1 };
      mine.set(key, next);
      // If the disk is full the beat is late, and nothing else.
      attempt(() => fs.writeFileSync(fileOf(key), JSON.stringify(next)));
    }
  }, 1000 * beatSeconds);
  beat.unref();

  const isDead = (key: string, text: string, holder: Content): boolean => {
    if (holder.host === os.hostname()) return !isRunning(holder.pid);
    const before = seen.get(key);
    if (before?.text !== text) {
      seen.set(key, { text, at: performance.now() });
      return false;
    }
    // An empty file is of a process that died while it made it.
    const patience = holder.token === "" ? 10 : deadAfterSeconds;
    return performance.now() - before.at > 1000 * patience;
  };
  const hold = (key: string, content: Content, lastLog?: string): Claim => {
    mine.set(key, content);
    const { host, pid, died } = content;
    const release = (): void => {
      if (!mine.delete(key)) return;
      if (read(fileOf(key))?.content.token === content.token)
        fs.rmSync(fileOf(key), { force: true });
    };
    return { host, pid, died, log, lastLog, release };
  };
  const own = (died: number): Content => ({ token: randomUUID(), beat: 0, host: os.hostname(), pid: process.pid, died, log }); // prettier-ignore

  return {
    take: (key) => {
      const content = own(0);
      fs.mkdirSync(folder, { recursive: true });
      if (createNew(fileOf(key), JSON.stringify(content))) return hold(key, content);
      const found = read(fileOf(key));
      if (found === undefined) return undefined;
      if (!isDead(key, found.text, found.content)) return undefined;
      // Only one of those who see it dead may go on; this file is theirs to win, and named by what they all saw.
      const turn = `${fileOf(key)}.${found.content.token}.turn`;
      if (!createNew(turn, "")) {
        const age = attempt(() => Date.now() - fs.statSync(turn).mtimeMs) ?? 0;
        if (age > 1000 * deadAfterSeconds) fs.rmSync(turn, { force: true });
        return undefined;
      }
      // Another had its turn between the two looks.
      if (read(fileOf(key))?.content.token !== found.content.token) {
        fs.rmSync(turn, { force: true });
        return undefined;
      }
      const next = own(found.content.died + 1);
      const temporary = `${fileOf(key)}.${next.token}.tmp`;
      fs.writeFileSync(temporary, JSON.stringify(next));
      fs.renameSync(temporary, fileOf(key));
      fs.rmSync(turn, { force: true });
      return hold(key, next, found.content.log);
    },
    holder: (key) => read(fileOf(key))?.content,
    held: () => {
      const names = attempt(() => fs.readdirSync(folder)) ?? [];
      const held = new Map<string, Holder>();
      for (const name of names) {
        if (!/^[0-9a-f]{64}$/.test(name)) continue;
        const found = read(fileOf(name));
        if (found !== undefined && !isDead(name, found.text, found.content))
          held.set(name, found.content);
      }
      return held;
    },
    forgetDead: () => {
      for (const name of attempt(() => fs.readdirSync(folder)) ?? []) {
        const holder = read(fileOf(name))?.content;
        if (holder?.host === os.hostname() && !isRunning(holder.pid))
          fs.rmSync(fileOf(name), { force: true });
      }
    },
    close: () => clearInterval(beat),
  };
}

/** Makes a file that was not there, with its whole content at once; false if it was there. */
function createNew(file: string, text: string): boolean {
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    fs.writeFileSync(temporary, text);
    try {
      fs.linkSync(temporary, file);
    } catch (error) {
      if (codeOf(error) === "EEXIST") return false;
      // Some file systems have no links; there a kill between the two steps leaves an empty file.
      fs.writeFileSync(file, text, { flag: "wx" });
    }
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw explainFileError(error, file, "write");
  } finally {
    attempt(() => fs.rmSync(temporary, { force: true }));
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

function read(file: string): { readonly text: string; readonly content: Content } | undefined {
  const text = attempt(() => fs.readFileSync(file, "utf8"));
  if (text === undefined) return undefined;
  const none = { token: "", beat: 0, host: "", pid: 0, died: 0 };
  const content = attempt(() => JSON.parse(text) as Content) ?? none;
  return { text, content };
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
