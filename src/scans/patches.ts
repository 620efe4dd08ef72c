import {
  checkInteger,
  checkNumber,
  checkOneOf,
  imageSet,
  InputError,
  type ImageSet,
  type ImageWindow,
  type Scan,
} from "../core";
import { detect, type DetectOptions } from "./detect";
import { resample } from "./resample";
import { chosenChannels, type ChannelOptions } from "./steps";

/** A place on a scan, in nm from its upper left corner. */
export interface Place {
  readonly xNm: number;
  readonly yNm: number;
}

/** Which windows are cut, and how. */
export interface PatchesOptions extends ChannelOptions {
  /**
   * Where: "features" around what `detect` finds, "grid" all over the scan, or the places themselves, one list for each
   * scan. @default "features"
   */
  readonly at?: "features" | "grid" | readonly (readonly Place[])[];
  /** Edge of a window in nm. @default 3 */
  readonly sizeNm?: number;
  /** Edge of an image in pixels. @default 32 */
  readonly pixels?: number;
  /** Distance of windows on a grid in nm. @default sizeNm, so that they touch */
  readonly stepNm?: number;
  /** "one": one channel. "channels": trace and retrace as two channels of an image. "images": as two images of one place. @default "one" */
  readonly directions?: "one" | "channels" | "images";
  /** Whether each image loses its mean height, which says where on the scan it lies and nothing else. @default true */
  readonly centre?: boolean;
  /** How features are found. @default as `detect` has it */
  readonly detect?: Omit<DetectOptions, "channel">;
  /** @default the name of the scan, or "patches" of several */
  readonly name?: string;
}

/**
 * Cuts windows of one size in nanometres out of scans and brings them to one size in pixels. Heights come in pm, other
 * quantities in their SI unit. Images of one scan are one group; windows that reach over the frame, or over what is
 * not measured, are left out. Levelled and aligned scans give the best images.
 * @throws InputError if an option is out of range, a direction is missing, or no window fits
 */
export function patches(scans: Scan | readonly Scan[], options: PatchesOptions = {}): ImageSet {
  const list = "channels" in scans ? [scans] : scans;
  const { at = "features", sizeNm = 3, pixels = 32, directions = "one", centre = true } = options;
  const { stepNm = sizeNm, channel = "" } = options;
  checkNumber("sizeNm", sizeNm, { min: 0, aboveMin: true });
  checkNumber("stepNm", stepNm, { min: 0, aboveMin: true });
  checkInteger("pixels", pixels, { min: 1, max: 4096 });
  checkOneOf("directions", directions, ["one", "channels", "images"]);
  checkPlaces(at, list);
  const units = new Set<string>();
  const images: Cut[] = [];
  list.forEach((scan, s) => {
    const group = list.some(({ name }, i) => i !== s && name === scan.name)
      ? `${scan.name} ${s + 1}`
      : scan.name;
    const chosen = directionsOf(scan, channel, directions);
    units.add(chosen[0].unit);
    const fine = resample({ ...scan, channels: chosen }, { nmPerPixel: sizeNm / pixels });
    const places =
      at === "features"
        ? detect({ ...scan, channels: chosen }, { ...options.detect, channel: nameOf(chosen[0]) })
            .features
        : at === "grid"
          ? gridPlaces(scan, sizeNm, stepNm)
          : at[s];
    for (const place of places) {
      const windows = cut(fine, place, pixels);
      if (windows === undefined) continue;
      const window = windowOf(scan, place, sizeNm);
      const id = `${group} ${place.xNm.toFixed(2)} ${place.yNm.toFixed(2)}`;
      if (directions === "images")
        windows.forEach((values, i) =>
          images.push({ values: [values], group, window, id: `${id} ${chosen[i].direction}` }),
        );
      else images.push({ values: windows, group, window, id });
    }
  });
  checkImages(images, units, list, sizeNm);
  const [unit] = units;
  const channels = directions === "channels" ? 2 : 1;
  return imageSet({
    name: options.name ?? (list.length === 1 ? list[0].name : "patches"),
    pixels: interleave(images, pixels * pixels, centre, unit === "m" ? 1e12 : 1),
    shape: [pixels, pixels, channels],
    ids: unique(images.map(({ id }) => id)),
    groups: images.map(({ group }) => group),
    windows: images.map(({ window }) => window),
    unit: unit === "m" ? "pm" : unit,
    nmPerPixel: sizeNm / pixels,
  });
}

/** One image before its channels are joined. */
interface Cut {
  readonly values: readonly Float64Array[];
  readonly id: string;
  readonly group: string;
  readonly window: ImageWindow;
}

