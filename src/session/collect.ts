import * as fs from "node:fs";
import { checkBudget, imageSet, InputError, sha256, type ImageSet, type Scan } from "../core";
import { detect, patches, type DetectOptions, type Feature } from "../scans";
import type { Collection, Item, SessionScan } from "./items";

/** A scan that was read and levelled. */
export interface PreparedScan {
  /** Tells it from the others; part of the ids of its features. */
  readonly name: string;
  readonly file: string;
  /** The channel that is searched comes first. */
  readonly scan: Scan;
}

/** How features are found and cut. */
export interface CollectOptions {
  /** Edge of a window in nm. @default 3 */
  readonly sizeNm?: number;
  /** Edge of an image in pixels. @default 32 */
  readonly pixels?: number;
  /** How features are found. @default as `scans.detect` has it */
  readonly detect?: Omit<DetectOptions, "channel">;
}

/**
 * Finds the features of scans and cuts an image around each, also of those at the border: the surface is mirrored there.
 * @throws InputError if no scan has a feature, or a window is larger than a scan
 */
export function collect(
  prepared: readonly PreparedScan[],
  { sizeNm = 3, pixels = 32, detect: finding = {} }: CollectOptions = {},
): Collection {
  const scans: SessionScan[] = [];
  const items: Item[] = [];
  const values: Float32Array[] = [];
  const groups: string[] = [];
  const padded: Padded[] = [];
  const ids = new Set<string>();
  let unit: string | undefined;
  for (const [s, { name, file, scan }] of prepared.entries()) {
    const own = scan.channels[0].unit;
    if (unit !== undefined && unit !== own) throw otherUnit(name, own, unit);
    unit = own;
    const found = detect({ ...scan, channels: [scan.channels[0]] }, finding);
    const hash = fs.existsSync(file) ? sha256(fs.readFileSync(file)) : "";
    scans.push({ name, file, hash, scan, mask: found.mask });
    padded.push(mirrored(scan, sizeNm));
    if (found.features.length === 0) continue;
    values.push(cutAll(padded[s], found.features, sizeNm, pixels));
    for (const feature of found.features) {
      items.push({ id: idOf(name, feature, ids), scan: s, place: { ...feature } });
      groups.push(name);
    }
  }
  if (items.length === 0) throw nothingFound(prepared.length);
  checkBudget("the images of the features", 4 * items.length * pixels * pixels);
  const images = imageSet({
    name: "session",
    pixels: joined(values),
    shape: [pixels, pixels, 1],
    ids: items.map(({ id }) => id),
    groups,
    unit: unit === "m" ? "pm" : (unit ?? ""),
    nmPerPixel: sizeNm / pixels,
  });
  const cut = (s: number, xNm: number, yNm: number): Float32Array => {
    const entry = scans.at(s);
    const [x, y] = (entry?.scan.sizeMetres ?? [0, 0]).map((metres) => metres * 1e9);
    if (entry === undefined || !(xNm >= 0 && yNm >= 0 && xNm <= x && yNm <= y)) {
      throw new InputError({
        got: `a feature at ${xNm} nm, ${yNm} nm on scan ${s + 1}`,
        expected: "a place on a scan of this session",
        todo: "Click on the scan.",
      });
    }
    return cutAll(padded[s], [{ xNm, yNm }], sizeNm, pixels);
  };
  return { scans, items, images, cut };
}

/** A set of images as what a session is about. */
export function collectImages(images: ImageSet): Collection {
  return {
    scans: [],
    items: images.ids.map((id) => ({ id, scan: -1 })),
    images,
    cut: () => {
      throw new InputError({
        got: "a feature to add to a set of images",
        expected: "scans",
        todo: "Open the session on scans.",
      });
    },
  };
}

/** Two features that round to one place get a number. */
function idOf(name: string, { xNm, yNm }: Feature, taken: Set<string>): string {
  const plain = `${name} ${xNm.toFixed(2)} ${yNm.toFixed(2)}`;
  let id = plain;
  for (let n = 2; taken.has(id); n++) id = `${plain} (${n})`;
  taken.add(id);
  return id;
}

/** A scan with a border, in which places lie farther in. */
interface Padded {
  readonly scan: Scan;
  readonly shiftNm: readonly [x: number, y: number];
}

function cutAll(
  { scan, shiftNm }: Padded,
  places: readonly { readonly xNm: number; readonly yNm: number }[],
  sizeNm: number,
  pixels: number,
): Float32Array {
  const moved = places.map(({ xNm, yNm }) => ({ xNm: xNm + shiftNm[0], yNm: yNm + shiftNm[1] }));
  const set = patches(scan, { at: [moved], sizeNm, pixels });
  if (set.ids.length !== places.length)
    throw new Error(`${set.ids.length} windows of ${places.length} places`);
  return set.pixels.read([...set.ids.keys()]);
}

/** The first channel with its surface mirrored beyond the frame, one window wide, and gaps filled with its mean. */
function mirrored(scan: Scan, sizeNm: number): Padded {
  const { width, height, sizeMetres, channels } = scan;
  const nm = [(sizeMetres[0] * 1e9) / width, (sizeMetres[1] * 1e9) / height];
  const [px, py] = [Math.ceil(sizeNm / nm[0]), Math.ceil(sizeNm / nm[1])];
  const [wide, high] = [width + 2 * px, height + 2 * py];
  checkBudget(scan.name, 8 * wide * high);
  const { data } = channels[0];
  let [sum, count] = [0, 0];
  for (const value of data) if (Number.isFinite(value)) [sum, count] = [sum + value, count + 1];
  const mean = count === 0 ? 0 : sum / count;
  const out = new Float64Array(wide * high);
  for (let y = 0; y < high; y++) {
    const row = reflect(y - py, height) * width;
    for (let x = 0; x < wide; x++) {
      const value = data[row + reflect(x - px, width)];
      out[y * wide + x] = Number.isFinite(value) ? value : mean;
    }
  }
  const grown = {
    ...scan,
    width: wide,
    height: high,
    completedRows: high,
    sizeMetres: [(sizeMetres[0] / width) * wide, (sizeMetres[1] / height) * high],
    channels: [{ ...channels[0], data: out }],
  } as const;
  return { scan: grown, shiftNm: [px * nm[0], py * nm[1]] };
}

/** The pixel that stands at a place outside of 0..n-1, mirrored as often as need be. */
function reflect(i: number, n: number): number {
  const period = 2 * n;
  const at = ((i % period) + period) % period;
  return at < n ? at : period - 1 - at;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function otherUnit(name: string, unit: string, before: string): InputError {
  return new InputError({
    got: `"${name}", whose channel is in ${unit === "" ? "no unit" : unit}`,
    expected: `${before === "" ? "no unit" : before}, as the scans before`,
    todo: "Choose a channel that all scans have with --channel.",
  });
}

function nothingFound(count: number): InputError {
  return new InputError({
    got: `${count} ${count === 1 ? "scan" : "scans"} without a single feature`,
    expected: "something that stands out of the surface",
    todo: "Raise --sensitivity, or check the channel and the levelling.",
  });
}
