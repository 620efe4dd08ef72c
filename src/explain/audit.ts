import { defined, checkInteger, InputError, withLabels, type Encoder, type ImageSet, type Progress, type Rng } from "../core"; // prettier-ignore
import { setImmediate } from "node:timers/promises";
import { argmaxRows, meanInterval, type MeanInterval } from "../metrics";
import { embedImages } from "../nets";
import { mapsOf, toleranceOf, type AuditedWay } from "./auditMaps";
import { fillingCurves } from "./faithfulness";
import { fitLogistic, type LogisticOptions } from "./fitLogistic";
import { scoresOf } from "./head";
import { centreMap, localisation, outstanding, spearman } from "./localisation";
import { explained, scoreImages, type Explained } from "./model";
import { latticeFills } from "./occlusion";
import { randomNetwork } from "./randomNetwork";
import { scanProbe, scansOf, type ScanProbe } from "./scanProbe";

/** What is audited and against what. */
export interface AuditOptions {
  /** Pixels of the feature of each image, not 0 there; images with an empty mask are left out. */
  readonly masks: readonly Uint8Array[];
  /** A region that should not matter, such as a corner, not 0 there. */
  readonly suspect?: Uint8Array;
  /** LayerCAM and occlusion cost more than the others, occlusion some 50 filled images for each. @default exact evidence, gradient and integrated gradients */
  readonly ways?: readonly AuditedWay[];
  /** Random networks to compare with. @default 3 */
  readonly randomNetworks?: number;
  /** Images of the explained class, drawn, on which pixels are filled; 0 leaves that out. @default 24 */
  readonly filled?: number;
  readonly logistic?: LogisticOptions;
  readonly rng: Rng;
  readonly on?: Progress;
}

/** One way of explaining, measured. Intervals are t-intervals over the means of groups. */
export interface AuditRow {
  readonly way: AuditedWay;
  /** Share of the positive evidence on the feature, over the feature's share of the image. */
  readonly enrichment: MeanInterval;
  /** The same for networks that have learnt nothing. */
  readonly randomNetwork: MeanInterval;
  /** Difference of both, image by image. */
  readonly excess: MeanInterval;
  /** Share of images whose largest evidence lies on the feature, within a cell. */
  readonly pointing: number;
  /** Mean chance that a pixel of the feature has more evidence than another. */
  readonly auc: number;
  /** Rank correlation of the sizes in the map with those of random networks: near 0 if the map is about what was learnt; above 0.25 it is not usable. */
  readonly likeRandom: number;
  /** Score while important pixels are filled first, and last, each less random order. */
  readonly deletion?: MeanInterval;
  readonly insertion?: MeanInterval;
  /** Enrichment of the suspect region, of the sizes of evidence of either sign, and that of random networks. */
  readonly suspect?: MeanInterval;
  readonly suspectRandom?: MeanInterval;
  /** Difference of both, image by image. */
  readonly suspectExcess?: MeanInterval;
  readonly usable: boolean;
  /** What the row comes to. */
  readonly verdict: string;
}

/** Everything that was measured of an encoder's explanations. */
export interface Audit {
  readonly rows: readonly AuditRow[];
  /** Enrichment of maps that know no network: even, the middle, and what stands out from the median. */
  readonly baselines: Readonly<Record<"uniform" | "centre" | "outstanding", number>>;
  readonly images: number;
  /** Whether embeddings tell which scan an image is of, beside networks that have learnt nothing; only where there are two scans of four images. */
  readonly scan?: ScanProbe & { readonly randomNetwork: number };
  readonly sentences: readonly string[];
}

/**
 * Largest rank correlation with random networks that passes: a sixteenth of the variance of ranks in common. The bound is ours. Maps that point at the feature are a little
 * like those of random networks, which it excites too: exact evidence of networks that are right in 93 of 100 has 0.16, integrated gradients 0.47 whatever was learnt.
 * @see the randomisation test, arXiv:1810.03292
 */
const mostAlike = 0.25;

/**
 * Tests whether maps of an encoder mean something: a logistic head is fitted to the labels, each image is explained for its own class, and the maps are held against
 * the true pixels of the features, against maps that know no network, and against the same maps of
 * networks that have learnt nothing: all layers random, and the head fitted to shuffled labels.
 * @throws InputError if there are not as many masks as images, or fewer than two classes
 */
