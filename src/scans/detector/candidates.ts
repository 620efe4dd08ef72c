import { hills, type HillGrid } from "../hills";
import type { SearchRelief } from "../searchRelief";
import { gaussianKernel } from "../smooth";
import type { NetworkAnswer } from "./detectorNetwork";

/** A place that may be a defect. */
export interface Candidate {
  /** Pixels of the relief within its outline. */
  readonly pixels: readonly number[];
  readonly polarity: "bright" | "dark";
  /** What tells how likely it is a defect; see `scoreTerms`. */
  readonly terms: readonly number[];
}

/** What is said of candidates. */
export interface CandidateSettings {
  /** Share of a candidate's own response down to which its outline goes, 0 to 1. */
  readonly extent: number;
  /** Tops closer than this are one candidate. */
  readonly separationNm: number;
}

/** Added to logits, so that outlines can go where a network is not sure any more. */
const lift = 3;
/** Response at which a candidate ends, whatever its height. */
const floor = 4;
/** Logit from which on a candidate is sure enough to tell how crowded a scan is. */
const sureLogit = 3;
/** Logit that a candidate's top must reach to be looked at at all. */
const leastLogit = -1;
/** From this share of bright pixels on, what is found on a surface is taken to stand out upwards, and outlines follow heights. */
const brightShare = 0.8;
/** Deviations above the ground at which a bright surface's pixel speaks neither for nor against. */
const brightFrom = 1.5;
/** Blur of heights before they are looked at, in nm. */
const blurNm = 0.1;

/** Everything on a relief that a network takes for a defect, sure or not, each with its outline; none overlaps another. */
export function findCandidates(
  relief: SearchRelief,
  { logit, difference }: NetworkAnswer,
  { extent, separationNm }: CandidateSettings,
): { readonly candidates: Candidate[]; readonly company: number } {
  const { width, nm, known } = relief;
  // One array for all that follows, since scans may be large: heights, then the response, then what regions are split by.
  const field = blurred(relief.data, width, blurNm / nm);
  const bright = isBright(logit, field, known);
  for (let i = 0; i < field.length; i++) {
    const height = bright ? 3 * (Math.max(-5, Math.min(6, field[i])) - brightFrom) : 0;
    field[i] = known[i] === 0 ? 0 : logit[i] + lift + height + floor;
  }
  // A top is never below its own share.
  const share = Math.min(extent, 0.99);
  const settings = { threshold: floor, edge: floor, share, separationNm };
  const whole = hills(field, { width, nmPerPixel: [nm, nm] }, settings);
  const found = splitByHeight(
    whole,
    difference,
    { width, nmPerPixel: [nm, nm] },
    { separationNm, heights: field },
  );
  const sure = found.filter((pixels) => pixels.some((i) => logit[i] > sureLogit)).length;
  const company = Math.log1p((1e4 * sure) / logit.length);
  const candidates = found
    .map((pixels) => candidateOf(pixels, { relief, answer: { logit, difference }, company }))
    .filter(({ terms }) => terms[0] >= leastLogit);
  return { candidates, company };
}

/** A Gaussian blur; beyond the border the nearest pixel stands in. In single precision, since scans may be large. */
function blurred(data: Float32Array, width: number, sigma: number): Float32Array {
  const kernel = gaussianKernel(sigma);
  const height = data.length / width;
  const lines = (from: Float32Array, step: number, length: number): Float32Array => {
    const to = new Float32Array(from.length);
    for (let y = 0, i = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++) {
        const at = step === 1 ? x : y;
        let sum = kernel[0] * from[i];
        for (let k = 1; k < kernel.length; k++)
          sum += kernel[k] * (from[i - step * Math.min(k, at)] + from[i + step * Math.min(k, length - 1 - at)]); // prettier-ignore
        to[i] = sum;
      }
    return to;
  };
  return lines(lines(data, 1, width), width, height);
}

