/**
 * A page of what is found on every real scan that FEWSCOPE_DATA (else ../shared/data) has, with one setting for all:
 *
 *   node --import tsx test/bench/gallery.ts [FOLDER] [NAME...]
 *
 * writes FOLDER/index.html (runs/gallery without a word) and a picture for each scan, or for those with a name that begins so. It shows other people's data, so it is looked at and
 * not passed on.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { mainChannel, writeFileAtomically, type Channel, type Scan } from "../../src/core";
import { exportFigure, scan as scanFigure } from "../../src/figures";
import { detect, flatten, type Detection } from "../../src/scans";
import { allScans } from "./realScans";

/** The numbers of what was found, in a sentence. */
function described(scan: Scan, { features, notes }: Detection, unit: string): string {
  const [x, y] = scan.sizeMetres.map((metres) => metres * 1e9);
  const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]; // prettier-ignore
  const kinds = (["bright", "dark"] as const).flatMap((polarity) => {
    const own = features.filter((feature) => feature.polarity === polarity);
    if (own.length === 0) return [];
    const height = median(own.map((feature) => Math.abs(feature.height)));
    const shown = unit === "m" ? `${(height * 1e12).toFixed(0)} pm` : `${height.toPrecision(2)} ${unit}`; // prettier-ignore
    const width = median(own.map(({ areaNm2 }) => Math.sqrt(areaNm2)));
    return [
      `${own.length} ${polarity} (half of them over ${shown}, ${width.toPrecision(2)} nm wide)`,
    ];
  });
  const density = (100 * features.length) / (x * y);
  return [`${x.toFixed(1)} nm x ${y.toFixed(1)} nm, ${scan.width} x ${scan.height} pixels: ${kinds.join(" and ") || "nothing"}; ${density.toPrecision(2)} for each 100 nm^2.`, ...notes].join(" "); // prettier-ignore
}

/** The channel to search: the heights, or what was measured while they stood still. */
function telling(scan: Scan): Channel {
  const varying = scan.channels.filter(({ data }) => data.some((value) => value !== data.find(Number.isFinite))); // prettier-ignore
  const main = mainChannel(scan);
  if (varying.includes(main)) return main;
  return varying.find(({ unit }) => unit === "A") ?? varying.at(0) ?? main;
}

async function main(): Promise<void> {
  const [folder = path.join("runs", "gallery"), ...names] = process.argv.slice(2);
  fs.mkdirSync(folder, { recursive: true });
  const parts: string[] = [];
  const all = await allScans();
  for (const [n, scan] of all.entries()) {
    if (names.length > 0 && !names.some((name) => scan.name.startsWith(name))) continue;
    const channel = telling(scan);
    const name = `${channel.name} ${channel.direction}`;
    try {
      const found = detect(scan, { channel: name });
      const text = described(scan, found, channel.unit);
      console.log(`${scan.name} (${name}): ${text}`);
      const flat = flatten({ ...scan, channels: [channel] });
      const picture = `${String(n + 1).padStart(2, "0")}-${scan.name.replace(/[^\w-]+/g, "-")}`;
      await exportFigure(scanFigure(flat, { features: found.features, title: scan.name, width: 900 }), path.join(folder, picture), ["png"]); // prettier-ignore
      parts.push(
        `<h2>${scan.name}</h2><p>${text}</p><img src="${picture}.png" alt="${scan.name}">`,
      );
    } catch (error) {
      console.log(`${scan.name} (${name}) is passed over: ${(error as Error).message}`);
    }
  }
  writeFileAtomically(path.join(folder, "index.html"), `<!doctype html><meta charset="utf-8"><title>What is found</title><style>body{font:16px sans-serif;margin:2em}img{max-width:100%}</style>${parts.join("\n")}\n`); // prettier-ignore
  console.log(path.join(folder, "index.html"));
}

if (require.main === module) void main();
