/** What clicks of a scripted expert do: at random places, and on what was missed or told wrongly. */
import { createRng, type Rng, type Scan } from "../../src/core";
import { detect, segment, type Click, type Detection } from "../../src/scans";
import { agreement, parts, type Agreement } from "./agreement";

/** Five clicks on what is drawn, five beside it, whatever was found. */
export function randomClicks(scan: Scan, mask: Uint8Array, rng: Rng, count = 10): Click[] {
  return [1, 0].flatMap((side) => {
    const pixels = [...mask.keys()].filter((i) => mask[i] === side);
    return Array.from({ length: count / 2 }, () => clickAt(scan, pixels[rng.integer(pixels.length)], side === 1)); // prettier-ignore
  });
}

/** Clicks on mistakes drawn at random: into the middle of what was missed, or of what is false. */
export function correctiveClicks(
  scan: Scan,
  mask: Uint8Array,
  found: Detection,
  rng: Rng,
  count = 10,
): Click[] {
  const drawn = parts(mask, scan.width);
  const [hit, right] = [new Set<number>(), new Set<number>()];
  found.mask.forEach((feature, i) => {
    if (feature === 0 || drawn[i] === 0) return;
    hit.add(drawn[i]);
    right.add(feature);
  });
  const mistakes = [
    ...middles(drawn).filter(([label]) => !hit.has(label)).map(([, i]) => clickAt(scan, i, true)), // prettier-ignore
    ...middles(found.mask).filter(([label]) => !right.has(label)).map(([, i]) => clickAt(scan, i, false)), // prettier-ignore
  ];
  const order = rng.permutation(mistakes.length);
  return Array.from(order.subarray(0, count), (k) => mistakes[k]);
}

/** For each number of a mask the pixel of it that lies nearest to its middle. */
function middles(labels: Int32Array): [label: number, pixel: number][] {
  const members = new Map<number, number[]>();
  labels.forEach((label, i) => {
    if (label > 0) members.set(label, [...(members.get(label) ?? []), i]);
  });
  // Pixels come in rows, so that the middle one lies in a middle row.
  return [...members].map(([label, pixels]) => [label, pixels[pixels.length >> 1]]);
}

function clickAt(scan: Scan, pixel: number, defect: boolean): Click {
  const [x, y] = [scan.sizeMetres[0] / scan.width, scan.sizeMetres[1] / scan.height];
  return {
    xNm: ((pixel % scan.width) + 0.5) * x * 1e9,
    yNm: (Math.floor(pixel / scan.width) + 0.5) * y * 1e9,
    defect,
  };
}

/** The rise of F1 and Dice by clicks, one number a draw. */
export function clickGains(
  scan: Scan,
  mask: Uint8Array,
  kind: "random" | "corrective",
  { draws = 20, count = 10 } = {},
): { readonly f1: number[]; readonly dice: number[]; readonly before: Agreement } {
  const found = detect(scan);
  const before = agreement(found, mask);
  const after = Array.from({ length: draws }, (_, draw) => {
    const rng = createRng(draw + 1).fork(kind);
    const clicks = kind === "random" ? randomClicks(scan, mask, rng, count) : correctiveClicks(scan, mask, found, rng, count); // prettier-ignore
    return agreement(segment(scan, clicks), mask);
  });
  return {
    f1: after.map((a) => a.f1 - before.f1),
    dice: after.map((a) => a.dice - before.dice),
    before,
  };
}