export async function audit(
  encoder: Encoder,
  images: ImageSet,
  options: AuditOptions,
): Promise<Audit> {
  const { masks, ways = ["exact evidence", "gradient", "integrated gradients"], rng, on = {} } = options; // prettier-ignore
  const count = checkInteger("randomNetworks", options.randomNetworks ?? 3, { min: 1, max: 50 });
  if (masks.length !== images.ids.length) {
    throw new InputError({
      got: `${masks.length} masks for ${images.ids.length} images`,
      expected: "one for each",
      todo: "Give empty masks for images without a feature.",
    });
  }
  const chosen = Array.from(masks.keys()).filter((i) => images.labels[i] >= 0 && masks[i].some((v) => v !== 0)); // prettier-ignore
  const [trained, ...random] = [encoder, ...Array.from({ length: count }, (_, k) => randomNetwork(encoder, images, rng.fork(`network ${k}`)))]; // prettier-ignore
  try {
    const { model: own, told } = await withHead(trained, images, options.logistic);
    const others: Explained[] = [];
    const floors: number[] = [];
    const scanOf = (features: Float32Array): ScanProbe | undefined =>
      scansOf(images.groups).length < 2 ? undefined : scanProbe({ features, dim: encoder.dim, groups: images.groups }, { rng: rng.fork("scan") }); // prettier-ignore
    const scan = scanOf(told);
    for (const [k, one] of random.entries()) {
      const other = await withHead(one, shuffled(images, rng.fork(`labels ${k}`)), options.logistic); // prettier-ignore
      others.push(other.model);
      floors.push(scanOf(other.told)?.score ?? NaN);
    }
    const rows: AuditRow[] = [];
    for (const [w, way] of ways.entries()) {
      on.report?.({ task: "auditing", done: w, total: ways.length, unit: "way" });
      rows.push(await auditWay(way, own, others, images, chosen, options));
    }
    const baselines = baselinesOf(images, masks, chosen);
    const probed = scan && { ...scan, randomNetwork: mean(floors) };
    const sentences = [...sentencesOf(rows, options), ...(probed ? [scanSentence(probed)] : [])];
    return { rows, baselines, images: chosen.length, ...defined({ scan: probed }), sentences };
  } finally {
    for (const one of random) one.dispose();
  }
}

/** The same images with each other's labels: even a head on random layers finds a cue if the labels tell of it. */
function shuffled(images: ImageSet, rng: Rng): ImageSet {
  const order = rng.permutation(images.labels.length);
  return withLabels(
    images,
    Array.from(order, (i) => images.labels[i]),
  );
}

async function withHead(
  encoder: Encoder,
  images: ImageSet,
  logistic: LogisticOptions = {},
): Promise<{ readonly model: Explained; readonly told: Float32Array }> {
  const features = await embedImages(encoder, images);
  const { labels, classNames } = images;
  const { head } = fitLogistic({ features, labels, dim: encoder.dim, classNames }, logistic);
  return { model: explained(encoder, head), told: features };
}

