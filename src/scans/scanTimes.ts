import { InputError, type Scan } from "../core";

/** Seconds from one row to the next: there and back. @throws InputError if the scan does not say how long a line takes */
export function rowSeconds({ lineSeconds, name }: Scan): number {
  if (lineSeconds !== undefined && lineSeconds > 0) return 2 * lineSeconds;
  throw new InputError({
    got: `"${name}" without the time of a line`,
    expected: "lineSeconds above 0",
    todo: "Set it: { ...scan, lineSeconds: 0.5 }.",
  });
}

/** Which row was taken first: 0 from the top down, the last one from the bottom up. */
export function rowOrder({ scanDirection, height }: Scan): (row: number) => number {
  return scanDirection === "up" ? (row) => height - 1 - row : (row) => row;
}
