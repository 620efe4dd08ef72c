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

/** What the adsorbates and missing atoms along steps are, which have no class: both right and not to find, the step's own, or defects. */
export type AlongSteps = "either" | "step" | "defects";

/** Simulates a scan twice, with and without its defects: the difference of what the tip follows is the truth. */
export function simulatedTruth(
  options: ScanOptions,
  { alongSteps = "either" }: { readonly alongSteps?: AlongSteps } = {},
): TruthScan {
  const marked = scan(options);
  const empty = { ...options, defects: {}, density: 0 };
  const { observed } = marked;
  const nm = (observed.sizeMetres[0] * 1e9) / observed.width;
  const { sigma } = searchRelief(observed.channels[0].data, observed.width, [nm, nm]);
  /** Where two scans differ, in deviations, but for a height that all pixels share; and where that is a part of a defect. */
  const apart = (a: Scan, b: Scan): readonly [Float32Array, Uint8Array] => {
    const difference = a.channels[0].data.map((value, i) => value - b.channels[0].data[i]);
    const order = difference.slice().filter(Number.isFinite).sort();
    const middle = order[order.length >> 1];
    const deviations = Float32Array.from(difference, (value) => Number.isFinite(value) ? (value - middle) / sigma : 0); // prettier-ignore
    return [deviations, truthOf(deviations, observed.width, peakNm / nm)];
  };
  const stepped = (options.steps?.[1] ?? 0) > 0 && alongSteps !== "step";
  const clean = scan(empty).clean;
  const bare = stepped ? scan({ ...empty, bareSteps: true }).clean : clean;
  const [deviations, all] = apart(marked.clean, alongSteps === "defects" ? bare : clean);
  const either = stepped && alongSteps === "either" ? apart(clean, bare)[1] : undefined;
  const labels = parts(all, observed.width);
  const peaks = new Map<number, number>();
  labels.forEach((label, i) => {
    if (label > 0) peaks.set(label, Math.max(peaks.get(label) ?? 0, Math.abs(deviations[i])));
  });
  const seen = (label: number): boolean => (peaks.get(label) ?? 0) >= faintBelow;
  return {
    scan: observed,
    truth: Uint8Array.from(labels, (label) => (label > 0 && seen(label) ? 1 : 0)),
    faint: Uint8Array.from(labels, (label, i) => label > 0 ? Number(!seen(label)) : (either?.[i] ?? 0)), // prettier-ignore
  };
}
