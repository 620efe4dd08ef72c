import { type Channel, type Rng, type Scan } from "../core";
import { constantCurrent } from "./constantCurrent";
import { drawInstrument, observe, type Instrument } from "./instrument";
import { sources, type Placement } from "./lattice";
import { placeDefects, type Place } from "./placeDefects";
import { drawFrom } from "./ranges";
import type { ScanSettings } from "./scanSettings";
import type { Surface } from "./surface";
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
  const heights = constantCurrent(sources(surface, placement, [pixels, pixels], defects), {
    width: pixels,
    height: pixels,
    pixelSize: placement.angstromPerPixel,
    kappa: decay(tip),
    distance: 10 * tip.distanceNm,
  }).map((angstrom) => 100 * angstrom);
  const observed = observe(heights, pixels, 1000 * nmPerPixel, instrument, rng.fork("observe"));
  const parameters: ScanParameters = {
    surface: surface.name,
    nmPerPixel,
    rowDegrees: placement.rowDegrees,
    tip,
    instrument,
  };
  const record = (part: string, pm: Float64Array): Scan =>
    asScan(`${name} ${part}`, pm, pixels, surface, parameters);
  return {
    clean: record("clean", heights),
    observed: record("observed", observed),
    places,
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

function asScan(
  name: string,
  heightsPm: Float64Array,
  pixels: number,
  surface: Surface,
  parameters: ScanParameters,
): Scan {
  const edge = pixels * parameters.nmPerPixel * 1e-9;
  const heights: Channel = {
    name: "Z",
    unit: "m",
    direction: "forward",
    data: heightsPm.map((pm) => pm * 1e-12),
  };
  return {
    name,
    channels: [heights],
    width: pixels,
    height: pixels,
    sizeMetres: [edge, edge],
    completedRows: pixels,
    scanDirection: "down",
    biasVolts: surface.biasVolts,
    metadata: { simulated: JSON.stringify(parameters) },
    history: [],
  };
}
