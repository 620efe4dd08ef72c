import { setImmediate } from "node:timers/promises";
import { createRng, largest, sha256, StoppedError, type ImageSet, type Progress } from "../../core";
import type { Split } from "../split";
import { bestMatches } from "./bestMatches";
import { greyImages, middles, parts, textures, type Views } from "./descriptors";
import { similarityBank } from "./similarity";

/** Two images, one of the test and one that is learnt from, that show the same. */
export interface LeakedPair {
  readonly test: string;
  readonly learnt: string;
  /** Of what overlaps; 1 for copies. */
  readonly correlation: number;
}

/** What of the test is known from what is learnt from. */
export interface SplitAudit {
  /** Test images that were looked at. */
  readonly looked: number;
  /** The same pixels, perhaps turned by quarters or mirrored. */
  readonly copies: readonly LeakedPair[];
  /** The same place, shifted, or with another level, contrast or noise. */
  readonly alike: readonly LeakedPair[];
  /** Correlation above which two images count as of the same place. */
  readonly threshold: number;
}

/** Test images at most that are searched for images alike, learnt ones among which they are, and those of them that tell what is usual. */
const [mostLooked, mostLearnt, mostUsual] = [500, 4000, 150];

/** Pairs of images at most that are compared shift by shift, and how many for each image where there are few or many. */
const [mostPairs, mostCandidates, leastCandidates] = [3000, 24, 4];

/** Correlation of what overlaps at which two images are of one place whatever the others are like: the noise agrees too. */
const certain = 0.995;

/** Correlation below which nobody would call two images alike. */
const leastAlike = 0.9;

/** How many times nearer to 1 than that of the same images turned otherwise a correlation is that is no accident, where no others tell. */
const tellingAlone = 4;

/**
 * Looks for test images that are known from what is learnt from: copies by a hash that turns and mirrors do not change, and images of the same place, shifted or
 * otherwise lit, by what stays the same under shifts and then by correlation. It finds most of these, not all, and of large sets it looks at a sample. What correlation is no accident is told by the images themselves: how much alike
 * learnt ones of different groups are, as patches of one lattice may be. Two round spots correlate however they are turned, which tells of no place: what counts is what
 * is lost if one is turned otherwise, more than is usual.
 * @throws StoppedError if `on.signal` says so
 */
export async function auditSplit(
  set: ImageSet,
  { pretrain, pool, test }: Pick<Split, "pretrain" | "pool" | "test">,
  on: Progress = {},
): Promise<SplitAudit> {
  const tested = new Set(test);
  const learnt = Int32Array.from(new Set([...pretrain, ...pool])).filter((i) => !tested.has(i));
  const copies = findCopies(set, learnt, test);
  const [height, width] = set.shape;
  // Images that are not square are looked at for copies only.
  if (height !== width || height < 6 || learnt.length === 0)
    return { looked: test.length, copies, alike: [], threshold: 1 };
  const rng = createRng(1).fork("audit");
  const some = (indices: Int32Array, most: number, name: string): Int32Array =>
    Int32Array.from(rng.fork(name).permutation(indices.length).subarray(0, most), (at) => indices[at]).sort(); // prettier-ignore
  const indices = some(learnt, mostLearnt, "learnt");
  const bank = bankOf(set, indices);
  const asked = some(test, mostLooked, "test");
  // Where all that is learnt from is of one group, the test's own groups tell what is usual.
  const several = [learnt, test].find((all) => new Set(Array.from(all, (i) => set.groups[i])).size > 1); // prettier-ignore
  const known = some(several ?? learnt.subarray(0, 0), mostUsual, "usual");
  const amongUsual = several === test ? bankOf(set, some(test, mostLearnt, "others")) : bank;
  const report = (done: number): void =>
    on.report?.({ task: "looking for leaks", done, total: known.length + asked.length, unit: "image" }); // prettier-ignore
  const usual = await searchAlike(set, known, amongUsual, report, on.signal);
  const threshold = Math.min(
    certain,
    Math.max(leastAlike, 0.02 + nearlyLargest(usual.map((all) => largestOf(all, "correlation")))),
  );
  const alone = usual.map((all) => largestOf(all.filter((one) => one.correlation >= leastAlike), "telling")); // prettier-ignore
  const telling = several === undefined ? tellingAlone : 1.25 * Math.max(1, nearlyLargest(alone));
  const copied = new Set(copies.map((pair) => pair.test));
  const found = await searchAlike(
    set,
    asked,
    bank,
    (done) => report(known.length + done),
    on.signal,
  );
  const counts = (one: Compared): boolean =>
    one.correlation >= certain || (one.correlation >= threshold && one.telling >= telling);
  const alike = found.flatMap((all, at): LeakedPair[] => {
    const [best] = all.filter(counts).sort((a, b) => b.correlation - a.correlation);
    const id = set.ids[asked[at]];
    return best === undefined || copied.has(id) ? [] : [{ test: id, learnt: set.ids[best.other], correlation: best.correlation }]; // prettier-ignore
  });
  return { looked: asked.length, copies, alike, threshold };
}

