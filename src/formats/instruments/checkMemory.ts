import { checkBudget } from "../../core";
import { unsuitable } from "../damaged";

/** Memory that any file may take, beyond four times its own size. */
const alwaysAllowed = 64e6;

/**
 * Refuses a file whose header asks for far more memory than the file's size justifies, before any of it is taken.
 * @param bytes what reading would take
 * @throws InputError beyond four times the file and 64 MB, or beyond what this machine can spare
 */
export function checkMemory(name: string, bytes: number, fileBytes: number): void {
  if (bytes <= 4 * fileBytes + alwaysAllowed) return checkBudget(name, bytes + fileBytes);
  throw unsuitable(
    name,
    `a file of ${megabytes(fileBytes)} whose header asks for ${megabytes(bytes)} of memory`,
    "at most four times the size of the file and 64 MB",
    "Copy or export it again; if it really is so large, cut it into pieces.",
  );
}

function megabytes(bytes: number): string {
  return Number.isFinite(bytes) ? `${(bytes / 1e6).toPrecision(3)} MB` : "endless memory";
}
