import { define, option, type Augmentation, type OptionTable } from "../../core";
import { drawFrom, type Range } from "../augmentation";
import { mirrored } from "../mirrored";
import { channels, range } from "../options";
import { eachImage, onValues, type Batch } from "./onValues";
import { lengthScale, type LengthScale } from "./scale";

/** How far the tip moves on before the feedback has answered. */
export interface FeedbackLagOptions extends LengthScale {
  /** Way of the tip during the time constant of the loop, in nm. @default [0, 0.12] */
  readonly lagNm?: Range | number;
  /** Which way the tip moves along a line: to the right, to the left, or either for each image. @default "either" */
  readonly direction?: "right" | "left" | "either";
  /** Channels taken on the way back, which lag the other way, counted from 0. @default none */
  readonly retrace?: readonly number[];
}

const definition = define("stm.feedbackLag", 1, {
  ...lengthScale,
  lagNm: range({ min: 0, default: [0, 0.12] }),
  direction: option.choice(["right", "left", "either"], { default: "either" }),
  retrace: channels({ default: [] }),
} satisfies OptionTable<FeedbackLagOptions>);

/**
 * The feedback as a first-order low pass along the lines: heights smear in the direction of the tip. The line begins in
 * a steady state a few time constants before the image. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 * @see Tiedje & Brown 1990, J. Appl. Phys. 68, 649
 */
export function feedbackLag(given: FeedbackLagOptions = {}): Augmentation {
  const { options, settings } = definition.resolve(given);
  const { nmPerPixel, lagNm, direction, retrace } = options;
  return onValues(definition.name, settings, (batch, rng) => {
    eachImage(batch, (image) => {
      const pixels = drawFrom(rng, lagNm) / nmPerPixel;
      const either = rng.uniform() < 0.5;
      const leftwards = direction === "left" || (direction === "either" && either);
      if (pixels === 0) return;
      for (let channel = 0; channel < batch.channels; channel++) {
        lowPass(image, batch, channel, pixels, leftwards !== retrace.includes(channel));
      }
    });
  });
}
feedbackLag.definition = definition;

/** Filters the lines of one channel with this time constant, in pixels. */
function lowPass(
  image: Float32Array,
  { height, width, channels }: Batch,
  channel: number,
  pixels: number,
  leftwards: boolean,
): void {
  const follow = 1 - Math.exp(-1 / pixels);
  const before = Math.min(width - 1, Math.ceil(4 * pixels));
  // Where the line comes from, farthest first.
  const outside = Array.from({ length: before }, (_, i) => {
    const step = i - before;
    return mirrored(leftwards ? width - 1 - step : step, width) * channels + channel;
  });
  const first = (leftwards ? width - 1 : 0) * channels + channel;
  const onwards = leftwards ? -channels : channels;
  for (let row = 0; row < height; row++) {
    const line = row * width * channels;
    let z = image[line + (outside[0] ?? first)];
    for (const place of outside) z += follow * (image[line + place] - z);
    for (let step = 0, at = line + first; step < width; step++, at += onwards) {
      z += follow * (image[at] - z);
      image[at] = z;
    }
  }
}
