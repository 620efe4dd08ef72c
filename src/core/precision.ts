import * as fs from "node:fs";
import { checkOneOf } from "./checks";
import { InputError } from "./inputError";

/** Every precision that a plan may ask for. */
export const precisions = ["single", "mixed"] as const;

/**
 * What convolutions are computed with: 32-bit numbers, or 16-bit brain floats, in which maps go from layer to layer and, where that gains on this processor, are
 * multiplied, summed in 32 bits.
 */
export type Precision = (typeof precisions)[number];

/** The variable of the environment that names the precision where nothing else does. */
const precisionName = "FEWSCOPE_PRECISION";

/** What oneDNN, in whose hands products are, takes its own numbers for, where somebody set it by hand. */
const modeNames = ["ONEDNN_DEFAULT_FPMATH_MODE", "DNNL_DEFAULT_FPMATH_MODE"];

let chosen: Precision | undefined;
let productsGain = false;

/** The precision that FEWSCOPE_PRECISION names. @throws InputError if it is none */
export function namedPrecision(): Precision | undefined {
  const named = process.env[precisionName];
  return named === undefined || named === ""
    ? undefined
    : checkOneOf(precisionName, named, precisions);
}

/**
 * Has convolutions computed with a precision, in this process and in those that it starts.
 * @param cpuInfo what Linux tells of the processor
 * @throws InputError if the processor has no instructions for it
 */
export function usePrecision(precision: Precision, cpuInfo: string = readCpuInfo()): void {
  if (precision === "mixed" && !hasBrainFloats(cpuInfo)) {
    throw new InputError({
      got: `precision "mixed" on a processor without 16-bit brain floats`,
      expected:
        "one whose flags have avx512_bf16 or amx_bf16 (AMD EPYC and Ryzen with Zen 4 or later, Intel Xeon from the fourth generation on), since others are slower with them",
      todo: `Leave it out: no "precision" in the plan, no ${precisionName}.`,
    });
  }
  chosen = precision;
  productsGain = gainsByBrainProducts(cpuInfo);
  process.env[precisionName] = precision;
}

/** Whether maps between layers of this process may have brain floats. */
export function computesMixed(): boolean {
  return chosen === "mixed";
}

/** Whether convolutions of this process may multiply brain floats, too. */
export function multipliesMixed(): boolean {
  return computesMixed() && productsGain;
}

/**
 * What this process computes with, where that is not 32-bit numbers alone: "mixed", and the word of oneDNN's mode that
 * somebody set by hand ("mode-bf16"). Part of every result, since it changes more than the last digits.
 */
export function precisionInUse(): string | undefined {
  const mode = modeNames.map((name) => process.env[name] ?? "").find((word) => word !== "");
  const words = computesMixed() ? ["mixed"] : [];
  if (mode !== undefined && !/^strict$/i.test(mode)) words.push(`mode-${mode.toLowerCase()}`);
  return words.length === 0 ? undefined : words.join(" ");
}

/** Whether this processor multiplies brain floats, as Linux tells it. */
export function hasBrainFloats(cpuInfo: string = readCpuInfo()): boolean {
  return hasFlag(cpuInfo, "(avx512|amx)_bf16");
}

/**
 * Whether this processor multiplies brain floats faster than 32-bit floats: with matrix units, or with AMD's instructions. Intel's alone do as many products at a time
 * as those of 32 bits: steps with them took 1.0 to 1.5 times as long (Xeon of the fifth generation without matrix units), maps of brain floats alone 0.9.
 */
export function gainsByBrainProducts(cpuInfo: string = readCpuInfo()): boolean {
  const alone = /^vendor_id\s*:\s*GenuineIntel$/m.test(cpuInfo) && !hasFlag(cpuInfo, "amx_bf16");
  return hasBrainFloats(cpuInfo) && !alone;
}

function hasFlag(cpuInfo: string, pattern: string): boolean {
  return new RegExp(`^flags\\s*:.*\\b${pattern}\\b`, "m").test(cpuInfo);
}

function readCpuInfo(): string {
  try {
    return fs.readFileSync("/proc/cpuinfo", "utf8");
  } catch {
    return "";
  }
}
