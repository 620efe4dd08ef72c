import { InputError, type Channel, type Scan } from "../../core";

/** Which channel: its number from 0, its name, or name and direction ("Z backward"). */
export type ChannelChoice = number | string;

/**
 * Finds a channel of a scan; of two with one name the first is taken.
 * @throws InputError that lists the channels if there is none
 */
export function pickChannel({ channels, name }: Scan, choice: ChannelChoice = 0): Channel {
  const found =
    typeof choice === "number"
      ? channels[choice]
      : (channels.find((channel) => channel.name === choice) ??
        channels.find((channel) => `${channel.name} ${channel.direction}` === choice));
  if (found !== undefined) return found;
  throw new InputError({
    got: `channel ${JSON.stringify(choice)} of "${name}"`,
    expected: `a number from 0 to ${channels.length - 1}, or one of ${channels
      .map((channel) => `"${channel.name} ${channel.direction}"`)
      .join(", ")}`,
    todo: "Choose one of these.",
  });
}
