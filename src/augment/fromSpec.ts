import { checkOneOf, InputError, type Augmentation } from "../core";
import { affine } from "./affine";
import { blur } from "./blur";
import { brightness } from "./brightness";
import { colourJitter } from "./colourJitter";
import { compose } from "./compose";
import { contrast } from "./contrast";
import { cutout } from "./cutout";
import { flip } from "./flip";
import { gamma } from "./gamma";
import { greyscale } from "./greyscale";
import * as grey from "./grey";
import { noise } from "./noise";
import * as photo from "./photo";
import { quarterTurns } from "./quarterTurns";
import { randomApply } from "./randomApply";
import { randomCrop } from "./randomCrop";
import { randomResizedCrop } from "./randomResizedCrop";
import * as stm from "./stm";

/** One augmentation by its name with its options, for example { "flip": { "horizontal": 0.5 } }. */
export type AugmentationStep = Readonly<Record<string, object | undefined>>;

/** Augmentations as plain JSON: the name of ready views, or a list of steps. */
export type AugmentationSpec = string | AugmentationStep | readonly AugmentationStep[];

interface Entry {
  readonly options: readonly string[];
  readonly make: (options: never) => Augmentation;
}

/** Ties the names of the options to the factory's own, so that a misspelt list does not compile. */
function entry<Options>(
  make: (options: Options) => Augmentation,
  ...options: readonly (keyof NonNullable<Options> & string)[]
): Entry {
  return { make, options };
}

const ghost = ["nmPerPixel", "pmPerUnit", "weight", "distanceNm", "probability"] as const;

const entries: Readonly<Record<string, Entry>> = {
  randomResizedCrop: entry(randomResizedCrop, "size", "scale", "ratio"),
  randomCrop: entry(randomCrop, "padding", "mode"),
  flip: entry(flip, "horizontal", "vertical"),
  quarterTurns: entry<object>(quarterTurns),
  affine: entry(affine, "degrees", "translate", "scale", "shear", "fill", "probability"),
  brightness: entry(brightness, "strength", "probability"),
  contrast: entry(contrast, "strength", "probability"),
  gamma: entry(gamma, "range", "probability"),
  colourJitter: entry(colourJitter, "brightness", "contrast", "saturation", "hue", "probability"),
  greyscale: entry(greyscale, "probability"),
  noise: entry(noise, "sigma", "absolute", "probability"),
  blur: entry(blur, "sigma", "probability"),
  cutout: entry(cutout, "size", "fill"),
  randomApply: entry(
    (options: { probability: number; steps: unknown }) =>
      randomApply(options.probability, fromSpec(options.steps)),
    "probability",
    "steps",
  ),
  photo: entry(photo.views, "channels", "strength", "blur", "size"),
  grey: entry(grey.views, "scale", "turns", "contrast", "brightness", "noise", "blur", "size"),
  stm: entry(stm.views, "nmPerPixel", "pmPerUnit", "strength", "surface", "pairs", "without"),
  "stm.driftWarp": entry(stm.driftWarp, "nmPerPixel", "driftNmPerMinute", "lineSeconds", "creepNm"),
  "stm.shear": entry(stm.shear, "degrees"),
  "stm.frame": entry(stm.frame, "nmPerPixel", "shiftNm", "degrees", "calibration", "shear"),
  "stm.feedbackLag": entry(stm.feedbackLag, "nmPerPixel", "lagNm", "direction", "retrace"),
  "stm.tipBlur": entry(stm.tipBlur, "nmPerPixel", "sigmaNm", "probability"),
  "stm.ghostTip": entry(stm.ghostTip, ...ghost),
  "stm.lineOffsets": entry(stm.lineOffsets, "pmPerUnit", "sigmaPm", "walkPm"),
  "stm.noise": entry(stm.noise, "pmPerUnit", "whitePm", "flickerPm", "exponent"),
  "stm.scars": entry(
    stm.scars,
    "nmPerPixel",
    "pmPerUnit",
    "most",
    "lengthNm",
    "heightPm",
    "freeNm",
  ),
  "stm.mains": entry(stm.mains, "pmPerUnit", "amplitudePm", "hertz", "pixelMilliseconds"),
  "stm.tilt": entry(stm.tilt, "nmPerPixel", "pmPerUnit", "degrees"),
  "stm.zGain": entry(stm.zGain, "factor"),
  "stm.traceRetrace": entry(stm.traceRetrace, "pairs", "probability"),
  "stm.latticeTurns": entry(stm.latticeTurns, "surface", "quarter"),
  "stm.latticeMirrors": entry(stm.latticeMirrors, "surface"),
  "stm.destroying.zInversion": entry<object>(stm.destroying.zInversion),
  "stm.destroying.strongGhost": entry(stm.destroying.strongGhost, ...ghost),
  "stm.destroying.wideBlur": entry(stm.destroying.wideBlur, "nmPerPixel", "sigmaNm", "probability"),
  "stm.destroying.largeZoom": entry(stm.destroying.largeZoom, "scale"),
  "stm.destroying.rescalePatch": entry<object>(stm.destroying.rescalePatch),
};

/** Names that a list of augmentations may use. */
export const augmentationNames: readonly string[] = Object.keys(entries);

/**
 * Makes an augmentation of its JSON form: "photo", "grey" or "stm" for ready views, one step such as
 * { "photo": { "strength": 1 } }, or a list of steps such as
 * [{ "randomResizedCrop": { "scale": [0.2, 1] } }, { "flip": {} }].
 * @throws InputError if a name or an option is unknown, with the nearest known one, or a value is out of range
 */
export function fromSpec(spec: unknown): Augmentation {
  if (typeof spec === "string") return makeStep({ [spec]: {} });
  if (Array.isArray(spec)) {
    if (spec.length === 0) throw notASpec(spec);
    return compose(...spec.map(makeStep));
  }
  return makeStep(spec);
}

function makeStep(step: unknown): Augmentation {
  if (!isRecord(step) || Object.keys(step).length !== 1) throw notASpec(step);
  const [given, options] = Object.entries(step)[0];
  const name = checkOneOf("augmentation", given, augmentationNames);
  if (!isRecord(options)) throw notASpec(step);
  const known = entries[name].options;
  for (const key of Object.keys(options)) {
    if (known.length > 0) checkOneOf(`option of ${name}`, key, known);
    else throw withoutOptions(name, key);
  }
  return entries[name].make(options as never);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function notASpec(got: unknown): InputError {
  return new InputError({
    got: `${JSON.stringify(got) ?? String(got)} for augmentations`,
    expected:
      '"photo", "grey", "stm", or a list of steps with one name each, such as [{ "flip": { "horizontal": 0.5 } }]',
    todo: `The names are ${augmentationNames.join(", ")}.`,
  });
}

function withoutOptions(name: string, key: string): InputError {
  return new InputError({
    got: `option "${key}" of ${name}`,
    expected: "no options",
    todo: `Write { "${name}": {} }.`,
  });
}
