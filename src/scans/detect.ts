import { checkNumber, checkOneOf, InputError, type Scan } from "../core";
import { dataToSearch, type Detection } from "./detection";
import { learnedDefaults, thresholdDefaults } from "./detectDefaults";
import type { Detector } from "./detector/detector";
import { learnedDetect } from "./learnedDetect";
import { settle } from "./settle";
import type { ChannelOptions } from "./steps";
import { checkThreshold, thresholdDetect } from "./thresholdDetect";

/** Ways to find features. */
export const detectMethods = ["learned", "threshold"] as const;

/** What counts as a feature. All lengths in nanometres, so that one set of numbers serves all scans. */
export interface DetectOptions extends ChannelOptions {
  /**
   * "learned": by a network that was trained on simulated scans and made-up textures. "threshold": by the height above the noise, after
   * the lattice is taken off. @default "learned"
   */
  readonly method?: (typeof detectMethods)[number];
  /**
   * How unsure a feature may be, 0 to 1: it is told where the chance that it is real is at least 1 - sensitivity. "learned" only.
   * @default 0.5
   */
  readonly sensitivity?: number;
  /** Share of a feature's own response, 0 to 1, at which its outline lies: the larger, the closer. "learned" only. @default 0.6 */
  readonly extent?: number;
  /** Whether what the retrace shows counts as much as the trace, where both are there. "learned" only. @default "one" */
  readonly traces?: "one" | "both";
  /** What finds, for example after `trainDetector`. "learned" only. @default what comes with fewscope */
  readonly detector?: Detector;
  /** Which features. @default "both" */
  readonly polarity?: "both" | "bright" | "dark";
  /** Smallest area in nm^2. @default 0; 0.2 for "threshold" */
  readonly minAreaNm2?: number;
  /** Largest area in nm^2. @default no limit; 40 for "threshold" */
  readonly maxAreaNm2?: number;
  /** Two tops closer than this are one feature. @default 0.5 */
  readonly separationNm?: number;
  /** Height above which a feature begins, in standard deviations of the clean surface; above 0. "threshold" only. @default 5 */
  readonly threshold?: number;
  /** Height down to which a feature extends, in the same unit, at most `threshold`. "threshold" only. @default 2 */
  readonly edge?: number;
  /** The same as a share of the feature's own height, 0 to 1. "threshold" only. @default 0.45 */
  readonly share?: number;
  /** Radius of the disc whose median is the local background; at least the diameter of the features. "threshold" only. @default 2 */
  readonly backgroundNm?: number;
  /** Blur before anything is compared. "threshold" only. @default 0.12 */
  readonly smoothNm?: number;
  /** Whether what repeats, as atom rows do, is taken off first. "threshold" only. @default true */
  readonly lattice?: boolean;
  /** Whether what lies along the edge of a terrace is left out. "threshold" only. @default true */
  readonly skipSteps?: boolean;
}

/**
 * Finds what the surface has only once: adsorbates, vacancies, whatever is no atom row, step, scar or noise. The scan need be neither
 * levelled nor aligned; terraces are told apart.
 * @throws InputError if an option is out of range or of another method, the channel is not there, or nothing is measured
 */
export function detect(scan: Scan, { detector, ...options }: DetectOptions = {}): Detection {
  const method = checkOneOf("method", options.method ?? "learned", detectMethods);
  checkMethod(method, options, detector);
  if (method === "threshold") {
    const settings = checkThreshold(settle<DetectOptions, typeof thresholdDefaults>("detect", options, thresholdDefaults)); // prettier-ignore
    return thresholdDetect(scan, dataToSearch(scan, settings.channel), settings);
  }
  const settings = checkLearned(settle<DetectOptions, typeof learnedDefaults>("detect", options, learnedDefaults)); // prettier-ignore
  return learnedDetect(scan, settings, detector);
}

/** @throws InputError for an option of the other method */
function checkMethod(method: string, options: object, detector: Detector | undefined): void {
  const [own, others] = method === "learned" ? [learnedDefaults, thresholdDefaults] : [thresholdDefaults, learnedDefaults]; // prettier-ignore
  const foreign = Object.entries(options).find(([name, value]) => value !== undefined && !Object.hasOwn(own, name) && Object.hasOwn(others, name)); // prettier-ignore
  const name = foreign?.[0] ?? (method === "threshold" && detector !== undefined ? "detector" : undefined); // prettier-ignore
  if (name === undefined) return;
  throw new InputError({
    got: `option "${name}" with method "${method}"`,
    expected: `an option of this method: ${Object.keys(own).join(", ")}`,
    todo: `Leave it out, or choose method "${method === "learned" ? "threshold" : "learned"}".`,
  });
}

/** @throws InputError if an option is out of range */
export function checkLearned<S extends typeof learnedDefaults>(settings: S): S {
  checkNumber("sensitivity", settings.sensitivity, { min: 0, max: 1 });
  checkNumber("extent", settings.extent, { min: 0, max: 1 });
  checkOneOf("polarity", settings.polarity, ["both", "bright", "dark"]);
  checkOneOf("traces", settings.traces, ["one", "both"]);
  checkNumber("minAreaNm2", settings.minAreaNm2, { min: 0 });
  if (settings.maxAreaNm2 !== Infinity) checkNumber("maxAreaNm2", settings.maxAreaNm2, { min: settings.minAreaNm2 }); // prettier-ignore
  checkNumber("separationNm", settings.separationNm, { min: 0 });
  return settings;
}
