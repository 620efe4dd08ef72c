import type { Scan } from "../core";
import { alignRows } from "./alignRows";
import { hasSteps } from "./hasSteps";
import { level } from "./level";
import { chosenChannels, type ChannelOptions } from "./steps";

/**
 * Levels a scan and aligns its rows by what it shows: a stepped surface by its terraces, another by a plane. The history tells with which
 * steps.
 * @throws InputError if the channel is not there
 */
export function flatten(scan: Scan, { channel = "" }: ChannelOptions = {}): Scan {
  const [first] = chosenChannels(scan, channel);
  // One look serves both, and what is levelled shows the same.
  const stepped = first.unit === "m" && hasSteps(scan, first);
  const flat = level(scan, { method: stepped ? "terraces" : "plane", channel });
  return alignRows(flat, { method: stepped ? "median of differences" : "median", channel });
}
