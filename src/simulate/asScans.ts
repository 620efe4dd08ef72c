import type { Channel, Scan } from "../core";
import type { Recorded } from "./instrument/record";
import type { ScanParameters } from "./makeScan";
import type { ScanSettings } from "./scanSettings";

/** The clean scan and the recorded one, in SI units; they take over the arrays of what was recorded. */
export function asScans(
  name: string,
  recorded: Recorded,
  { surface, pixels, nmPerPixel, mode }: ScanSettings,
  { currentDecay, ...parameters }: ScanParameters & { readonly currentDecay: number },
): { readonly clean: Scan; readonly observed: Scan } {
  const { lineSeconds, scanDirection } = parameters.instrument;
  const edge = pixels * nmPerPixel * 1e-9;
  const shared = {
    width: pixels,
    height: pixels,
    sizeMetres: [edge, edge],
    scanDirection,
    lineSeconds,
    biasVolts: surface.biasVolts,
    metadata: { simulated: JSON.stringify(parameters) },
    history: [],
  } as const;
  const channel = (
    kind: "Z" | "Current",
    direction: Channel["direction"],
    data: Float64Array | undefined,
  ): Channel[] =>
    data === undefined
      ? []
      : [{ name: kind, unit: kind === "Z" ? "m" : "A", direction, data: scaled(data, 1e-12) }]; // prettier-ignore
  const { setpointPa } = parameters.instrument;
  /** The main channel: heights, or at constant height the current that they stand for. */
  const main = (direction: Channel["direction"], heights: Float64Array | undefined): Channel[] =>
    mode === "constant current"
      ? channel("Z", direction, heights)
      : channel(
          "Current",
          direction,
          heights?.map((pm) => setpointPa * Math.exp(currentDecay * pm)),
        );
  return {
    clean: {
      ...shared,
      name: `${name} clean`,
      completedRows: recorded.completedRows,
      channels: main("forward", recorded.clean),
    },
    observed: {
      ...shared,
      name: `${name} observed`,
      completedRows: recorded.completedRows,
      channels: [
        ...main("forward", recorded.trace),
        ...main("backward", recorded.retrace),
        ...channel("Current", "forward", recorded.traceCurrent),
        ...channel("Current", "backward", recorded.retraceCurrent),
      ],
    },
  };
}

/** In place, since fresh memory takes longer than the numbers; a plain loop, since a function for each of a million does too. */
function scaled(data: Float64Array, factor: number): Float64Array {
  for (let i = 0; i < data.length; i++) data[i] *= factor;
  return data;
}
