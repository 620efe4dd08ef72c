import { defined } from "../../core";
import type { Channel, Scan } from "../../core";
import { checkImageSize } from "../checkImageSize";
import { damaged, unsuitable } from "../damaged";
import { assembleScan } from "./assembleScan";
import { findMissing } from "./gwyMissing";
import { isGwyObject, type GwyObject, type GwyValue } from "./gwyTypes";
import { lateralSize } from "./lateralSize";
import { readOwnSettings } from "./ownSettings";
import { parseGwyObject } from "./parseGwyObject";
import type { ValueOptions } from "./parseTiff";
import { members, type Members } from "./passedOver";
import { middleOf, placeKeys } from "./scanPlace";
import { siUnit, type SiUnit } from "./siUnit";

/** Keys under which `writeGwy` keeps what a Gwyddion file has no place for. */
export const gwyOwnKeys = {
  /** Which scan an image is a channel of. */
  scan: "fewscope scan",
  direction: "fewscope direction",
  /** Name of the channel, where the title says more. */
  name: "fewscope name",
  history: "fewscope history",
  /** Scan direction, line time and bias, as JSON. */
  settings: "fewscope settings",
  /** Where nothing was measured, as `noteMissing` writes it. */
  missing: "fewscope missing",
} as const;

/**
 * Reads the images of a Gwyddion file. Each image is a scan of its own, except those that `writeGwy` wrote as channels of
 * one scan. A mask becomes a channel of its own, "<title> mask", 1 where it is set. Images that are damaged or no pictures of
 * a surface, such as Fourier transforms, are passed over, with a word in the metadata of the others.
 * @throws InputError if it is damaged, holds no image, or no image has a size and none is given
 */
export function parseGwy(bytes: Uint8Array, file: string, options: ValueOptions): Scan[] {
  if (bytes[3] === 0x4f) {
    throw unsuitable(
      file,
      "which Gwyddion 1 wrote",
      "a file of Gwyddion 2",
      "Open it in Gwyddion 2 and save it again.",
    );
  }
  const container = parseGwyObject(bytes, file, 4);
  if (container.type !== "GwyContainer") throw damaged(file, "it does not begin with a container");
  const odd = members();
  const images = listImages(container, file, odd, options);
  const scans = new Map<string, GwyImage[]>();
  for (const image of images) {
    const mark = image.meta.get(gwyOwnKeys.scan) ?? `image ${image.number}`;
    const mates = scans.get(mark);
    if (mates !== undefined && sameFrame(mates[0], image)) mates.push(image);
    else scans.set(mates === undefined ? mark : `image ${image.number}`, [image]);
  }
  const titled = scans.size > 1;
  const read = Array.from(scans.values()).flatMap((mates) => {
    const [{ number, title }] = mates;
    return (
      odd.attempt(`image ${number} "${title}"`, () => toScan(mates, file, titled, options)) ?? []
    );
  });
  return odd.finish(read, () =>
    unsuitable(
      file,
      "which holds no image",
      "at least one image",
      "Graphs and point spectra are not read; volumes are, by readGrid. Export an image from Gwyddion.",
    ),
  );
}

interface GwyImage {
  readonly number: number;
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly size: readonly [number, number];
  /** Upper left corner, where the file says it. */
  readonly corner?: readonly [number, number];
  readonly lateral: SiUnit;
  readonly unit: SiUnit;
  readonly data: Float64Array;
  readonly mask?: Float64Array;
  readonly missing?: Uint8Array;
  readonly meta: ReadonlyMap<string, string>;
}

