import { InputError, mainChannel, type Channel, type Scan } from "../core";

/** Which channels a step changes. */
export interface ChannelOptions {
  /**
   * Name of a channel ("Z" for both directions), name and direction ("Z backward"), or its number from 0.
   * @default "", all of the name and unit of the channel that stands for the scan: heights before all else
   */
  readonly channel?: string | number;
}

/** Which pixels a step leaves out of its fit. */
export interface ExcludeOptions {
  /** Name of a channel that is above 0 where pixels must not count, for example "scars". @default "", none */
  readonly exclude?: string;
}

/**
 * The channels that a step changes.
 * @throws InputError that lists the channels if there is none of this name
 */
export function chosenChannels(scan: Scan, choice: string | number): readonly Channel[] {
  const { channels, name } = scan;
  const first = choice === "" ? (mainChannel(scan) as Channel | undefined) : undefined;
  const chosen = channels.filter((channel, i) =>
    choice === ""
      ? channel.name === first?.name && channel.unit === first.unit
      : choice === i ||
        channel.name === choice ||
        `${channel.name} ${channel.direction}` === choice,
  );
  if (chosen.length > 0) return chosen;
  throw new InputError({
    got: `channel "${choice}" of "${name}"`,
    expected: `one of ${channels.map((channel) => `"${channel.name} ${channel.direction}"`).join(", ")}`,
    todo: "Choose one of these.",
  });
}

/** Changes the chosen channels and writes the step, with all its options, into the history. */
export function changeChannels(
  scan: Scan,
  step: string,
  settings: Required<ChannelOptions>,
  change: (data: Float64Array, channel: Channel) => Float64Array,
): Scan {
  const chosen = new Set(chosenChannels(scan, settings.channel));
  const channels = scan.channels.map((channel) =>
    chosen.has(channel) ? { ...channel, data: change(channel.data, channel) } : channel,
  );
  return { ...scan, channels, history: [...scan.history, writeStep(step, settings)] };
}

/** A step as a line of the history: its name, and its options as JSON. */
export function writeStep(step: string, settings: object): string {
  return `${step} ${JSON.stringify(settings)}`;
}

/**
 * Where pixels count: NaN and excluded ones do not. One function for all channels, since a mask is for the surface.
 * @throws InputError if the scan has no such channel
 */
export function counted(scan: Scan, exclude: string): (data: Float64Array) => Uint8Array {
  const masks = exclude === "" ? [] : chosenChannels(scan, exclude);
  return (data) => {
    const counts = new Uint8Array(data.length);
    for (let i = 0; i < data.length; i++) counts[i] = Number.isFinite(data[i]) ? 1 : 0;
    for (const mask of masks)
      for (let i = 0; i < data.length; i++) if (mask.data[i] > 0) counts[i] = 0;
    return counts;
  };
}
