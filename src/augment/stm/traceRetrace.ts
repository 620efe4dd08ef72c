import { define, InputError, option, type Augmentation, type OptionTable } from "../../core";
import { happens } from "../augmentation";
import { channelPairs, type ChannelPair } from "../options";
import { eachImage, onValues, type Batch } from "./onValues";

/** Which channels are the two ways of the tip over one line. */
export interface TraceRetraceOptions {
  /** Pairs of channels, trace and retrace, counted from 0. @default [[0, 1]] */
  readonly pairs?: readonly ChannelPair[];
  /** Probability that an image is changed. @default 0.5 */
  readonly probability?: number;
}

const definition = define("stm.traceRetrace", 1, {
  pairs: channelPairs({ default: [[0, 1]] }),
  probability: option.share({ default: 0.5 }),
} satisfies OptionTable<TraceRetraceOptions>);

/**
 * Trace and retrace change places: both are the same surface. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range, or the images lack such a channel
 */
export function traceRetrace(given: TraceRetraceOptions = {}): Augmentation {
  const { options, settings } = definition.resolve(given);
  const { pairs, probability } = options;
  return onValues(definition.name, settings, (batch, rng) => {
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
traceRetrace.definition = definition;

function checkChannels(pairs: readonly ChannelPair[], { channels }: Batch): void {
  if (pairs.flat().every((channel) => channel < channels)) return;
  throw new InputError({
    got: `trace and retrace in channels ${JSON.stringify(pairs)} of images with ${channels}`,
    expected: `channels from 0 to ${channels - 1}`,
    todo: "Name the channels that are trace and retrace, or leave traceRetrace out.",
  });
}
