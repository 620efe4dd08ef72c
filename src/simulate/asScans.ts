import type { Channel, Scan } from "../core";
import type { Recorded } from "./instrument/record";
import type { ScanParameters } from "./makeScan";
import type { ScanSettings } from "./scanSettings";

/** The clean scan and the recorded one, in SI units. */
export function asScans(
  name: string,
  recorded: Recorded,
  { surface, pixels, nmPerPixel }: ScanSettings,
  parameters: ScanParameters,
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
      : [{ name: kind, unit: kind === "Z" ? "m" : "A", direction, data: data.map((value) => value * 1e-12) }]; // prettier-ignore
  return {
    clean: {
      ...shared,
      name: `${name} clean`,
      completedRows: recorded.completedRows,
      channels: channel("Z", "forward", recorded.clean),
    },
    observed: {
      ...shared,
      name: `${name} observed`,
      completedRows: recorded.completedRows,
      channels: [
        ...channel("Z", "forward", recorded.trace),
        ...channel("Z", "backward", recorded.retrace),
        ...channel("Current", "forward", recorded.traceCurrent),
        ...channel("Current", "backward", recorded.retraceCurrent),
      ],
    },
  };
}
