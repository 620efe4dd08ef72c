import { type Augmentation } from "../../core";
import { checkRange, drawFrom, type Range } from "../augmentation";
import { fillNormal } from "../normals";
import { checkPmPerUnit, type HeightScale } from "./scale";
import { eachImage, inPlace } from "./inPlace";

/** By how much lines lie above or below each other. */
export interface LineOffsetsOptions extends HeightScale {
  /** Standard deviation of a line against the others, in pm, drawn for each image; 0.25 to 30 are usual. @default [0, 15] */
  readonly sigmaPm?: Range | number;
  /** Standard deviation of the step from one line to the next, which adds up, in pm. @default [0, 2] */
  readonly walkPm?: Range | number;
}

/**
 * Lines that do not fit each other: each has an offset of its own, and the level wanders from line to line. Channels
 * differ. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function lineOffsets(options: LineOffsetsOptions = {}): Augmentation {
  const pmPerUnit = checkPmPerUnit(options);
  const sigma = checkRange("sigmaPm", options.sigmaPm ?? [0, 15], { min: 0 });
  const walk = checkRange("walkPm", options.walkPm ?? [0, 2], { min: 0 });
  return inPlace("stm.lineOffsets", (batch, rng) => {
    const { height, width, channels } = batch;
    const normals = new Float32Array(batch.count * height * channels * 2);
    fillNormal(normals, rng.fork("values"));
    let next = 0;
    eachImage(batch, (image) => {
      const own = drawFrom(rng, sigma) / pmPerUnit;
      const step = drawFrom(rng, walk) / pmPerUnit;
      for (let k = 0; k < channels; k++) {
        let level = 0;
        for (let row = 0; row < height; row++) {
          level += step * normals[next++];
          const offset = level + own * normals[next++];
          for (let column = 0; column < width; column++) {
            image[(row * width + column) * channels + k] += offset;
          }
        }
      }
    });
  });
}
