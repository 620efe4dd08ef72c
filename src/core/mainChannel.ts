import type { Channel, Scan } from "./types";

/** Names under which instruments keep heights. */
const heightNames = /^(z|topo|height|h(ö|oe)he|hauteur|measured height)/i;
/** Lengths that are no heights. */
const otherLengths = /ampl|defl|error|excit|phase|dissip/i;

/**
 * The channel that stands for a scan where none is chosen: heights before all else, forward before backward, and what was
 * measured before what was not; without heights the first channel.
 */
export function mainChannel({ channels }: Pick<Scan, "channels">): Channel {
  const heights = channels.filter(({ unit, name }) => unit === "m" && !otherLengths.test(name));
  const ranked = [
    heights.filter(({ name }) => heightNames.test(name)),
    heights,
    channels.filter(({ name }) => !/(^| )mask$/.test(name)),
    channels,
  ];
  for (const some of ranked) {
    const forward = some.filter(({ direction }) => direction === "forward");
    const others = some.filter(({ direction }) => direction !== "forward");
    // Values may be unpacked when they are asked for, so no more channels are asked than it takes.
    const found = forward.concat(others).find(wasMeasured);
    if (found !== undefined) return found;
  }
  return channels[0];
}

function wasMeasured({ data }: Channel): boolean {
  return data.some((value) => !Number.isNaN(value));
}

/** Whether a channel holds heights. */
export function isHeight({ unit, name }: Pick<Channel, "unit" | "name">): boolean {
  return unit === "m" && !otherLengths.test(name);
}
