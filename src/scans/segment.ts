import { checkNumber, InputError, type Scan } from "../core";
import { checkLearned, type DetectOptions } from "./detect";
import { learnedDefaults } from "./detectDefaults";
import { dataToSearch, type Detection } from "./detection";
import { shippedDetector } from "./detector/detector";
import { placeClicks } from "./detector/placeClicks";
import { search } from "./detector/search";
import { teach } from "./detector/teach";
import { tellFeatures } from "./learnedDetect";
import { settle } from "./settle";
import { chosenChannels, type ChannelOptions } from "./steps";

/** A place that somebody pointed at. */
export interface Click {
  /** From the left edge of the frame, in nm. */
  readonly xNm: number;
  /** From the upper edge of the frame, in nm. */
  readonly yNm: number;
  /** Whether it is a defect; else it is none. */
  readonly defect: boolean;
}

/** How clicks correct what was found. */
export interface SegmentOptions extends ChannelOptions {
  /** How features are found before anybody clicks, by the learned way. @default as `detect` has it */
  readonly detect?: Omit<DetectOptions, "channel" | "method">;
  /** Distance from its outline within which a feature is meant by a click, in nm. @default 0.2 */
  readonly clickNm?: number;
  /** How much a click weighs against each feature that nobody clicked, when the rest learns from it; 0 for not at all. @default 1 */
  readonly trust?: number;
}

/** What is left after clicks. */
export interface Segmentation extends Detection {
  /** Chance of a defect at each pixel of the scan: that of the feature that covers it, told or not; NaN where nothing is measured. */
  readonly probability: Float32Array;
}

const defaults = { clickNm: 0.2, trust: 1, channel: "" };

/**
 * Corrects what `detect` finds: a click on a missed defect adds it, one on a false feature takes it away, one that says "none" at the
 * side of a feature draws its outline closer, several on one feature split it; what looks alike becomes surer or less sure with it.
 * Without clicks it is what `detect` finds.
 * @throws InputError if a click lies outside of the frame, or an option is out of range
 */
export function segment(
  scan: Scan,
  clicks: readonly Click[],
  { detect: finding = {}, ...options }: SegmentOptions = {},
): Segmentation {
  const settings = settle<Omit<SegmentOptions, "detect">, typeof defaults>("segment", options, defaults); // prettier-ignore
  checkNumber("clickNm", settings.clickNm, { min: 0 });
  checkNumber("trust", settings.trust, { min: 0 });
  checkClicks(scan, clicks);
  const { detector = shippedDetector(), ...rest } = finding;
  const how = checkLearned({ ...settle<DetectOptions, typeof learnedDefaults>("detect", rest, learnedDefaults), channel: settings.channel }); // prettier-ignore
  const data = dataToSearch(scan, how.channel);
  const [channel] = chosenChannels(scan, how.channel);
  const found = search(scan, channel, detector, how);
  const placed = placeClicks(found, clicks, { clickNm: settings.clickNm, extent: how.extent });
  const scores = teach(placed, settings.trust);
  const probability = new Float32Array(data.length);
  const told = tellFeatures(scan, { ...found, candidates: placed.candidates, scores }, how, data, probability); // prettier-ignore
  return { ...told, probability };
}

function checkClicks(scan: Scan, clicks: readonly Click[]): void {
  const [x, y] = scan.sizeMetres.map((metres) => metres * 1e9);
  const outside = clicks.find(({ xNm, yNm }) => !(xNm >= 0 && xNm <= x && yNm >= 0 && yNm <= y));
  if (outside === undefined) return;
  throw new InputError({
    got: `a click at ${outside.xNm} nm, ${outside.yNm} nm`,
    expected: `clicks within ${x.toFixed(2)} nm x ${y.toFixed(2)} nm`,
    todo: "Give positions in nm from the upper left corner.",
  });
}
