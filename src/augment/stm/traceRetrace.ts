import { checkInteger, checkProbability, InputError, type Augmentation } from "../../core";
import { happens } from "../augmentation";
import { checkList } from "./checkList";
import { eachImage, inPlace, type Batch } from "./inPlace";

/** Which channels are the two ways of the tip over one line. */
export interface TraceRetraceOptions {
  /** Pairs of channels, trace and retrace, counted from 0. @default [[0, 1]] */
  readonly pairs?: readonly (readonly [trace: number, retrace: number])[];
  /** Probability that an image is changed. @default 0.5 */
  readonly probability?: number;
}

/**
 * Trace and retrace change places: both are the same surface. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range, or the images lack such a channel
 */
export function traceRetrace(options: TraceRetraceOptions = {}): Augmentation {
  const { pairs = [[0, 1]], probability = 0.5 } = options;
  checkPairs(pairs);
  checkProbability("probability", probability);
  return inPlace("stm.traceRetrace", (batch, rng) => {
    checkChannels(pairs, batch);
    eachImage(batch, (image) => {
      if (!happens(rng, probability)) return;
      for (const [trace, retrace] of pairs) {
        for (let at = 0; at < image.length; at += batch.channels) {
          const held = image[at + trace];
          image[at + trace] = image[at + retrace];
          image[at + retrace] = held;
        }
      }
    });
  });
}

function checkChannels(pairs: readonly (readonly number[])[], { channels }: Batch): void {
  if (pairs.flat().every((channel) => channel < channels)) return;
  throw new InputError({
    got: `trace and retrace in channels ${JSON.stringify(pairs)} of images with ${channels}`,
    expected: `channels from 0 to ${channels - 1}`,
    todo: "Name the channels that are trace and retrace, or leave traceRetrace out.",
  });
}

/** @throws InputError if these are not pairs of channels */
export function checkPairs(pairs: readonly (readonly [number, number])[]): void {
  checkList("pairs", pairs, "[[0, 1]]");
  for (const pair of pairs) {
    checkList("pairs", pair, "[[0, 1]]");
    checkInteger("channels in each of pairs", pair.length, { min: 2, max: 2 });
    pair.forEach((channel) => checkInteger("pairs", channel, { min: 0 }));
  }
}