async function auditWay(
  way: AuditedWay,
  own: Explained,
  others: readonly Explained[],
  images: ImageSet,
  chosen: readonly number[],
  { masks, suspect, filled = 24, rng }: AuditOptions,
): Promise<AuditRow> {
  const [, width] = images.shape;
  const maps = mapsOf(way, own, images);
  await setImmediate();
  const random = others.map((model) => mapsOf(way, model, images));
  const tolerance = toleranceOf(way, own, images.shape);
  const found = chosen.map((i) => localisation(maps[i], masks[i], { width, tolerance }));
  const enrichments = found.map(({ enrichment }) => filledIn(enrichment));
  const floors = chosen.map((i) => mean(random.map((list) => filledIn(localisation(list[i], masks[i], { width }).enrichment)))); // prettier-ignore
  const byGroup = (values: readonly number[]): MeanInterval =>
    groupInterval(values, chosen, images);
  const excess = byGroup(enrichments.map((value, k) => value - floors[k]));
  const likeRandom = mean(chosen.flatMap((i) => random.map((list) => spearman(maps[i].map(Math.abs), list[i].map(Math.abs)))).filter(Number.isFinite)); // prettier-ignore
  const passed = excess.low > 0 && Math.abs(likeRandom) < mostAlike;
  const curves =
    filled > 0 ? fillingOf(own, images, maps, chosen, filled, rng.fork(way)) : undefined;
  return {
    way,
    enrichment: byGroup(enrichments),
    randomNetwork: byGroup(floors),
    excess,
    pointing: mean(found.map(({ pointing }) => (pointing ? 1 : 0))),
    auc: mean(found.map(({ auc }) => auc)),
    likeRandom,
    ...(curves === undefined
      ? {}
      : {
          deletion: meanInterval(curves.map(({ deletion }) => deletion)),
          insertion: meanInterval(curves.map(({ insertion }) => insertion)),
        }),
    ...suspected(maps, random, suspect, chosen, byGroup),
    usable: passed,
    verdict: passed
      ? "usable: it points at the feature more than networks that have learnt nothing, and not as they do"
      : excess.low > 0
        ? `not usable: its maps rank pixels as those of networks that have learnt nothing do (${likeRandom.toFixed(2)})`
        : "not usable: it points at the feature no more than in a network that has learnt nothing",
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v / values.length, 0); // prettier-ignore

/** A map without anything positive points nowhere: as an even one. */
const filledIn = (enrichment: number): number => (Number.isFinite(enrichment) ? enrichment : 1);

/** Images of one scan have its tip and its noise in common, so that scans are what counts. */
function groupInterval(
  values: readonly number[],
  chosen: readonly number[],
  { groups }: ImageSet,
): MeanInterval {
  const sums = new Map<string, number[]>();
  chosen.forEach((i, k) => sums.set(groups[i], [...(sums.get(groups[i]) ?? []), values[k]]));
  return meanInterval([...sums.values()].map(mean));
}

/** How much of the maps lies in a region that should not matter, and in random networks' maps. */
function suspected(
  maps: readonly Float64Array[],
  random: readonly (readonly Float64Array[])[],
  region: Uint8Array | undefined,
  chosen: readonly number[],
  byGroup: (values: readonly number[]) => MeanInterval,
): Pick<AuditRow, "suspect" | "suspectRandom" | "suspectExcess"> {
  if (region === undefined) return {};
  const own = chosen.map((i) => regionShare(maps[i], region));
  const floors = chosen.map((i) => mean(random.map((list) => regionShare(list[i], region))));
  return {
    suspect: byGroup(own),
    suspectRandom: byGroup(floors),
    suspectExcess: byGroup(own.map((value, k) => value - floors[k])),
  };
}

/** Share of the sizes of a map in a region, over the region's share of the image. */
function regionShare(map: Float64Array, region: Uint8Array | undefined): number {
  let [inside, all, count] = [0, 0, 0];
  map.forEach((value, i) => {
    const size = Math.abs(value);
    all += size;
    if ((region?.[i] ?? 0) === 0) return;
    inside += size;
    count += 1;
  });
  return all > 0 && count > 0 ? inside / all / (count / map.length) : 1;
}

function fillingOf(
  model: Explained,
  images: ImageSet,
  maps: readonly Float64Array[],
  chosen: readonly number[],
  count: number,
  rng: Rng,
): ReturnType<typeof fillingCurves>[] {
  const score = scoreImages(model, images.shape);
  const fills = latticeFills(images);
  const some = Array.from(rng.fork("images").permutation(chosen.length).subarray(0, count), (k) => chosen[k]); // prettier-ignore
  return some.map(
    (i) =>
    fillingCurves(score, images.pixels.read([i]), maps[i], { for: images.labels[i] }, { fill: fills(i), rng: rng.fork(images.ids[i]) }), // prettier-ignore
  );
}

function baselinesOf(
  images: ImageSet,
  masks: readonly Uint8Array[],
  chosen: readonly number[],
): Audit["baselines"] {
  const [, width, channels] = images.shape;
  const of = (map: (i: number) => Float64Array): number =>
    mean(chosen.map((i) => filledIn(localisation(map(i), masks[i], { width }).enrichment)));
  return {
    uniform: 1,
    centre: of(() => centreMap(images.shape)),
    outstanding: of((i) => outstanding(images.pixels.read([i]), channels)),
  };
}

function sentencesOf(rows: readonly AuditRow[], { suspect }: AuditOptions): string[] {
  const list = rows.map(({ way, verdict }) => `${way}: ${verdict}.`);
  if (suspect === undefined) return list;
  for (const { way, suspect: here, suspectRandom: floor, suspectExcess: more } of rows) {
    if (here === undefined || floor === undefined || more === undefined) continue;
    if (here.low > 1 && more.low > 0)
      list.push(`${way}: the suspect region holds ${here.mean.toFixed(1)} times its share of the evidence, ${floor.mean.toFixed(1)} in networks that have learnt nothing: a shortcut is likely.`); // prettier-ignore
  }
  return list;
}

/** What no map can show: how much of a scan's tip and noise is in the embedding. */
function scanSentence({
  score,
  chance,
  randomNetwork: floor,
  scans,
  images,
}: NonNullable<Audit["scan"]>): string {
  return `Scan: the embedding tells which of ${scans} scans an image is of in ${percent(score)} of ${images} images, ${percent(chance)} by chance, ${percent(floor)} in networks that have learnt nothing.`; // prettier-ignore
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

/** An audit as rows of a table. */
export function auditTable({
  rows,
  baselines,
}: Audit): Readonly<Record<string, string | number>>[] {
  const told = ({ mean: middle, halfWidth }: MeanInterval): string => `${middle.toFixed(2)} ± ${halfWidth.toFixed(2)}`; // prettier-ignore
  const plain = Object.entries(baselines).map(([name, value]) => ({ map: `(${name})`, enrichment: value.toFixed(2) })); // prettier-ignore
  return [
    ...rows.map((row) => ({
      map: row.way,
      enrichment: told(row.enrichment),
      "random network": told(row.randomNetwork),
      excess: told(row.excess),
      pointing: row.pointing.toFixed(2),
      AUC: row.auc.toFixed(2),
      "like random": row.likeRandom.toFixed(2),
      ...defined({
        deletion: row.deletion && told(row.deletion),
        insertion: row.insertion && told(row.insertion),
        suspect: row.suspect && told(row.suspect),
      }),
      verdict: row.usable ? "usable" : "not usable",
    })),
    ...plain,
  ];
}

/** Predicted class of each embedding under a head. Row-major [n*dim] -> [n] */
export function predictedClasses(model: Explained, features: ArrayLike<number>): Int32Array {
  const { classes } = model.head;
  return argmaxRows(scoresOf(model.head, features), classes);
}
