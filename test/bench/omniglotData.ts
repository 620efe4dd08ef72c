import { readFileSync } from "node:fs";
import * as path from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { imageSet, subset, type ImageSet, type Rng } from "../../src/core";
import { readImageZip } from "../../src/formats";

/** Edge of the images that the networks see, in pixels; the drawings have 105. */
export const edge = 28;

/** One task: twenty drawings of a class each, and twenty to be told, all of one alphabet. */
export interface OneShotTask {
  /** [20], class by class. */
  readonly support: ImageSet;
  /** [20]; labels are the indices of the right images of `support`. */
  readonly query: ImageSet;
}

/** The folder of the data set, where there is one. */
export const folder = path.join(
  process.env["FEWSCOPE_DATA"] ?? path.join(__dirname, "..", "..", "..", "shared", "data"),
  "omniglot",
);

/** Both small background sets together, ink 1 on paper 0; a class is alphabet/character, those that occur in both sets once. */
export async function background(): Promise<ImageSet> {
  const parts = await Promise.all(
    ["small1", "small2"].map((part) => readImageZip(zip(`images_background_${part}`))),
  );
  const [first, second] = parts;
  const known = new Set(first.ids);
  const fresh = Int32Array.from(second.ids.keys()).filter((i) => !known.has(second.ids[i]));
  const sets = [first, subset(second, fresh)];
  const names = [
    ...new Set(sets.flatMap((set) => Array.from(set.labels, (l) => set.classNames[l]))),
  ];
  const labels = sets.flatMap((set) =>
    Array.from(set.labels, (label) => names.indexOf(set.classNames[label])),
  );
  const ids = sets.flatMap((set) => set.ids);
  const small = sets.map((set) => shrunk(set));
  const pixels = new Float32Array(ids.length * edge * edge);
  pixels.set(small[0]);
  pixels.set(small[1], small[0].length);
  return imageSet({
    name: "Omniglot",
    pixels,
    shape: [edge, edge, 1],
    labels,
    classNames: names,
    ids,
  });
}

/** The images of some alphabets, with the classes that they have. */
export function alphabets(set: ImageSet, wanted: (alphabet: string) => boolean): ImageSet {
  const chosen = Int32Array.from(set.labels.keys()).filter((i) =>
    wanted(set.classNames[set.labels[i]].split("/")[0]),
  );
  const part = subset(set, chosen);
  const classNames = [...new Set(Array.from(part.labels, (label) => set.classNames[label]))];
  const labels = part.labels.map((label) => classNames.indexOf(set.classNames[label]));
  return { ...part, labels, classNames };
}

/** Every drawing in four turns by a quarter, each turn of a character a class of its own. */
export function turnedClasses(set: ImageSet): ImageSet {
  const n = set.ids.length;
  const perImage = edge * edge;
  const upright = set.pixels.read(Int32Array.from({ length: n }, (_, i) => i));
  const pixels = new Float32Array(4 * n * perImage);
  for (let turn = 0; turn < 4; turn++)
    for (let i = 0; i < n; i++)
      for (let y = 0, at = (turn * n + i) * perImage; y < edge; y++)
        for (let x = 0; x < edge; x++, at++) {
          const last = edge - 1;
          const [row, column] = [[y, x], [x, last - y], [last - y, last - x], [last - x, y]][turn]; // prettier-ignore
          pixels[at] = upright[i * perImage + row * edge + column];
        }
  return imageSet({
    name: set.name,
    pixels,
    shape: [edge, edge, 1],
    labels: Int32Array.from({ length: 4 * n }, (_, i) => 4 * set.labels[i % n] + Math.floor(i / n)),
    classNames: set.classNames.flatMap((name) => [0, 1, 2, 3].map((turn) => `${name} ${turn}`)),
  });
}

