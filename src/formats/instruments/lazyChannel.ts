import type { Channel } from "../../core";
import { whenAsked } from "./whenAsked";

const withData = whenAsked<"data", Float64Array>("data");

/**
 * A channel whose values are unpacked when they are first asked for, and then kept: of a file of sixteen channels most people
 * look at one.
 */
export function lazyChannel(facts: Omit<Channel, "data">, unpack: () => Float64Array): Channel {
  return withData({ ...facts }, unpack);
}