function checkPlaces(at: PatchesOptions["at"], list: readonly Scan[]): void {
  if (typeof at === "string") checkOneOf("at", at, ["features", "grid"]);
  else if (at !== undefined && at.length !== list.length) {
    throw new InputError({
      got: `${at.length} lists of places for ${list.length} scans`,
      expected: "one list of places for each scan",
      todo: "Write [places] for a single scan.",
    });
  }
}

function checkImages(
  images: readonly Cut[],
  units: ReadonlySet<string>,
  list: readonly Scan[],
  sizeNm: number,
): void {
  if (units.size > 1) {
    throw new InputError({
      got: `channels in ${[...units].join(" and ")}`,
      expected: "one unit for all images of a set",
      todo: "Choose a channel that all scans have in the same unit.",
    });
  }
  if (images.length > 0) return;
  throw new InputError({
    got: `no window of ${sizeNm} nm in ${list.length === 1 ? `"${list[0].name}"` : `${list.length} scans`}`,
    expected: "windows that lie within what is measured",
    todo: "Lower sizeNm, raise the sensitivity of detect, or cut on a grid.",
  });
}

type ScanChannel = Scan["channels"][number];

function nameOf({ name, direction }: ScanChannel): string {
  return `${name} ${direction}`;
}

/** The channel, or its trace and its retrace. */
function directionsOf(
  scan: Scan,
  channel: string | number,
  directions: "one" | "channels" | "images",
): readonly ScanChannel[] {
  const chosen = chosenChannels(scan, channel);
  if (directions === "one") return [chosen[0]];
  // Of several channels of one name the second trace belongs to the second retrace.
  const named = (direction: string): ScanChannel[] =>
    scan.channels.filter((c) => c.name === chosen[0].name && c.direction === direction);
  const nth = Math.max(0, named(chosen[0].direction).indexOf(chosen[0]));
  const both = ["forward", "backward"].map((direction) => named(direction).at(nth));
  const found = both.filter((c) => c !== undefined);
  if (found.length === 2) return found;
  throw new InputError({
    got: `"${scan.name}" with ${chosen.map(nameOf).join(" and ")}`,
    expected: `"${chosen[0].name}" in both directions`,
    todo: 'Leave out what has one direction, or choose directions "one".',
  });
}

function gridPlaces({ sizeMetres }: Scan, sizeNm: number, stepNm: number): Place[] {
  const [x, y] = sizeMetres.map((metres) => metres * 1e9);
  const count = (length: number): number => Math.floor((length - sizeNm) / stepNm + 1e-9) + 1;
  const places: Place[] = [];
  for (let row = 0; row < count(y); row++)
    for (let column = 0; column < count(x); column++)
      places.push({ xNm: column * stepNm + sizeNm / 2, yNm: row * stepNm + sizeNm / 2 });
  return places;
}

/** One window from each channel; undefined where a part is missing. */
function cut(
  { channels, width, height, sizeMetres }: Scan,
  place: Place,
  pixels: number,
): Float64Array[] | undefined {
  const left = Math.round((place.xNm / (sizeMetres[0] * 1e9)) * width - pixels / 2);
  const top = Math.round((place.yNm / (sizeMetres[1] * 1e9)) * height - pixels / 2);
  if (left < 0 || top < 0 || left + pixels > width || top + pixels > height) return undefined;
  const windows = channels.map(({ data }) => {
    const values = new Float64Array(pixels * pixels);
    for (let y = 0; y < pixels; y++)
      values.set(
        data.subarray((top + y) * width + left, (top + y) * width + left + pixels),
        y * pixels,
      );
    return values;
  });
  return windows.every((values) => values.every(Number.isFinite)) ? windows : undefined;
}

function windowOf(
  { width, height, sizeMetres }: Scan,
  { xNm, yNm }: Place,
  sizeNm: number,
): ImageWindow {
  return {
    x: (xNm / (sizeMetres[0] * 1e9)) * width,
    y: (yNm / (sizeMetres[1] * 1e9)) * height,
    size: (sizeNm / (sizeMetres[0] * 1e9)) * width,
  };
}

function interleave(
  images: readonly Cut[],
  perChannel: number,
  centre: boolean,
  scale: number,
): Float32Array {
  const channels = images[0].values.length;
  const joined = new Float32Array(images.length * perChannel * channels);
  images.forEach(({ values }, n) => {
    values.forEach((window, c) => {
      const mean = centre ? window.reduce((sum, value) => sum + value, 0) / perChannel : 0;
      for (let i = 0; i < perChannel; i++)
        joined[(n * perChannel + i) * channels + c] = (window[i] - mean) * scale;
    });
  });
  return joined;
}

/** Places that round to one name get a number. */
function unique(ids: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return ids.map((id) => {
    const count = (seen.get(id) ?? 0) + 1;
    seen.set(id, count);
    return count === 1 ? id : `${id} (${count})`;
  });
}