/** Every drawing also mirrored, each mirrored character a class of its own. */
export function mirroredToo(set: ImageSet): ImageSet {
  const n = set.ids.length;
  const perImage = edge * edge;
  const pixels = new Float32Array(2 * n * perImage);
  pixels.set(set.pixels.read(Int32Array.from({ length: n }, (_, i) => i)));
  for (let row = 0; row < n * edge; row++)
    for (let x = 0; x < edge; x++)
      pixels[(n * edge + row) * edge + x] = pixels[row * edge + edge - 1 - x];
  const classes = set.classNames.length;
  return imageSet({
    name: set.name,
    pixels,
    shape: [edge, edge, 1],
    labels: Int32Array.from({ length: 2 * n }, (_, i) => set.labels[i % n] + (i < n ? 0 : classes)),
    classNames: [...set.classNames, ...set.classNames.map((name) => `${name} mirrored`)],
  });
}

/** The twenty published runs, as the networks see them or at full size. */
export async function publishedRuns(full = false): Promise<OneShotTask[]> {
  const all = await readImageZip(zip("all_runs"), { group: "folder" });
  const size = full ? all.shape[0] : edge;
  const pixels = shrunk(all, size);
  const texts = unzipSync(readFileSync(zip("all_runs")), {
    filter: ({ name }) => name.endsWith("class_labels.txt"),
  });
  const at = new Map(all.ids.map((id, i) => [id, i]));
  const pick = (ids: readonly string[], labels: readonly number[]): ImageSet => {
    const indices = Int32Array.from(ids, (id) => at.get(id.replace(/\.png$/, "")) ?? -1);
    const whole = imageSet({ name: "runs", pixels, shape: [size, size, 1], classNames: classes });
    return { ...subset(whole, indices), labels: Int32Array.from(labels) };
  };
  return Object.keys(texts)
    .sort()
    .map((name) => {
      const pairs = strFromU8(texts[name])
        .trim()
        .split("\n")
        .map((line) => line.trim().split(/\s+/));
      const support = [...new Set(pairs.map(([, training]) => training))].sort();
      return {
        support: pick(support, Array.from(support.keys())),
        query: pick(
          pairs.map(([test]) => test),
          pairs.map(([, training]) => support.indexOf(training)),
        ),
      };
    });
}

const classes = Array.from({ length: 20 }, (_, i) => `class ${i + 1}`);

/** Tasks like the published ones, of the alphabets of a set: twenty characters, one drawer's against another's. */
export function ownRuns(set: ImageSet, each: number, rng: Rng): OneShotTask[] {
  const names = [...new Set(set.classNames.map((name) => name.split("/")[0]))];
  return names.flatMap((name) => {
    const part = alphabets(set, (alphabet) => alphabet === name);
    const drawings = part.classNames.map((_, c) =>
      Int32Array.from(part.labels.keys()).filter((i) => part.labels[i] === c),
    );
    return Array.from({ length: each }, (_, run) => {
      const own = rng.fork(`${name} ${run}`);
      const characters = own.permutation(drawings.length).subarray(0, 20);
      const [one, other] = own.permutation(20);
      const labels = Int32Array.from(characters.keys());
      const by = (drawer: number): ImageSet => ({
        ...subset(
          part,
          characters.map((c) => drawings[c][drawer]),
        ),
        labels,
        classNames: classes,
      });
      return { support: by(one), query: by(other) };
    });
  });
}

function zip(name: string): string {
  return path.join(folder, `${name}.zip`);
}

/** The mean ink in each of `to` times `to` equal squares; partly covered pixels count by their part. */
function shrunk(set: ImageSet, to = edge): Float32Array {
  const [size] = set.shape;
  const n = set.ids.length;
  const weights = Array.from({ length: to }, (_, place) => {
    const [low, high] = [(place * size) / to, ((place + 1) * size) / to];
    return Array.from(
      { length: size },
      (__, from) => Math.max(0, Math.min(high, from + 1) - Math.max(low, from)) / (size / to),
    )
      .map((weight, from) => ({ from, weight }))
      .filter(({ weight }) => weight > 0);
  });
  const out = new Float32Array(n * to * to);
  for (let i = 0; i < n; i++) {
    const ink = set.pixels.read([i]).map((value) => 1 - value);
    for (let y = 0, at = i * to * to; y < to; y++)
      for (let x = 0; x < to; x++, at++)
        for (const row of weights[y])
          for (const column of weights[x])
            out[at] +=
              row.weight *
              column.weight *
              ink[row.from * size * set.shape[2] + column.from * set.shape[2]];
  }
  return out;
}
