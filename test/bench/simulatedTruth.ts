import type { Scan } from "../../src/core";
import { truthOf } from "../../src/scans/detector/example";
import { searchRelief } from "../../src/scans/searchRelief";
import { scan, type ScanOptions } from "../../src/simulate";
import { parts } from "./agreement";

/** A simulated scan and where its defects can be seen. */
export interface TruthScan {
  readonly scan: Scan;
  /** 1 on defects whose height is at least that of the surface's own spread. */
  readonly truth: Uint8Array;
  /** 1 on fainter ones, which may be found or not. */
  readonly faint: Uint8Array;
}

/** Height below which a defect is faint, in deviations of the clean surface (noise and lattice together). */
const faintBelow = 1;
/** Within this distance the height of a defect is sought, in nm. */
const peakNm = 0.6;

/** Simulates a scan twice, with and without its defects: the difference of what the tip follows is the truth. */
export function simulatedTruth(options: ScanOptions): TruthScan {
  const marked = scan(options);
  const clean = scan({ ...options, defects: {}, density: 0 });
  const difference = marked.clean.channels[0].data.map((value, i) => value - clean.clean.channels[0].data[i]); // prettier-ignore
  const order = difference.slice().filter(Number.isFinite).sort();
  const middle = order[order.length >> 1];
  const { observed } = marked;
  const nm = (observed.sizeMetres[0] * 1e9) / observed.width;
  const { sigma } = searchRelief(observed.channels[0].data, observed.width, [nm, nm]);
  const deviations = Float32Array.from(difference, (value) => Number.isFinite(value) ? (value - middle) / sigma : 0); // prettier-ignore
  const all = truthOf(deviations, observed.width, peakNm / nm);
  const labels = parts(all, observed.width);
  const peaks = new Map<number, number>();
  labels.forEach((label, i) => {
    if (label > 0) peaks.set(label, Math.max(peaks.get(label) ?? 0, Math.abs(deviations[i])));
  });
  const seen = (label: number): boolean => (peaks.get(label) ?? 0) >= faintBelow;
  return {
    scan: observed,
    truth: Uint8Array.from(labels, (label) => (label > 0 && seen(label) ? 1 : 0)),
    faint: Uint8Array.from(labels, (label) => (label > 0 && !seen(label) ? 1 : 0)),
  };
}
