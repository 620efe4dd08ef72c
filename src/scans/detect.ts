import { checkNumber, checkOneOf, InputError, type Scan } from "../core";
import { defectResponse, type DefectResponse } from "./defectResponse";
import { detectDefaults } from "./detectDefaults";
import { describeRegion, type Feature } from "./describeRegion";
import { findRegions } from "./findRegions";
import { settle } from "./settle";
import { stepEdges } from "./stepEdges";
import { chosenChannels, type ChannelOptions } from "./steps";

/** What counts as a feature. All lengths in nanometres, so that one set of numbers serves all scans. */
export interface DetectOptions extends ChannelOptions {
  /** Height above which a feature begins, in standard deviations of the clean surface; above 0. @default 5 */
  readonly threshold?: number;
  /** Height down to which a feature extends, in the same unit, at most `threshold`. @default 2 */
  readonly edge?: number;
  /** The same as a share of the feature's own height, 0 to 1. @default 0.45 */
  readonly share?: number;
  /** Which features. @default "both" */
  readonly polarity?: "both" | "bright" | "dark";
  /** Radius of the disc whose median is the local background; at least the diameter of the features. @default 2 */
  readonly backgroundNm?: number;
  /** Blur before anything is compared. @default 0.12 */
  readonly smoothNm?: number;
  /** Smallest area in nm^2. @default 0.2 */
  readonly minAreaNm2?: number;
  /** Largest area in nm^2. @default 40 */
  readonly maxAreaNm2?: number;
  /** Two tops closer than this are one feature. @default 0.5 */
  readonly separationNm?: number;
  /** Whether what repeats, as atom rows do, is taken off first. @default true */
  readonly lattice?: boolean;
  /** Whether what lies along the edge of a terrace is left out. @default true */
  readonly skipSteps?: boolean;
}

/** What `detect` found on a scan. */
export interface Detection {
  /** From the most to the least prominent. */
  readonly features: readonly Feature[];
  /** One number a pixel of the scan: 0 for the surface, else 1 + the index of the feature. */
  readonly mask: Int32Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Finds what the surface has only once: takes the local background and the lattice off, marks what stands out of the
 * noise of the clean surface on either side, and parts what touches. The scan need not be levelled; rows should be aligned.
 * @throws InputError if an option is out of range, the channel is not there, or nothing is measured
 */
export function detect(scan: Scan, options: DetectOptions = {}): Detection {
  const settings = checkDetect(
    settle<DetectOptions, typeof detectDefaults>("detect", options, detectDefaults),
  );
  const [channel] = chosenChannels(scan, settings.channel);
  const response = responseOf(scan, channel.data, settings);
  return detectIn(response, scan, settings);
}

/** As `detect`, where the response is known already. */
export function detectIn(
  response: DefectResponse,
  scan: Scan,
  settings: DetectSettings,
): Detection {
  const edges = settings.skipSteps ? stepEdges(response) : undefined;
  const regions = findRegions(response, settings, edges);
  const features = regions.map((region) => describeRegion(region, response));
  const order = [...features.keys()].sort((a, b) => features[b].score - features[a].score || a - b);
  return {
    features: order.map((i) => features[i]),
    mask: spread(
      order.map((i) => regions[i]),
      response,
      scan,
    ),
    width: scan.width,
    height: scan.height,
  };
}

/** Settings with every default filled in. */
export type DetectSettings = { readonly [Name in keyof DetectOptions]-?: DetectOptions[Name] };

/** @throws InputError if an option is out of range */
export function checkDetect(settings: DetectSettings): DetectSettings {
  const positive = { min: 0, aboveMin: true };
  checkNumber("threshold", settings.threshold, positive);
  checkNumber("edge", settings.edge, { min: 0, aboveMin: true, max: settings.threshold });
  checkNumber("share", settings.share, { min: 0, max: 1 });
  checkOneOf("polarity", settings.polarity, ["both", "bright", "dark"]);
  checkNumber("backgroundNm", settings.backgroundNm, positive);
  checkNumber("smoothNm", settings.smoothNm, { min: 0 });
  checkNumber("minAreaNm2", settings.minAreaNm2, { min: 0 });
  checkNumber("maxAreaNm2", settings.maxAreaNm2, { min: settings.minAreaNm2 });
  checkNumber("separationNm", settings.separationNm, { min: 0 });
  return settings;
}

/** @throws InputError if nothing is measured, or the frame has no size */
export function responseOf(
  scan: Scan,
  data: Float64Array,
  settings: { lattice: boolean; backgroundNm: number; smoothNm: number },
): DefectResponse {
  const [x, y] = scan.sizeMetres;
  const wrong = !(x > 0 && y > 0)
    ? `a frame of ${x} m x ${y} m`
    : data.every((value) => Number.isNaN(value))
      ? "no measured pixel"
      : undefined;
  if (wrong !== undefined) {
    throw new InputError({
      got: `"${scan.name}" with ${wrong}`,
      expected: "measured pixels in a frame of known size",
      todo: "Check the file, or set sizeMetres.",
    });
  }
  const nm = [(x * 1e9) / scan.width, (y * 1e9) / scan.height] as const;
  return defectResponse(data, scan.width, nm, {
    latticeRemoved: settings.lattice,
    backgroundNm: settings.backgroundNm,
    smoothNm: settings.smoothNm,
  });
}

/** Regions of the grid as numbers on the pixels of the scan. */
function spread(
  regions: readonly (readonly number[])[],
  { grid }: DefectResponse,
  { width, height }: Scan,
): Int32Array {
  const small = new Int32Array(grid.data.length);
  regions.forEach((region, index) => {
    for (const i of region) small[i] = index + 1;
  });
  const [fx, fy] = grid.factors;
  if (fx === 1 && fy === 1) return small;
  const mask = new Int32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      mask[y * width + x] = small[Math.floor(y / fy) * grid.width + Math.floor(x / fx)];
  return mask;
}