/** Whether nearly all that may be a defect lies above the ground. */
function isBright(logit: Float32Array, heights: Float32Array, known: Uint8Array): boolean {
  let [all, above] = [0, 0];
  for (let i = 0; i < logit.length; i++) {
    if (known[i] === 0 || logit[i] <= 0) continue;
    all++;
    if (heights[i] > 0) above++;
  }
  return above > brightShare * all;
}

/** Height in deviations that a part of a candidate must reach to be one of its own. */
const partHeight = 1.5;

/** Parts of regions around tops of their own: what touches is told apart by heights, where the network is sure of both. */
function splitByHeight(
  regions: readonly (readonly number[])[],
  difference: Float32Array,
  grid: HillGrid,
  { separationNm, heights }: { readonly separationNm: number; readonly heights: Float32Array },
): (readonly number[])[] {
  heights.fill(-Infinity);
  const region = new Int32Array(difference.length).fill(-1);
  regions.forEach((pixels, k) => {
    const sign = pixels.reduce((sum, i) => sum + difference[i], 0) < 0 ? -1 : 1;
    for (const i of pixels) {
      heights[i] = sign * difference[i];
      region[i] = k;
    }
  });
  const all = { threshold: partHeight, edge: -Number.MAX_VALUE, share: -Number.MAX_VALUE, separationNm }; // prettier-ignore
  const parts = regions.map(() => new Map<number, number[]>());
  hills(heights, grid, all).forEach((pixels, part) => {
    for (const i of pixels) {
      const own = parts[region[i]];
      const list = own.get(part);
      if (list === undefined) own.set(part, [i]);
      else list.push(i);
    }
  });
  return regions.flatMap((pixels, k) => {
    const covered = [...parts[k].values()];
    // What is split must be whole: pixels of a part that is too low stay with the rest.
    const count = covered.reduce((sum, part) => sum + part.length, 0);
    return covered.length > 1 && count === pixels.length ? covered : [pixels];
  });
}

/** What candidates are told apart by. */
export interface CandidateContext {
  readonly relief: SearchRelief;
  readonly answer: NetworkAnswer;
  /** How many sure candidates the scan has, as log(1 + number in 10 000 pixels). */
  readonly company: number;
}

/** A candidate of these pixels. */
export function candidateOf(pixels: readonly number[], context: CandidateContext): Candidate {
  const sum = pixels.reduce((total, i) => total + context.answer.difference[i], 0);
  return { pixels, polarity: sum >= 0 ? "bright" : "dark", terms: scoreTerms(pixels, context) };
}

/** Names of what a score is made of, in order. */
export const scoreTermNames = [
  "highest logit",
  "mean logit",
  "area",
  "difference",
  "height",
  "step",
  "border",
  "company",
] as const;

/** Pixels from the border, or from what is not measured, within which things are judged apart. */
const borderPixels = 2;

function scoreTerms(
  pixels: readonly number[],
  { relief, answer: { logit, difference }, company }: CandidateContext,
): number[] {
  const { data, jumps, known, width, height } = relief;
  let [top, sum, high, far, step, border] = [-Infinity, 0, 0, 0, 0, 0];
  for (const i of pixels) {
    top = Math.max(top, logit[i]);
    sum += logit[i];
    far = Math.max(far, Math.abs(difference[i]));
    high = Math.max(high, Math.abs(data[i]));
    step += jumps[i];
    const [x, y] = [i % width, Math.floor(i / width)];
    const beyond = (dx: number, dy: number): boolean =>
      x + dx < 0 || y + dy < 0 || x + dx >= width || y + dy >= height || known[i + dy * width + dx] === 0; // prettier-ignore
    if (beyond(-borderPixels, 0) || beyond(borderPixels, 0) || beyond(0, -borderPixels) || beyond(0, borderPixels)) border++; // prettier-ignore
  }
  const count = pixels.length;
  return [top, sum / count, Math.log(count), Math.log1p(far), Math.log1p(high), Math.asinh(step / count / 2), border / count, company]; // prettier-ignore
}
