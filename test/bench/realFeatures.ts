/**
 * What physics measures on real scans, to be looked at: defects of H:Si(001) and of Ge(001), cut 6 nm wide where their authors' masks have them.
 *
 *   FEWSCOPE_DATA=folder node --import tsx test/bench/realFeatures.ts [OUT]
 *
 * Draws OUT/real-features.png, heights beside what differs from the crystal, and prints how often rows have one of the scan's two directions.
 */
import * as path from "node:path";
import { figures, formats, physics } from "../../src";
import type { ImageSet } from "../../src/core";
import { dataFolder } from "../notebooks/runNotebook";

const size = 32;
const scans = [
  { group: "0", file: "si001_gloucester_scan.npy", name: "H:Si(001)", edgeNm: 100, cellNm: [0.384, 0.768] },
  { group: "1", file: "ge001_29_4_forward.npy", name: "Ge(001)", edgeNm: 50, cellNm: [0.4, 0.8] },
] as const; // prettier-ignore

/** Images of the labelled defects of one scan, cut wider than the set has them. */
function cut(
  folder: string,
  set: ImageSet,
  { group, file, edgeNm, cellNm }: (typeof scans)[number],
): Found[] {
  // prettier-ignore
  const { data, shape } = formats.readNpy(path.join(folder, "stm", file));
  const [height, width] = shape;
  const nmPerPixel = edgeNm / width;
  const places = set.windows ?? [];
  return Array.from(set.ids.keys()).flatMap((i): Found[] => {
    const place = places[i];
    if (set.groups[i] !== group || set.labels[i] < 1 || place === undefined) return [];
    const [left, top] = [place.x, place.y].map((at) => Math.round(at) - size / 2);
    if (left < 0 || top < 0 || left + size > width || top + size > height) return [];
    const image = Float64Array.from({ length: size * size }, (_, p) => Number(data[(top + Math.floor(p / size)) * width + left + (p % size)])); // prettier-ignore
    const middle = [size / 2, size / 2] as const;
    return [{ image, label: set.labels[i], measured: physics.measure(image, { height: size, width: size }, { cellNm, nmPerPixel, at: middle }) }]; // prettier-ignore
  });
}

interface Found {
  readonly image: Float64Array;
  readonly label: number;
  readonly measured: physics.PhysicalFeatures;
}

async function main(): Promise<void> {
  const [, , out = "runs/real-features"] = process.argv;
  const folder = dataFolder();
  if (folder === undefined) {
    console.log("Nothing drawn: FEWSCOPE_DATA names no folder of data.");
    return;
  }
  const set = formats.readNpzImages({ file: path.join(folder, "stm", "patches.npz"), images: "patches", labels: "labels", groups: "group", positions: "xy", windows: { "0": 12, "1": 22, "2": 58 }, classNames: ["background", "bright", "dark"] }); // prettier-ignore
  const rows = scans.flatMap((scan) => {
    const found = cut(folder, set, scan);
    // Rows turn by about a right angle from terrace to terrace, drift makes it another.
    const bins = new Map<number, number>();
    for (const { measured } of found) {
      const bin = 15 * Math.floor(((measured.rowDegrees + 7.5) % 180) / 15);
      bins.set(bin, (bins.get(bin) ?? 0) + 1);
    }
    const [first, second = first] = [...bins].sort((x, y) => y[1] - x[1]);
    const near = first[1] + (second === first ? 0 : second[1]);
    const scores = found.filter(({ measured }) => measured.symmetry.measurable).length;
    console.log(`${scan.name}: ${found.length} defects; rows at ${first[0]} or ${second[0]} degrees, within 8, in ${near}; symmetry told of ${scores}`); // prettier-ignore
    return [1, 2].flatMap((label) =>
      found.filter((one) => one.label === label).filter((_, k, all) => k % Math.ceil(all.length / 3) === 0).slice(0, 2).map((one) => {
          const { symmetry, registry, difference, rowDegrees, height } = one.measured;
          const most = Math.max(...difference.map(Math.abs));
          return {
            title: `${scan.name}, ${set.classNames[label]}: mirror across ${symmetry.mirrorAcross.toFixed(2)}, along ${symmetry.mirrorAlong.toFixed(2)}${symmetry.measurable ? "" : ", refused"}; ${registry.site} (${registry.across.toFixed(2)} of a row); rows at ${rowDegrees.toFixed(0)} degrees; height ${height.toPrecision(3)}`,
            image: one.image,
            evidence: difference.map((value) => value / most),
            height: size,
            width: size,
          };
        }),
    ); // prettier-ignore
  });
  const notes = [
    "Middle: what differs from the crystal, over its largest; no evidence of a network.",
  ];
  await figures.exportFigure(figures.evidence(rows, { title: "Physics on real scans", unit: "", notes }), path.join(out, "real-features"), ["png"]); // prettier-ignore
}

void main();
