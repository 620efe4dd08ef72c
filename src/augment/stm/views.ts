import {
  define,
  InputError,
  option,
  symmetriesOf,
  type AboutImages,
  type Augmentation,
  type OptionTable,
} from "../../core";
import { augmentation, goesBySet, type Range } from "../augmentation";
import { compose } from "../compose";
import { flip } from "../flip";
import { channelPairs, names, openSurface, type ChannelPair } from "../options";
import { driftWarp } from "./driftWarp";
import { feedbackLag } from "./feedbackLag";
import { ghostTip } from "./ghostTip";
import { latticeMirrors, latticeTurns } from "./latticeTurns";
import { lineOffsets } from "./lineOffsets";
import { mains } from "./mains";
import { noise } from "./noise";
import { heightScale, openLengthScale, usualNmPerPixel, type HeightScale } from "./scale";
import { scars } from "./scars";
import { frame } from "./shear";
import type { StmSurface } from "./symmetries";
import { tilt } from "./tilt";
import { tipBlur } from "./tipBlur";
import { traceRetrace } from "./traceRetrace";
import { zGain } from "./zGain";

/** What views of STM images are made for, and how strongly they differ. */
export interface StmViewsOptions extends HeightScale {
  /** Width of a pixel in nm, above 0. @default the set's, or 0.12 where it does not say */
  readonly nmPerPixel?: number;
  /**
   * Factor of all strengths, 0 to 4. At 1 each step is as strong as it is by default on its own; a little less keeps the class when all come together.
   * @default 0.75
   */
  readonly strength?: number;
  /** Turns and mirrors are those of this surface. @default those that the set says keep its classes */
  readonly surface?: StmSurface;
  /** Channels that are trace and retrace, counted from 0. @default none */
  readonly pairs?: readonly ChannelPair[];
  /** Steps to leave out. @default none */
  readonly without?: readonly StmStep[];
}

/** Names of the steps of STM views, in their order. */
const stepNames = [
  "latticeTurns",
  "latticeMirrors",
  "frame",
  "driftWarp",
  "tipBlur",
  "ghostTip",
  "traceRetrace",
  "feedbackLag",
  "zGain",
  "tilt",
  "mains",
  "lineOffsets",
  "noise",
  "scars",
] as const;

/** A step of STM views. */
export type StmStep = (typeof stepNames)[number];

const definition = define("stm", 2, {
  ...openLengthScale,
  ...heightScale,
  strength: option.number({ min: 0, max: 4, default: 0.75 }),
  surface: openSurface(),
  pairs: channelPairs({ default: [] }),
  without: names(stepNames, { default: [] }),
} satisfies OptionTable<StmViewsOptions>);

/**
 * All steps, in the order of their causes: the place on the surface, the motion of the scanner, the tip, the feedback, the recording. Without a surface and
 * without what the images' set says, the lattice is neither turned nor mirrored.
 * @throws InputError if an option is out of range, or the set's values are not in pm and `pmPerUnit` does not say what they are
 */
export function steps(
  given: StmViewsOptions = {},
  about: AboutImages = {},
): Readonly<Partial<Record<StmStep, Augmentation>>> {
  const { options } = definition.resolve(given);
  const { pmPerUnit, strength: by, pairs, without } = options;
  const nm = { nmPerPixel: options.nmPerPixel ?? about.nmPerPixel ?? usualNmPerPixel };
  checkUnit(about, pmPerUnit);
  const pm = { pmPerUnit };
  const upTo = (largest: number): Range => [0, by * largest];
  const retrace = pairs.map((pair) => pair[1]);
  const made: Record<StmStep, Augmentation | undefined> = {
    ...latticeSteps(options.surface, about),
    frame: frame({ ...nm, shiftNm: by * 0.25, degrees: by * 3, calibration: by * 0.04, shear: by * 2 }), // prettier-ignore
    driftWarp: driftWarp({ ...nm, driftNmPerMinute: by * 0.4, creepNm: by * 0.1 }),
    tipBlur: tipBlur({ ...nm, sigmaNm: upTo(0.08) }),
    ghostTip: ghostTip({ ...nm, ...pm, weight: upTo(0.15) }),
    traceRetrace: pairs.length === 0 ? undefined : traceRetrace({ pairs }),
    feedbackLag: feedbackLag({ ...nm, lagNm: upTo(0.12), retrace }),
    zGain: zGain({ factor: 1.25 ** by }),
    tilt: tilt({ ...nm, ...pm, degrees: by * 0.5 }),
    mains: mains({ ...pm, amplitudePm: upTo(6) }),
    lineOffsets: lineOffsets({ ...pm, sigmaPm: upTo(15), walkPm: upTo(2) }),
    noise: noise({ ...pm, whitePm: upTo(8), flickerPm: upTo(10) }),
    scars: scars({ ...nm, ...pm, heightPm: [by * 15, by * 100] }),
  };
  const kept = stepNames.flatMap((name) => {
    const step = made[name];
    return step === undefined || without.includes(name) ? [] : [[name, step] as const];
  });
  return Object.fromEntries(kept);
}

/** Noise of some pm would drown heights that count in something larger. */
function checkUnit({ unit = "" }: AboutImages, pmPerUnit: number): void {
  if (unit === "" || unit === "pm" || pmPerUnit !== 1) return;
  throw new InputError({
    got: `STM views with pmPerUnit 1 for images in ${unit}`,
    expected: "how many pm one unit of their values is, such as 1000 for nm",
    todo: "Set pmPerUnit, or take grey views where nobody knows.",
  });
}

/** Turns and mirrors by the surface, or else by what the set says. */
function latticeSteps(
  surface: StmSurface | undefined,
  about: AboutImages,
): Record<"latticeTurns" | "latticeMirrors", Augmentation | undefined> {
  if (surface !== undefined)
    return { latticeTurns: latticeTurns({ surface }), latticeMirrors: latticeMirrors({ surface }) };
  const kept = symmetriesOf(about);
  const [across, down] = [kept.has("mirrorX"), kept.has("mirrorY")];
  // The steps' own names, so that their draws are the same however they came to be chosen.
  const mirrors = flip({ horizontal: across ? 0.5 : 0, vertical: down ? 0.5 : 0 });
  return {
    latticeTurns: kept.has("halfTurn") ? latticeTurns() : undefined,
    latticeMirrors:
      across || down ? augmentation(latticeMirrors.definition.name, undefined, mirrors) : undefined,
  };
}

/**
 * Views of STM images: what another scan of the same place would show. The frame lies, drifts and creeps otherwise, the lattice is turned and mirrored as the
 * surface or the set allows, tip and feedback are others, and so are tilt, hum, offsets of the lines, noise and scars. The class stays, for defects near
 * the middle of the image. Lengths go by the set's width of a pixel. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range, or the set's values are not in pm and `pmPerUnit` does not say what they are
 */
export function views(given: StmViewsOptions = {}): Augmentation {
  const { settings } = definition.resolve(given);
  return goesBySet((about) =>
    augmentation(definition.name, settings, compose(...Object.values(steps(given, about)))),
  );
}
views.definition = definition;