function listImages(
  container: GwyObject,
  file: string,
  odd: Members,
  options: ValueOptions,
): GwyImage[] {
  return [...container.parts.keys()]
    .flatMap((key) => /^\/(\d{1,9})\/data$/.exec(key)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
    .flatMap((number) => {
      const field = container.parts.get(`/${number}/data`);
      if (!isGwyObject(field, "GwyDataField")) return [];
      const read = (): GwyImage => readImage(container, number, field, file, options);
      return odd.attempt(`image ${number}`, read) ?? [];
    });
}

function readImage(
  { parts }: GwyObject,
  number: number,
  field: GwyObject,
  file: string,
  { unit = "" }: ValueOptions,
): GwyImage {
  const name = `${file}: image ${number}`;
  const value = (key: string, missing: number): number => asNumber(field.parts.get(key)) ?? missing;
  const [width, height] = [value("xres", NaN), value("yres", NaN)];
  const data = field.parts.get("data");
  if (!(data instanceof Float64Array) || data.length === 0 || data.length !== width * height) {
    throw damaged(name, `it says ${width} x ${height} pixels and holds other data`);
  }
  checkImageSize(width, height, name);
  const mask = parts.get(`/${number}/mask`);
  const maskData = isGwyObject(mask) ? mask.parts.get("data") : undefined;
  const meta = texts(parts.get(`/${number}/meta`));
  const missing = findMissing(data, meta.get(gwyOwnKeys.missing));
  const title = parts.get(`/${number}/data/title`);
  return {
    number,
    title: typeof title === "string" ? title : `image ${number}`,
    width,
    height,
    size: [value("xreal", 1), value("yreal", 1)],
    ...(field.parts.has("xoff") || field.parts.has("yoff")
      ? { corner: [value("xoff", 0), value("yoff", 0)] as const }
      : {}),
    lateral: siUnit(unitText(field, "si_unit_xy")),
    unit: siUnit(unitText(field, "si_unit_z") || unit),
    data,
    ...(maskData instanceof Float64Array && maskData.length === data.length
      ? { mask: maskData }
      : {}),
    ...defined({ missing }),
    meta,
  };
}

function asNumber(value: GwyValue | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function unitText(field: GwyObject, key: string): string {
  const unit = field.parts.get(key);
  const text = isGwyObject(unit) ? unit.parts.get("unitstr") : undefined;
  return typeof text === "string" ? text.trim() : "";
}

function texts(value: GwyValue | undefined): Map<string, string> {
  const found = new Map<string, string>();
  if (!isGwyObject(value)) return found;
  for (const [key, item] of value.parts) {
    if (typeof item === "string" || typeof item === "number") found.set(key, String(item));
  }
  return found;
}

function sameFrame(a: GwyImage, b: GwyImage): boolean {
  return a.width === b.width && a.height === b.height && a.size.join() === b.size.join();
}

function toScan(
  images: readonly GwyImage[],
  file: string,
  titled: boolean,
  options: ValueOptions,
): Scan {
  const { width, height, size, corner, lateral, meta, title, number } = images[0];
  const own = new Set<string>(Object.values(gwyOwnKeys));
  const { history, settings } = readOwn(meta, file);
  const name = `${file}: image ${number}`;
  const sizeMetres = lateralSize(name, { width, height, size, unit: lateral }, options);
  const channels = images.flatMap(toChannels);
  return assembleScan({
    file,
    format: "Gwyddion",
    channels,
    measured: channels.filter(({ data }) => images.every(({ mask }) => mask !== data)),
    width,
    height,
    sizeMetres,
    ...(corner === undefined
      ? {}
      : {
          offsetMetres: middleOf(
            [corner[0] * lateral.factor, corner[1] * lateral.factor],
            sizeMetres,
            meta.get(placeKeys.offset),
          ),
        }),
    ...(titled ? { title } : {}),
    ...settings,
    metadata: Object.fromEntries([...meta].filter(([key]) => !own.has(key))),
    history,
  });
}

function toChannels({ data, unit, title, meta, mask, missing }: GwyImage): Channel[] {
  const direction = meta.get(gwyOwnKeys.direction) === "backward" ? "backward" : "forward";
  for (let i = 0; i < data.length; i++) {
    const gap = missing?.[i] === 1 || !Number.isFinite(data[i]);
    data[i] = gap ? NaN : data[i] * unit.factor;
  }
  const name = meta.get(gwyOwnKeys.name) ?? title;
  const channel: Channel = { name, unit: unit.unit, direction, data };
  // `writeGwy` masks what was not measured, so that Gwyddion sees it too; that says nothing new.
  const own = missing !== undefined && mask?.every((value, i) => value === missing[i]) === true;
  return mask === undefined || own
    ? [channel]
    : [channel, { name: `${name} mask`, unit: "", direction, data: mask }];
}

interface Own {
  readonly history: readonly string[];
  readonly settings: Partial<Pick<Scan, "scanDirection" | "lineSeconds" | "biasVolts">>;
}

/** What `writeGwy` keeps in texts of its own. */
function readOwn(meta: ReadonlyMap<string, string>, file: string): Own {
  try {
    const history: unknown = JSON.parse(meta.get(gwyOwnKeys.history) ?? "[]");
    const {
      scanDirection = "unknown",
      lineSeconds,
      biasVolts,
    } = readOwnSettings(meta.get(gwyOwnKeys.settings));
    return {
      history: Array.isArray(history) ? history.map(String) : [],
      settings: {
        scanDirection,
        ...defined({ lineSeconds, biasVolts }),
      },
    };
  } catch (error) {
    throw damaged(file, "what fewscope wrote of its history cannot be read", error);
  }
}