/** What is searched, and how: rows of its images by texture and by what is seen from afar. */
interface Bank {
  readonly indices: Int32Array;
  readonly textures: Views;
  readonly parts: Views;
}

function bankOf(set: ImageSet, indices: Int32Array): Bank {
  const chunk = 256;
  const all: { readonly textures: Views; readonly parts: Views }[] = [];
  for (let from = 0; from < indices.length; from += chunk) {
    const grey = greyImages(set, indices.subarray(from, from + chunk));
    all.push({ textures: textures(grey, set.shape[0], 9), parts: parts(grey, set.shape[0]) });
  }
  const join = (views: readonly Views[]): Views => {
    const rows = new Float32Array(views.reduce((sum, one) => sum + one.rows.length, 0));
    let at = 0;
    for (const one of views) {
      rows.set(one.rows, at);
      at += one.rows.length;
    }
    return { ...views[0], rows };
  };
  return { indices, textures: join(all.map((one) => one.textures)), parts: join(all.map((one) => one.parts)) }; // prettier-ignore
}

/** An image beside another, of another group. */
interface Compared {
  readonly other: number;
  readonly correlation: number;
  /** How many times nearer to 1 the correlation is than that of the same images turned otherwise. */
  readonly telling: number;
}

const largestOf = (all: readonly Compared[], what: "correlation" | "telling"): number =>
  all.reduce((most, one) => Math.max(most, one[what]), 0);

/** A number that half a percent are larger than; 0 of none. */
function nearlyLargest(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(0.995 * (sorted.length - 1))] ?? 0;
}

/** Each image beside those of other groups that look most like it. */
async function searchAlike(
  set: ImageSet,
  asked: Int32Array,
  bank: Bank,
  report: (done: number) => void,
  signal: AbortSignal | undefined,
): Promise<Compared[][]> {
  const edge = set.shape[0];
  const each = Math.round(mostPairs / Math.max(1, asked.length));
  const candidates = Math.floor(Math.min(mostCandidates, Math.max(leastCandidates, each)) / 2);
  const n = bank.indices.length;
  const chunk = 8;
  const compared: Compared[][] = [];
  const [byTextures, byParts] = [bank.textures, bank.parts].map(similarityBank);
  try {
    for (let from = 0; from < asked.length; from += chunk) {
      if (signal?.aborted === true) throw new StoppedError();
      report(from);
      await setImmediate();
      const some = asked.subarray(from, from + chunk);
      const grey = greyImages(set, some);
      const byTexture = byTextures.to(textures(grey, edge, 1));
      const fromAfar = byParts.to(middles(grey, edge));
      for (let i = 0; i < some.length; i++) {
        const counts = (at: number): boolean => {
          const other = bank.indices[at];
          return other !== some[i] && set.groups[other] !== set.groups[some[i]];
        };
        const near = new Set(
          [byTexture, fromAfar].flatMap((all) => largest(all.subarray(i * n, (i + 1) * n), candidates, counts)), // prettier-ignore
        );
        const own = grey.subarray(i * edge * edge, (i + 1) * edge * edge);
        const others = Array.from(near, (at) => bank.indices[at]);
        const images = others.map((other) => greyImages(set, Int32Array.of(other)));
        compared.push(
          bestMatches(own, images, edge).map(({ correlation, otherwise }, at): Compared => {
            // Of copies nothing is left to divide by.
            const telling = (1 - otherwise) / Math.max(1e-6, 1 - correlation);
            return { other: others[at], correlation, telling };
          }),
        );
      }
    }
  } finally {
    byTextures.dispose();
    byParts.dispose();
  }
  return compared;
}

