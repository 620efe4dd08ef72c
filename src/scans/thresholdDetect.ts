import { checkNumber, checkOneOf, type Scan } from "../core";
import type { Detection } from "./detection";
import { defectResponse, type DefectResponse } from "./defectResponse";
import type { ThresholdSettings } from "./detectDefaults";
import { describeRegion } from "./describeRegion";
import { findRegions } from "./findRegions";
import { stepEdges } from "./stepEdges";
import { standingStill } from "./standingStill";

/**
 * Takes the local background and the lattice off, marks what stands out of the noise of the clean surface on either side, and
 * parts what touches.
 */
export function thresholdDetect(
  scan: Scan,
  data: Float64Array,
  settings: ThresholdSettings,
): Detection {
  const response = responseOf(scan, data, settings);
  const edges = settings.skipSteps ? stepEdges(response) : undefined;
  const regions = findRegions(response, settings, edges);
  const features = regions.map((region) => describeRegion(region, response));
  const order = [...features.keys()].sort((a, b) => features[b].score - features[a].score || a - b);
  return {
    features: order.map((i) => features[i]),
    mask: spread(
      order.map((i) => regions[i]),
      response,
      scan,
    ),
    width: scan.width,
    height: scan.height,
    notes: standingStill(scan, data),
  };
}

/** @throws InputError if an option is out of range */
export function checkThreshold(settings: ThresholdSettings): ThresholdSettings {
  const positive = { min: 0, aboveMin: true };
  checkNumber("threshold", settings.threshold, positive);
  checkNumber("edge", settings.edge, { min: 0, aboveMin: true, max: settings.threshold });
  checkNumber("share", settings.share, { min: 0, max: 1 });
  checkOneOf("polarity", settings.polarity, ["both", "bright", "dark"]);
  checkNumber("backgroundNm", settings.backgroundNm, positive);
  checkNumber("smoothNm", settings.smoothNm, { min: 0 });
  checkNumber("minAreaNm2", settings.minAreaNm2, { min: 0 });
  checkNumber("maxAreaNm2", settings.maxAreaNm2, { min: settings.minAreaNm2 });
  checkNumber("separationNm", settings.separationNm, { min: 0 });
  return settings;
}

function responseOf(scan: Scan, data: Float64Array, settings: ThresholdSettings): DefectResponse {
  const [x, y] = scan.sizeMetres;
  const nm = [(x * 1e9) / scan.width, (y * 1e9) / scan.height] as const;
  return defectResponse(data, scan.width, nm, {
    latticeRemoved: settings.lattice,
    backgroundNm: settings.backgroundNm,
    smoothNm: settings.smoothNm,
  });
}

/** Regions of the grid as numbers on the pixels of the scan. */
function spread(
  regions: readonly (readonly number[])[],
  { grid }: DefectResponse,
  { width, height }: Scan,
): Int32Array {
  const small = new Int32Array(grid.data.length);
  regions.forEach((region, index) => {
    for (const i of region) small[i] = index + 1;
  });
  const [fx, fy] = grid.factors;
  if (fx === 1 && fy === 1) return small;
  const mask = new Int32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      mask[y * width + x] = small[Math.floor(y / fy) * grid.width + Math.floor(x / fx)];
  return mask;
}
