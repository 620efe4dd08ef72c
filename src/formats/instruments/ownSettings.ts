import type { Channel, Scan } from "../../core";

/** What a scan knows and other programs' files have no place for, as it is kept in a text of our own. */
export interface OwnSettings {
  readonly scanDirection?: Scan["scanDirection"];
  readonly lineSeconds?: number;
  readonly biasVolts?: number;
  readonly direction?: Channel["direction"];
  readonly history?: readonly string[];
}

/** The settings of a scan as one line of JSON. */
export function writeOwnSettings(
  { scanDirection, lineSeconds, biasVolts, history }: Scan,
  direction: Channel["direction"],
): string {
  return JSON.stringify({ scanDirection, lineSeconds, biasVolts, direction, history });
}

/** Reads what `writeOwnSettings` wrote; what another program made of it is left out. */
export function readOwnSettings(text: string | undefined): OwnSettings {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text ?? "{}");
  } catch {
    return {};
  }
  if (typeof parsed !== "object" || parsed === null) return {};
  const { scanDirection, lineSeconds, biasVolts, direction, history } = parsed as Readonly<
    Record<string, unknown>
  >;
  return {
    ...(scanDirection === "up" || scanDirection === "down" ? { scanDirection } : {}),
    ...(typeof lineSeconds === "number" ? { lineSeconds } : {}),
    ...(typeof biasVolts === "number" ? { biasVolts } : {}),
    ...(direction === "forward" || direction === "backward" ? { direction } : {}),
    ...(Array.isArray(history) ? { history: history.map(String) } : {}),
  };
}
