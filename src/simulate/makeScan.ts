import { type Channel, type Rng, type Scan } from "../core";
import { constantCurrent } from "./constantCurrent";
import { drawInstrument, type Instrument } from "./instrument";
import { reach, seenAt } from "./instrument/path";
import { record, type Recorded } from "./instrument/record";
import { sources, type Placement } from "./lattice";
import { placeDefects, type Place } from "./placeDefects";
import { drawFrom } from "./ranges";
import type { ScanSettings } from "./scanSettings";
import { decay, drawTip, type Tip } from "./tip";

/** Everything that was drawn for a scan. */
export interface ScanParameters {
  readonly surface: string;
  readonly nmPerPixel: number;
  readonly rowDegrees: number;
  readonly tip: Tip;
  readonly instrument: Instrument;
}

/** What comes of one scan; lengths of places in pixels. */
export interface MadeScan {
  readonly clean: Scan;
  readonly observed: Scan;
  readonly places: readonly Place[];
  readonly parameters: ScanParameters;
}

/**
 * Makes a scan with checked settings.
 * @param wanted class of each defect; other names stand for places that stay clean
 * @throws InputError if they do not fit into the frame
 */
export function makeScan(
  name: string,
  settings: ScanSettings,
  wanted: readonly string[],
  rng: Rng,
): MadeScan {
  const { surface, pixels, nmPerPixel } = settings;
  const tip = drawTip(settings.tip, rng.fork("tip"));
  const instrument = drawInstrument(settings.instrument, rng.fork("instrument"));
  const placement = drawPlacement(settings, rng.fork("geometry"));
  const order = Array.from(rng.fork("order").permutation(wanted.length), (i) => wanted[i]);
  const { places, defects } = placeDefects(
    surface,
    placement,
    order,
    {
      width: pixels,
      height: pixels,
      separation: settings.separationNm / nmPerPixel,
      margin: settings.marginNm / nmPerPixel,
    },
    rng.fork("places"),
  );
  const times = { pixels, nmPerPixel, ...instrument };
  const frame = reach(times, [0, pixels - 1]);
  const kappa = decay(tip);
  const shifted = {
    ...placement,
    origin: [placement.origin[0] - frame.left, placement.origin[1] - frame.top],
  } as const;
  const heights = constantCurrent(sources(surface, shifted, [frame.width, frame.height], defects), {
    width: frame.width,
    height: frame.height,
    pixelSize: placement.angstromPerPixel,
    kappa,
    distance: 10 * tip.distanceNm,
  }).map((angstrom) => 100 * angstrom);
  const recorded = record(
    {
      periods: [{ fromSeconds: 0, stepPm: 0, ...frame, heights }],
      pixels,
      nmPerPixel,
      instrument,
      currentDecay: (2 * kappa) / 100,
      retrace: settings.retrace,
    },
    rng.fork("observe"),
  );
  const parameters: ScanParameters = {
    surface: surface.name,
    nmPerPixel,
    rowDegrees: placement.rowDegrees,
    tip,
    instrument,
  };
  return {
    ...asScans(name, recorded, settings, parameters),
    places: places.map((place) => {
      const [x, y] = seenAt(times, place.x, place.y);
      return { ...place, x, y };
    }),
    parameters,
  };
}

/** How the crystal lies under this scan: on one of two terraces, a little askew, anywhere. */
function drawPlacement({ rowDegrees, pixels, nmPerPixel }: ScanSettings, rng: Rng): Placement {
  const quarter = rng.integer(2) * 90;
  return {
    rowDegrees: drawFrom(rng, rowDegrees) + quarter,
    origin: [rng.between(0, pixels), rng.between(0, pixels)],
    angstromPerPixel: 10 * nmPerPixel,
  };
}

/** The clean scan and the recorded one, in SI units. */
function asScans(
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
