import { InvalidArgumentError, type Command } from "commander";
import { detectMethods, loadDetector, type DetectOptions } from "../scans";
import { finite, positive } from "./scanOptions";

/** How features are found, as the command line has it. */
export interface DetectWords {
  readonly method?: string;
  readonly sensitivity?: number;
  readonly extent?: number;
  readonly traces?: string;
  readonly detector?: string;
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
    .option("--method <how>", `${detectMethods.join(", ")}`)
    .option("--sensitivity <share>", "0 to 1: 0.5 tells what is more likely real than not", share)
    .option("--extent <share>", "0 to 1: the larger, the closer the outlines", share)
    .option("--traces <which>", "one, both: search the retrace too")
    .option("--detector <file>", "what `detector` made, or a training of your own")
    .option("--polarity <which>", "both, bright, dark")
    .option("--min-area <nm2>", "smallest area in nm^2", finite)
    .option("--max-area <nm2>", "largest area in nm^2", finite)
    .option(
      "--threshold <n>",
      "height of a feature, in deviations of the clean surface; by threshold",
      positive,
    )
    .option(
      "--background <nm>",
      "radius of the local background, above the size of features; by threshold",
      positive,
    )
    .option("--no-lattice", "leave what repeats, as atom rows do; by threshold");
}

/** A number from 0 to 1. */
function share(text: string): number {
  const value = finite(text);
  if (value < 0 || value > 1) throw new InvalidArgumentError("It must be from 0 to 1.");
  return value;
}

/** The same for `scans.detect`, which checks it. */
export function detectOptions(words: DetectWords): DetectOptions {
  const options = {
    method: words.method as DetectOptions["method"],
    sensitivity: words.sensitivity,
    extent: words.extent,
    traces: words.traces as DetectOptions["traces"],
    detector: words.detector === undefined ? undefined : loadDetector(words.detector),
    threshold: words.threshold,
    polarity: words.polarity as DetectOptions["polarity"],
    minAreaNm2: words.minArea,
    maxAreaNm2: words.maxArea,
    backgroundNm: words.background,
    ...(words.lattice ? {} : { lattice: false }),
  };
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}
