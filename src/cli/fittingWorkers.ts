import * as os from "node:os";

/** What a process of a study takes at most, as measured on small images; more of them than fit in the memory would be slower than fewer. */
const bytesOfWorker = 1.5 * 2 ** 30;
/** More than these seldom pay: they wait for one another's encoders. */
const most = 8;

/** What a machine has to offer. */
export interface Machine {
  readonly cores: number;
  /** Bytes that are free. */
  readonly memory: number;
}

/** Processes that a study can well have here, each with so many threads: as many as there are cores and memory for, from 1 to 8. Results do not depend on it. */
export function fittingWorkers(
  threads: number,
  { cores, memory }: Machine = { cores: os.availableParallelism(), memory: freeMemory() },
): number {
  const fit = Math.min(Math.floor(cores / threads), Math.floor(memory / bytesOfWorker), most);
  return Math.max(1, fit);
}

/** Free memory, with what the system would give back. */
function freeMemory(): number {
  const { availableMemory } = process as { availableMemory?: () => number };
  return availableMemory === undefined ? os.freemem() : availableMemory.call(process);
}
