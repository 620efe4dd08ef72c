import type { Scan } from "../../core";
import type { Feature } from "../describeRegion";
import type { Candidate } from "./candidates";
import type { Search } from "./search";

/** What there is to say of a candidate. */
export function describeCandidate(
  { pixels, polarity }: Candidate,
  score: number,
  { relief, answer }: Pick<Search, "relief" | "answer">,
): Feature {
  const { width, nm, data, sigma } = relief;
  const sign = polarity === "bright" ? 1 : -1;
  let [sum, x, y, height] = [0, 0, 0, 0];
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const i of pixels) {
    const [column, row] = [i % width, Math.floor(i / width)];
    // Some weight for all, so that a feature without a height has a place too.
    const weight = Math.max(0, sign * answer.difference[i]) + 0.05;
    sum += weight;
    x += weight * (column + 0.5);
    y += weight * (row + 0.5);
    height = Math.max(height, sign * data[i]);
    left = Math.min(left, column);
    right = Math.max(right, column + 1);
    top = Math.min(top, row);
    bottom = Math.max(bottom, row + 1);
  }
  return {
    xNm: (x / sum) * nm,
    yNm: (y / sum) * nm,
    widthNm: (right - left) * nm,
    heightNm: (bottom - top) * nm,
    areaNm2: pixels.length * nm * nm,
    height: sign * height * sigma,
    polarity,
    score,
  };
}

/** Numbers of features on the pixels of the scan: 1 + the index of the candidate, 0 elsewhere and where nothing is measured. */
export function maskOf(
  candidates: readonly Candidate[],
  { relief }: Pick<Search, "relief">,
  scan: Scan,
  measured: Float64Array,
): Int32Array {
  const small = new Int32Array(relief.data.length);
  candidates.forEach(({ pixels }, index) => {
    for (const i of pixels) small[i] = index + 1;
  });
  const mask = new Int32Array(scan.width * scan.height);
  const columns = Int32Array.from({ length: scan.width }, (_, x) => Math.min(relief.width - 1, Math.floor((x + 0.5) / relief.factors[0]))); // prettier-ignore
  for (let y = 0, i = 0; y < scan.height; y++) {
    const from = Math.min(relief.height - 1, Math.floor((y + 0.5) / relief.factors[1])) * relief.width; // prettier-ignore
    for (let x = 0; x < scan.width; x++, i++)
      if (Number.isFinite(measured[i])) mask[i] = small[from + columns[x]];
  }
  return mask;
}