function findCopies(set: ImageSet, learnt: Int32Array, test: Int32Array): LeakedPair[] {
  // Nearly all images are told apart by their keys, which take far less time than hashes.
  const [learntKeys, testKeys] = [learnt, test].map((indices) => quickKeys(set, indices));
  const [ofLearnt, ofTest] = [learntKeys, testKeys].map((keys) => new Set(keys.values()));
  const known = new Map<string, number>();
  for (const [i, hash] of hashes(set, learntKeys, ofTest)) known.set(hash, i);
  return Array.from(hashes(set, testKeys, ofLearnt)).flatMap(([i, hash]) => {
    const other = known.get(hash);
    if (other === undefined) return [];
    return [{ test: set.ids[i], learnt: set.ids[other], correlation: 1 }];
  });
}

/** A number of 32 bits of each image that turns and mirrors leave as it is, and that copies share; flat images have none. */
function quickKeys(set: ImageSet, indices: Int32Array): Map<number, number> {
  const [height, width, channels] = set.shape;
  const size = height * width * channels;
  const keys = new Map<number, number>();
  const chunk = 256;
  for (let from = 0; from < indices.length; from += chunk) {
    const some = indices.subarray(from, from + chunk);
    const values = set.pixels.read(some);
    const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
    for (let i = 0; i < some.length; i++) {
      const image = values.subarray(i * size, (i + 1) * size);
      if (!image.every((x) => x === image[0])) keys.set(some[i], sumOfPixels(bits.subarray(i * size, (i + 1) * size), channels)); // prettier-ignore
    }
  }
  return keys;
}

/** The sum of what each pixel's bits are mixed to, which does not depend on where it lies. */
function sumOfPixels(bits: Int32Array, channels: number): number {
  let sum = 0;
  for (let p = 0; p < bits.length; p += channels) {
    let mixed = 0;
    for (let c = 0; c < channels; c++) mixed = Math.imul(mixed ^ bits[p + c] ^ (bits[p + c] >>> 15), 0x9e3779b1); // prettier-ignore
    sum = (sum + (mixed ^ (mixed >>> 16))) | 0;
  }
  return sum;
}

/** A hash, which turns by quarters and mirrors leave as it is, of each image whose key is among some. */
function* hashes(
  set: ImageSet,
  keys: ReadonlyMap<number, number>,
  among: ReadonlySet<number>,
): Generator<readonly [number, string]> {
  const [height, width, channels] = set.shape;
  for (const [i, key] of keys) {
    if (!among.has(key)) continue;
    const image = set.pixels.read(Int32Array.of(i));
    yield [i, symmetricHash(image, height, width, channels)];
  }
}

/** The smallest hash of all turns and mirrors. */
function symmetricHash(
  image: Float32Array,
  height: number,
  width: number,
  channels: number,
): string {
  const forms: Float32Array[] = [];
  for (const transpose of height === width ? [false, true] : [false]) {
    for (const down of [false, true]) {
      for (const across of [false, true]) {
        const form = new Float32Array(image.length);
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const [ty, tx] = transpose ? [x, y] : [y, x];
            const sy = down ? height - 1 - ty : ty;
            const sx = across ? width - 1 - tx : tx;
            for (let c = 0; c < channels; c++)
              form[(y * width + x) * channels + c] = image[(sy * width + sx) * channels + c];
          }
        }
        forms.push(form);
      }
    }
  }
  return forms.map((form) => sha256(new Uint8Array(form.buffer))).sort()[0];
}
