import * as os from "node:os";
import { InputError } from "./inputError";

/** Share of the machine's memory that one piece of work may take. */
const share = 0.6;

/**
 * Bytes that one piece of work may take at once: six tenths of the machine's memory, or of what its container allows;
 * `FEWSCOPE_MEMORY` says another number, in MB.
 */
export function memoryBudget(): number {
  const own = Number(process.env["FEWSCOPE_MEMORY"]);
  if (own > 0) return own * 1e6;
  machine ??= machineMemory();
  return share * machine;
}

/** Bytes that this process may ever have; asking takes longer than reading a small file. */
let machine: number | undefined;

function machineMemory(): number {
  const allowed = process.constrainedMemory();
  const total = os.totalmem();
  return allowed > 0 && allowed < total ? allowed : total;
}

/**
 * Refuses what would take more memory than the budget, before any of it is taken.
 * @param what what messages call it, for example the file's name
 * @throws InputError beyond the budget
 */
export function checkBudget(what: string, bytes: number): void {
  const budget = memoryBudget();
  if (bytes <= budget) return;
  const inGigabytes = (count: number): string => `${(count / 1e9).toPrecision(3)} GB`;
  throw new InputError({
    got: `"${what}", which would take ${Number.isFinite(bytes) ? inGigabytes(bytes) : "endless"} of memory`,
    expected: `at most ${inGigabytes(budget)}, which this machine can spare`,
    todo: "Take less at once, cut it into pieces, or use a machine with more memory; FEWSCOPE_MEMORY sets the limit in MB.",
  });
}
