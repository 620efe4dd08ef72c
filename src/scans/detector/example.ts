import { createRng, type Rng, type Scan } from "../../core";
import { scan, surfaceNames, texture, type ScanOptions, type SurfaceName } from "../../simulate";
import { aligned, groundReach, withoutGaps } from "../searchRelief";
import { relief } from "../relief";

/** A picture to learn from: what a network sees of it, and what it should say. */
export interface Example {
  readonly width: number;
  readonly height: number;
  /** Nanometres a pixel. */
  readonly nm: number;
  /** Heights above the ground, in deviations of the clean surface. */
  readonly relief: Float32Array;
  /** How far the ground jumps, in the same unit. */
  readonly jumps: Float32Array;
  /** What the defects alone do, in the same unit. */
  readonly difference: Float32Array;
  /** 1 on defects. */
  readonly truth: Uint8Array;
}

/** Nanometres that a pixel of a texture stands for. */
export const textureNm = 0.12;
const pixels = 144;
/** A defect reaches down to this share of its own height ... */
const reachesShare = 0.36;
/** ... and to no less than this, in deviations of the clean surface. */
const leastDeviation = 0.25;
/** Within this distance its height is sought, in nm. */
const peakNm = 0.6;
/** Share of the pictures that show nothing but the surface. */
const cleanShare = 0.08;

/** A made-up texture. */
export function textureExample(seed: number): Example {
  const defects = createRng(seed).fork("clean").uniform() >= cleanShare;
  const { heights, difference, size } = texture({ seed, size: pixels, defects });
  return exampleOf(Float64Array.from(heights), Float64Array.from(difference), size, textureNm);
}

/** A simulated scan of a crystal, of any kind the simulator knows. */
export function crystalExample(seed: number): Example {
  const rng = createRng(seed).fork("example");
  const options = drawOptions(seed, rng);
  const density = rng.uniform() < cleanShare ? 0 : Math.exp(rng.between(Math.log(0.04), Math.log(0.6))); // prettier-ignore
  const clean = scan({ ...options, density: 0 });
  const marked = asDense(options, density);
  const difference = heights(marked.clean).map((value, i) => value - heights(clean.clean)[i]);
  // More bright defects raise the height at which the tip begins.
  const order = difference.slice().sort();
  const middle = order[order.length >> 1];
  const nm = options.nmPerPixel ?? textureNm;
  return exampleOf(
    heights(marked.observed),
    difference.map((value) => value - middle),
    pixels,
    nm,
  );
}

const heights = ({ channels }: Scan): Float64Array => channels[0].data;

function drawOptions(seed: number, rng: Rng): ScanOptions {
  const surface: SurfaceName = surfaceNames[seed % surfaceNames.length];
  const oneState = surface === "Ge(001)" || surface === "TiO2(110)";
  const blunt = rng.uniform() < 0.3 ? 1.5 : 0.2;
  return {
    seed,
    surface,
    variety: rng.uniform() < 0.7 ? "measured" : "textbook",
    pixels,
    nmPerPixel: Math.exp(rng.between(Math.log(0.06), Math.log(0.2))),
    steps: [0, 3],
    separationNm: 0.8,
    marginNm: 0,
    fromStepsNm: 0.6,
    rowDegrees: [-90, 90],
    instrument: (["cold", "usual", "usual", "poor"] as const)[rng.integer(4)],
    retrace: false,
    ...(!oneState && rng.uniform() < 0.5 ? { bias: "empty" } : {}),
    tip: { bluntNm: [0, blunt], doubleChance: 0.15, distanceNm: [0.5, 0.85] },
  };
}

/** As many defects as there is room for, up to the density. */
function asDense(options: ScanOptions, density: number): ReturnType<typeof scan> {
  for (let dense = density; ; dense *= 0.7) {
    try {
      return scan({ ...options, density: dense });
    } catch (error) {
      if (dense < 0.01) throw error;
    }
  }
}

/** What a network gets of heights, and what it should say of it. */
export function exampleOf(
  data: Float64Array,
  difference: Float64Array,
  width: number,
  nm: number,
): Example {
  const flat = withoutGaps(aligned(data, width), width, 0);
  const reach = groundReach(nm);
  const { data: above, sigma, jumps, height } = relief(flat, width, new Uint8Array(flat.length).fill(1), reach); // prettier-ignore
  const deviations = Float32Array.from(difference, (value) => value / sigma);
  return {
    width,
    height,
    nm,
    relief: above,
    jumps,
    difference: deviations,
    truth: truthOf(deviations, width, peakNm / nm),
  };
}

/** 1 where a difference is more than a share of its own local peak. */
export function truthOf(difference: Float32Array, width: number, radius: number): Uint8Array {
  const height = difference.length / width;
  const reach = Math.round(radius);
  const truth = new Uint8Array(difference.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const own = Math.abs(difference[y * width + x]);
      if (own <= leastDeviation) continue;
      let peak = 0;
      for (let v = Math.max(-reach, -y); v <= Math.min(reach, height - 1 - y); v++) {
        const half = Math.floor(Math.sqrt(reach * reach - v * v));
        const from = (y + v) * width;
        for (let u = Math.max(0, x - half); u <= Math.min(width - 1, x + half); u++)
          peak = Math.max(peak, Math.abs(difference[from + u]));
      }
      if (own > reachesShare * peak) truth[y * width + x] = 1;
    }
  return truth;
}
