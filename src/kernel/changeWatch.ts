import * as fs from "node:fs";
import type * as typescript from "@tslab/typescript-for-tslab";
import type { TypeScript } from "./tslab";

/** Tells the compiler of changed files when a cell is about to run. */
export interface ChangeWatch {
  tellChanges(): void;
}

interface Watched {
  readonly tell: typescript.FileWatcherCallback;
  state: string;
}

/**
 * Replaces the compiler's own watching of files and folders: a look at the few local files before each cell sees every
 * change, on network disks too, and costs less than watching all that is installed.
 */
export function createChangeWatch(ts: TypeScript): ChangeWatch {
  const watched = new Map<string, Watched>();
  ts.sys.watchFile = (file, tell) => {
    if (file.includes("/node_modules/")) return { close: () => undefined };
    const entry = { tell, state: stateOf(file) };
    watched.set(file, entry);
    return {
      close: () => {
        if (watched.get(file) === entry) watched.delete(file);
      },
    };
  };
  ts.sys.watchDirectory = () => ({ close: () => undefined });
  return {
    tellChanges: () => {
      for (const [file, entry] of [...watched]) {
        const state = stateOf(file);
        if (state === entry.state) continue;
        entry.state = state;
        const kind =
          state === "" ? ts.FileWatcherEventKind.Deleted : ts.FileWatcherEventKind.Changed;
        entry.tell(file, kind);
      }
    },
  };
}

function stateOf(file: string): string {
  const stats = fs.statSync(file, { throwIfNoEntry: false, bigint: true });
  return stats === undefined ? "" : `${stats.mtimeNs} ${stats.size} ${stats.ino}`;
}
