import { define, option, type Augmentation, type OptionTable } from "../../core";
import { augmentation, type Range } from "../augmentation";
import { compose } from "../compose";
import { channelPairs, names, surface, type ChannelPair } from "../options";
import { driftWarp } from "./driftWarp";
import { feedbackLag } from "./feedbackLag";
import { ghostTip } from "./ghostTip";
import { latticeMirrors, latticeTurns } from "./latticeTurns";
import { lineOffsets } from "./lineOffsets";
import { mains } from "./mains";
import { noise } from "./noise";
import { heightScale, lengthScale, type HeightScale, type LengthScale } from "./scale";
import { scars } from "./scars";
import { frame } from "./shear";
import type { StmSurface } from "./symmetries";
import { tilt } from "./tilt";
import { tipBlur } from "./tipBlur";
import { traceRetrace } from "./traceRetrace";
import { zGain } from "./zGain";

/** What views of STM images are made for, and how strongly they differ. */
export interface StmViewsOptions extends LengthScale, HeightScale {
  /**
   * Factor of all strengths, 0 to 4. At 1 each step is as strong as it is by default on its own; a little less keeps the class when all come together.
   * @default 0.75
   */
  readonly strength?: number;
  /** @default "Si(001)-2x1" */
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

const definition = define("stm", 1, {
  ...lengthScale,
  ...heightScale,
  strength: option.number({ min: 0, max: 4, default: 0.75 }),
  surface: surface(),
  pairs: channelPairs({ default: [] }),
  without: names(stepNames, { default: [] }),
} satisfies OptionTable<StmViewsOptions>);

/**
 * All steps, in the order of their causes: the place on the surface, the motion of the scanner, the tip, the feedback, the recording.
 * @throws InputError if an option is out of range
 */
export function steps(
  given: StmViewsOptions = {},
): Readonly<Partial<Record<StmStep, Augmentation>>> {
  const { options } = definition.resolve(given);
  const { nmPerPixel, pmPerUnit, strength: by, pairs, without } = options;
  const [nm, pm] = [{ nmPerPixel }, { pmPerUnit }];
  const on = { surface: options.surface };
  const upTo = (largest: number): Range => [0, by * largest];
  const retrace = pairs.map((pair) => pair[1]);
  const made: Record<StmStep, Augmentation | undefined> = {
    latticeTurns: latticeTurns(on),
    latticeMirrors: latticeMirrors(on),
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

/**
 * Views of STM images: what another scan of the same place would show. The frame lies, drifts and creeps otherwise, the
 * lattice is turned and mirrored as its symmetry allows, tip and feedback are others, and so are tilt, hum, offsets of
 * the lines, noise and scars. The class stays, for defects near the middle of the image. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function views(given: StmViewsOptions = {}): Augmentation {
  const { settings } = definition.resolve(given);
  return augmentation(definition.name, settings, compose(...Object.values(steps(given))));
}
views.definition = definition;
