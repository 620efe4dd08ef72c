import type { Channel, Scan } from "../core";

/**
 * Says, in a sentence, that values are the same everywhere, so that what the scan shows is in another channel, and in which; nothing
 * where they are not.
 */
export function standingStill(scan: Scan, data: Float64Array): string[] {
  // One pixel stands for nothing.
  if (data.length < 2 || varies(data)) return [];
  const still = scan.channels.find((channel) => channel.data === data);
  const other = tellingChannel(scan);
  const todo = other === undefined ? "" : `: choose another channel, for example "${other.name}"`;
  return [`"${still?.name ?? "The channel"}" is the same everywhere, as at constant height${todo}.`]; // prettier-ignore
}

/** A channel that shows something: the current before all others; undefined if none does. */
function tellingChannel({ channels }: Scan): Channel | undefined {
  const telling = channels.filter(({ data }) => varies(data));
  return telling.find(({ unit }) => unit === "A") ?? telling.at(0);
}

function varies(data: Float64Array): boolean {
  const value = data.find(Number.isFinite);
  return data.some((other) => Number.isFinite(other) && other !== value);
}
