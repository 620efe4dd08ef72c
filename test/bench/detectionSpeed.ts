/** How long finding takes on a scan as large as any, and how much memory it needs. */
import type { Scan } from "../../src/core";
import { detect } from "../../src/scans";
import { scan as simulate } from "../../src/simulate";

/** 4096 x 4096 pixels, tiled from a simulated scan; the most memory that the process ever held. */
export function large(size = 4096): void {
  const small = simulate({ pixels: 512, seed: 2, density: 0.1, separationNm: 0.8, instrument: "usual", variety: "measured", retrace: false }).observed; // prettier-ignore
  const [{ data }] = small.channels;
  const tiled = Float64Array.from({ length: size * size }, (_, i) => data[(Math.floor(i / size) % 512) * 512 + (i % 512)]); // prettier-ignore
  const metres = small.sizeMetres[0] * (size / 512);
  const scan: Scan = { ...small, width: size, height: size, completedRows: size, sizeMetres: [metres, metres], channels: [{ ...small.channels[0], data: tiled }] }; // prettier-ignore
  const from = performance.now();
  const { features } = detect(scan);
  const seconds = (performance.now() - from) / 1000;
  const gigabytes = (process.resourceUsage().maxRSS * 1024) / 1e9;
  console.log(`\n${size} x ${size} pixels: ${seconds.toFixed(1)} s, at most ${gigabytes.toFixed(2)} GB in all, ${features.length} features`); // prettier-ignore
}
