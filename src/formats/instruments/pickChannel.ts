import { InputError, mainChannel, type Channel, type Scan } from "../../core";

/** Which channel: its number from 0, its name, or name and direction ("Z backward"). */
export type ChannelChoice = number | string;

/**
 * Finds a channel of a scan; of two with one name the first is taken, and each has its number. Without a choice it is the
 * one that stands for the scan: heights before all else.
 * @throws InputError that lists the channels if there is none
 */
export function pickChannel(scan: Scan, choice?: ChannelChoice): Channel {
  const { channels, name } = scan;
  const plain = (text: string): string => text.normalize("NFC");
  const found =
    choice === undefined
      ? (mainChannel(scan) as Channel | undefined)
      : typeof choice === "number"
        ? channels[choice]
        : (channels.find((channel) => plain(channel.name) === plain(choice)) ??
          channels.find((channel) => plain(channelTitle(channel)) === plain(choice)));
  if (found !== undefined) return found;
  throw new InputError({
    got: `channel ${choice === undefined ? "" : `${JSON.stringify(choice)} `}of "${name}"`,
    expected:
      channels.length === 0
        ? "a scan with channels"
        : `a number from 0 to ${channels.length - 1}, or one of ${channels
            .map((channel) => `"${channelTitle(channel)}"`)
            .join(", ")}`,
    todo: "Choose one of these.",
  });
}

/** Name and direction, as a channel is called in messages and on the command line. */
export function channelTitle({ name, direction }: Pick<Channel, "name" | "direction">): string {
  return `${name} ${direction}`;
}
