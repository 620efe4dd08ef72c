import * as fs from "node:fs";
import { checkOneOf } from "./checks";
import { InputError } from "./inputError";

/** Every precision that a plan may ask for. */
export const precisions = ["single", "mixed"] as const;

/** What products of matrices and convolutions are computed with: 32-bit numbers, or 16-bit brain floats that are summed in 32 bits. */
export type Precision = (typeof precisions)[number];

/** The variable of the environment that names the precision where nothing else does. */
const precisionName = "FEWSCOPE_PRECISION";

/** What oneDNN, in whose hands convolutions are, takes its numbers for; it reads this once, at its first operation. */
const modeName = "ONEDNN_DEFAULT_FPMATH_MODE";

const modes: Readonly<Record<Precision, string>> = { single: "STRICT", mixed: "BF16" };

/** The precision that FEWSCOPE_PRECISION names. @throws InputError if it is none */
export function namedPrecision(): Precision | undefined {
  const named = process.env[precisionName];
  return named === undefined || named === ""
    ? undefined
    : checkOneOf(precisionName, named, precisions);
}

/**
 * Has oneDNN compute with a precision from its first operation on.
 * @throws InputError if the processor has no units for it
 */
export function usePrecision(precision: Precision): void {
  if (precision === "mixed" && !hasTiles()) {
    throw new InputError({
      got: `precision "mixed" on a processor without 16-bit matrix units`,
      expected:
        "one with AMX (its flag amx_bf16: Intel Xeon from the fourth generation on), since without it oneDNN computes with 32 bits all the same",
      todo: `Leave it out: no "precision" in the plan, no ${precisionName}.`,
    });
  }
  process.env[modeName] = modes[precision];
}

/**
 * What oneDNN computes with in this process, where that is not 32-bit numbers alone: "mixed", or the word of a mode that
 * somebody set by hand. Part of every result, since it changes more than the last digits.
 */
export function precisionInUse(): string | undefined {
  const mode = (process.env[modeName] ?? process.env["DNNL_DEFAULT_FPMATH_MODE"] ?? "").toUpperCase(); // prettier-ignore
  if (mode === "" || mode === modes.single) return undefined;
  return mode === modes.mixed ? "mixed" : mode.toLowerCase();
}

/** Whether this processor multiplies tiles of brain floats, as Linux tells it. */
export function hasTiles(cpuInfo: string = readCpuInfo()): boolean {
  return /^flags\s*:.*\bamx_bf16\b/m.test(cpuInfo);
}

function readCpuInfo(): string {
  try {
    return fs.readFileSync("/proc/cpuinfo", "utf8");
  } catch {
    return "";
  }
}
