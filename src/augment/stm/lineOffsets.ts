import { define, type Augmentation, type OptionTable } from "../../core";
import { drawFrom, type Range } from "../augmentation";
import { fillNormal } from "../normals";
import { range } from "../options";
import { eachImage, onValues } from "./onValues";
import { heightScale, type HeightScale } from "./scale";

/** By how much lines lie above or below each other. */
export interface LineOffsetsOptions extends HeightScale {
  /** Standard deviation of a line against the others, in pm, drawn for each image; 0.25 to 30 are usual. @default [0, 15] */
  readonly sigmaPm?: Range | number;
  /** Standard deviation of the step from one line to the next, which adds up, in pm. @default [0, 2] */
  readonly walkPm?: Range | number;
}

const definition = define("stm.lineOffsets", 1, {
  ...heightScale,
  sigmaPm: range({ min: 0, default: [0, 15] }),
  walkPm: range({ min: 0, default: [0, 2] }),
} satisfies OptionTable<LineOffsetsOptions>);

/**
 * Lines that do not fit each other: each has an offset of its own, and the level wanders from line to line. Channels
 * differ. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function lineOffsets(given: LineOffsetsOptions = {}): Augmentation {
  const { options, settings } = definition.resolve(given);
  const { pmPerUnit, sigmaPm, walkPm } = options;
  return onValues(definition.name, settings, (batch, rng) => {
    const { height, width, channels } = batch;
    const normals = new Float32Array(batch.count * height * channels * 2);
    fillNormal(normals, rng.fork("values"));
    let next = 0;
    eachImage(batch, (image) => {
      const own = drawFrom(rng, sigmaPm) / pmPerUnit;
      const step = drawFrom(rng, walkPm) / pmPerUnit;
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
lineOffsets.definition = definition;
