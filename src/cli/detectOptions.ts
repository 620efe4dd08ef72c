import type { Command } from "commander";
import type { DetectOptions } from "../scans";
import { finite, positive } from "./scanOptions";

/** How features are found, as the command line has it. */
export interface DetectWords {
  readonly threshold?: number;
  readonly polarity?: string;
  readonly minArea?: number;
  readonly maxArea?: number;
  readonly background?: number;
  readonly lattice: boolean;
}

/** Adds what finding features can be told. */
export function addDetectOptions(command: Command): Command {
  return command
    .option("--threshold <n>", "height of a feature, in deviations of the clean surface", positive)
    .option("--polarity <which>", "both, bright, dark")
    .option("--min-area <nm2>", "smallest area in nm^2", finite)
    .option("--max-area <nm2>", "largest area in nm^2", finite)
    .option(
      "--background <nm>",
      "radius of the local background, above the size of features",
      positive,
    )
    .option("--no-lattice", "leave what repeats, as atom rows do");
}

/** The same for `scans.detect`, which checks it. */
export function detectOptions(words: DetectWords): DetectOptions {
  const options = {
    threshold: words.threshold,
    polarity: words.polarity as DetectOptions["polarity"],
    minAreaNm2: words.minArea,
    maxAreaNm2: words.maxArea,
    backgroundNm: words.background,
    lattice: words.lattice,
  };
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}
