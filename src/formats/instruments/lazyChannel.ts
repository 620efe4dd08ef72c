import type { Channel } from "../../core";

/**
 * A channel whose values are unpacked when they are first asked for, and then kept: of a file of sixteen channels most people
 * look at one.
 */
export function lazyChannel(facts: Omit<Channel, "data">, unpack: () => Float64Array): Channel {
  let ready: Float64Array | undefined;
  let make: (() => Float64Array) | undefined = unpack;
  const data = (): Float64Array => {
    if (make !== undefined) {
      ready = make();
      // Lets go of the bytes.
      make = undefined;
    }
    return ready ?? new Float64Array(0);
  };
  return {
    ...facts,
    get data() {
      return data();
    },
  };
}
