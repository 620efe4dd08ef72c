import * as fs from "node:fs";
import * as path from "node:path";
import { explainFileError, InputError, writeFileAtomically } from "../../core";
import {
  readSafetensors,
  unetFrom,
  writeSafetensors,
  type StoredUnet,
  type UnetSpec,
} from "../../nets";
import { scoreTermNames } from "./candidates";

/** What finds features: a trained network, and how its answers become chances. Plain arrays, nothing to dispose. */
export interface Detector {
  readonly network: StoredUnet;
  /** Weights of what a score is made of, then the constant: the logit of the chance that a feature is real. */
  readonly calibration: readonly number[];
  /** With what it was made. */
  readonly madeWith: Readonly<Record<string, string>>;
}

/** The detector that comes with fewscope: beside `src`, and beside `dist` once built. */
const shippedFile = path.join(__dirname, "..", "..", "..", "datasets", "detector", "defects.safetensors"); // prettier-ignore

let shipped: Detector | undefined;

/** The detector that comes with fewscope, read when first needed. */
export function shippedDetector(): Detector {
  shipped ??= loadDetector(shippedFile);
  return shipped;
}

/**
 * Reads a detector that `saveDetector` wrote.
 * @throws InputError if there is no such file, or it holds something else
 */
export function loadDetector(file: string): Detector {
  let bytes: Uint8Array;
  try {
    bytes = fs.readFileSync(file);
  } catch (error) {
    throw explainFileError(error, file, "read");
  }
  const { tensors, metadata } = readSafetensors(bytes);
  const { detector, ...madeWith } = metadata;
  const parsed = parseDetector(detector, file);
  const network = { spec: parsed.spec, weights: tensors };
  // Weights of another network are told now, not in the middle of a scan.
  unetFrom(network).dispose();
  return { network, calibration: parsed.calibration, madeWith };
}

/** Writes a detector: safetensors, with its calibration and what it was made with in the header. */
export function saveDetector({ network, calibration, madeWith }: Detector, file: string): void {
  const detector = JSON.stringify({ spec: network.spec, calibration });
  writeFileAtomically(file, writeSafetensors(network.weights, { detector, ...madeWith }));
}

interface StoredSettings {
  readonly spec: UnetSpec;
  readonly calibration: readonly number[];
}

function parseDetector(text: string | undefined, file: string): StoredSettings {
  try {
    const found = JSON.parse(text ?? "") as Partial<StoredSettings>;
    const { spec, calibration } = found;
    const whole = spec?.inputs === 2 && spec.outputs === 2 && Array.isArray(calibration);
    if (whole && calibration.length === scoreTermNames.length + 1 && calibration.every(Number.isFinite)) return { spec, calibration }; // prettier-ignore
  } catch {
    // Told below.
  }
  throw new InputError({
    got: `"${file}", which is no detector`,
    expected: "a file that saveDetector wrote",
    todo: "Train one with scans.trainDetector, or leave the option out.",
  });
}
