import type { Augmentation, Factory } from "../core";
import { affine } from "./affine";
import { blur } from "./blur";
import { brightness } from "./brightness";
import { colourJitter } from "./colourJitter";
import { compose, type ComposeOptions } from "./compose";
import { contrast } from "./contrast";
import { cutout } from "./cutout";
import { flip } from "./flip";
import { gamma } from "./gamma";
import { greyscale } from "./greyscale";
import * as grey from "./grey";
import * as mild from "./mild";
import { noise } from "./noise";
import * as photo from "./photo";
import { quarterTurns } from "./quarterTurns";
import { randomApply } from "./randomApply";
import { randomCrop } from "./randomCrop";
import { randomResizedCrop } from "./randomResizedCrop";
import * as stm from "./stm";
import * as strong from "./strong";

/**
 * Every augmentation that a plan may name, each with its `definition`. A function, since some of them take augmentations as options, and
 * so need this list before it is there.
 */
export function augmentations(): readonly Factory<Augmentation>[] {
  return [
    photo.views,
    grey.views,
    stm.views,
    mild.views,
    strong.views,
    randomResizedCrop,
    randomCrop,
    flip,
    quarterTurns,
    affine,
    brightness,
    contrast,
    gamma,
    colourJitter,
    greyscale,
    noise,
    blur,
    cutout,
    randomApply,
    Object.assign(({ steps }: ComposeOptions) => compose(...steps), {
      definition: compose.definition,
    }),
    stm.driftWarp,
    stm.shear,
    stm.frame,
    stm.feedbackLag,
    stm.tipBlur,
    stm.ghostTip,
    stm.lineOffsets,
    stm.noise,
    stm.scars,
    stm.mains,
    stm.tilt,
    stm.zGain,
    stm.traceRetrace,
    stm.latticeTurns,
    stm.latticeMirrors,
    stm.destroying.zInversion,
    stm.destroying.strongGhost,
    stm.destroying.wideBlur,
    stm.destroying.largeZoom,
    stm.destroying.rescalePatch,
  ];
}
