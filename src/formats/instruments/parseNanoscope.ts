import { defined } from "../../core";
import type { Channel, Scan } from "../../core";
import { checkImageSize } from "../checkImageSize";
import { damaged, unsuitable } from "../damaged";
import { parseDecimal } from "../parseDecimal";
import { assembleScan } from "./assembleScan";
import { checkMemory } from "./checkMemory";
import { members } from "./passedOver";
import { readPlane } from "./readPlane";
import { siUnit, type SiUnit } from "./siUnit";
import { textLines } from "./textLines";

/** First words of a file. */
export const nanoscopeMagics = ["\\*File list", "\\*EC File list"] as const;

type Section = ReadonlyMap<string, string>;

/** More sections and lines than a header has. */
const mostLines = 200_000;

/**
 * Reads the images of Bruker's and Veeco's Nanoscope (.spm, .000 and so on), files of version 3 and later. A raw value times
 * the hard scale of its converter times the sensitivity that the header names is the physical one. Rows are stored from the
 * bottom up. Images of another size than the first, and those that cannot be read, are scans of their own or passed over.
 * @throws InputError if it is damaged, or holds no image
 * @see NanoScope Software 8.10 User Guide, "File format"
 */
export function parseNanoscope(bytes: Uint8Array, file: string): Scan[] {
  const sections = readSections(bytes, file);
  const shared = new Map<string, string>();
  for (const { name, entries } of sections)
    if (!isImage(name))
      for (const [key, value] of entries) if (!shared.has(key)) shared.set(key, value);
  const odd = members();
  const images = sections
    .filter(({ name }) => isImage(name))
    .flatMap(({ entries }, i) => {
      const member = `image ${i}`;
      return odd.attempt(member, () => readFacts(entries, shared, bytes.length, file)) ?? [];
    });
  checkMemory(
    file,
    images.reduce((sum, { width, height }) => sum + 8 * width * height, 0),
    bytes.length,
  );
  const frames = new Map<string, ImageFacts[]>();
  for (const image of images) {
    const key = [image.width, image.height, ...image.sizeMetres].join();
    const mates = frames.get(key);
    if (mates === undefined) frames.set(key, [image]);
    else mates.push(image);
  }
  const scans = Array.from(frames.values(), (mates, i) =>
    toScan(bytes, file, mates, shared, frames.size > 1 ? `frame ${i + 1}` : undefined),
  );
  return odd.finish(scans, () =>
    unsuitable(
      file,
      "which holds no image",
      "at least one image",
      "Force curves are not read; export them from the instrument's software.",
    ),
  );
}

const isImage = (name: string): boolean => /\bimage list$/i.test(name);

interface NamedSection {
  readonly name: string;
  readonly entries: Section;
}

/** The header: sections "\*Name", in them lines "\key: value"; a zero or 1A ends it. */
function readSections(bytes: Uint8Array, file: string): NamedSection[] {
  const sections: { name: string; entries: Map<string, string> }[] = [];
  let lines = 0;
  for (const line of textLines(bytes)) {
    if (++lines > mostLines) throw damaged(file, "its header has no end");
    if (!line.startsWith("\\")) {
      // A long note may go on in a line of its own.
      if (/[\0\x1a]/.test(line.slice(0, 4)) || line === "") break;
      continue;
    }
    const text = line.slice(1).trim();
    if (text.startsWith("*")) {
      if (/^\*File list end/i.test(text)) break;
      sections.push({ name: text.slice(1).trim(), entries: new Map() });
      continue;
    }
    const at = text.search(/:\s|:$/);
    const colon = /^@\d+:/.test(text) ? text.indexOf(":", text.indexOf(":") + 1) : at;
    if (colon < 1) continue;
    const entries = sections.at(-1)?.entries;
    const key = text.slice(0, colon).trim();
    if (entries !== undefined && !entries.has(key)) entries.set(key, text.slice(colon + 1).trim());
  }
  if (sections.length === 0) throw damaged(file, "its header has no sections");
  return sections;
}

interface ImageFacts {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly sizeMetres: readonly [number, number];
  readonly from: number;
  readonly type: "i16" | "i32";
  readonly unit: string;
  readonly scale: number;
  readonly direction: Channel["direction"];
  readonly scanDirection: Scan["scanDirection"];
  readonly entries: Section;
}

function readFacts(
  entries: Section,
  shared: Section,
  fileLength: number,
  file: string,
): ImageFacts {
  const find = (...keys: readonly string[]): string | undefined =>
    keys.map((key) => entryOf(entries, key) ?? entryOf(shared, key)).find((v) => v !== undefined);
  const whole = (key: string, ...others: readonly string[]): number =>
    Math.floor(parseDecimal(find(key, ...others)));
  const from = whole("Data offset");
  const length = whole("Data length");
  const [width, height] = [whole("Samps/line"), whole("Number of lines", "Lines")];
  if (![width, height, from, length].every((n) => Number.isSafeInteger(n) && n > 0)) {
    throw damaged(file, `its header says an image of ${width} x ${height} at byte ${from}`);
  }
  checkImageSize(width, height, file);
  // Since version 9.2 all values take four bytes, whatever their number of bits is said to be.
  const told = whole("Bytes/pixel") || 2;
  const there = length / (width * height);
  const each = there === 4 || there === 2 ? there : told >= 4 ? 4 : 2;
  if (from + each * width * height > fileLength || told > 4) {
    throw damaged(file, `an image of ${width} x ${height} pixels reaches beyond its end`);
  }
  const quantity = readQuantity(entries, shared, told, file);
  return {
    ...quantity,
    width,
    height,
    sizeMetres: frameOf(find("Scan Size"), find("Aspect Ratio"), width, height, file),
    from,
    type: each === 4 ? "i32" : "i16",
    direction: /^retrace/i.test(find("Line Direction") ?? "") ? "backward" : "forward",
    scanDirection: readDirection(find("Frame direction")),
    entries,
  };
}

function readDirection(text: string | undefined): Scan["scanDirection"] {
  if (/^up/i.test(text ?? "")) return "up";
  return /^down/i.test(text ?? "") ? "down" : "unknown";
}

/** Versions write keys with large and small letters. */
function entryOf(entries: Section, key: string): string | undefined {
  const found = entries.get(key);
  if (found !== undefined) return found;
  const wanted = key.toLowerCase();
  for (const [name, value] of entries) if (name.toLowerCase() === wanted) return value;
  return undefined;
}

/** "505.859 505.859 nm", "1 ~m", or one number for both. */
function frameOf(
  text: string | undefined,
  aspect: string | undefined,
  width: number,
  height: number,
  file: string,
): [number, number] {
  const words = (text ?? "").trim().split(/\s+/);
  const numbers = words.map(parseDecimal).filter((value) => !Number.isNaN(value));
  const { unit, factor } = lengthUnit(words.at(-1) ?? "");
  const [x = NaN, y] = numbers;
  if (unit !== "m" || !(x > 0))
    throw damaged(file, `its header says a frame of ${text ?? "no size"}`);
  // One number is the width; the ratio of a frame that is no square is kept apart, or follows from its pixels.
  const [, first = "", second = ""] = /([\d.]+)\s*:\s*([\d.]+)/.exec(aspect ?? "") ?? [];
  const ratio = parseDecimal(second) / parseDecimal(first);
  const tall = y ?? (ratio > 0 && ratio !== 1 ? x / ratio : (x * height) / width);
  return [x * factor, tall * factor];
}

/** The micro sign was a tilde once. */
function lengthUnit(text: string): SiUnit {
  return siUnit(text.replace(/^~/, "µ"));
}

/** What an image shows, and what its raw values must be multiplied by. */
function readQuantity(
  entries: Section,
  shared: Section,
  bytesTold: number,
  file: string,
): { name: string; unit: string; scale: number } {
  const said = entryOf(entries, "@2:Image Data") ?? entryOf(entries, "@3:Image Data");
  const scaled = entryOf(entries, "@2:Z scale");
  if (said === undefined || scaled === undefined) return earlyQuantity(entries, shared, file);
  const name = /"([^"]*)"/.exec(said)?.[1] ?? /\[([^\]]*)\]/.exec(said)?.[1] ?? "data";
  // V [Sens. Zsens] (0.00039 V/LSB) 12.8 V
  const [, soft = "", rest = scaled] = /\[([^\]]*)\]\s*(.*)$/.exec(scaled) ?? [];
  const hard = rest.replace(/\([^)]*\)/g, " ").replace(/^\s*[VCS]\s/, "");
  const [, value = "", hardUnit = ""] = /(-?[\d.,]+(?:[eE][-+]?\d+)?)\s*(.*)$/.exec(hard) ?? [];
  const range = parseDecimal(value);
  if (!Number.isFinite(range)) throw damaged(file, `its header gives no scale for "${name}"`);
  const perUnit = range / 2 ** (8 * bytesTold);
  const volts = siUnit(hardUnit.trim());
  const sensitivity = soft === "" ? undefined : readSensitivity(entries, shared, soft);
  if (sensitivity === undefined) return { name, unit: volts.unit, scale: perUnit * volts.factor };
  return { name, unit: sensitivity.unit, scale: perUnit * sensitivity.factor };
}

/** "V 57.39 nm/V": the unit above the bar, for each volt; without a bar the number alone. */
function readSensitivity(entries: Section, shared: Section, soft: string): SiUnit | undefined {
  const text = entryOf(shared, `@${soft}`) ?? entryOf(entries, `@${soft}`);
  const [, value = "", unitText = ""] =
    /V\s+(-?[\d.,]+(?:[eE][-+]?\d+)?)\s*(.*)$/.exec(text ?? "") ?? [];
  const number = parseDecimal(value);
  if (!Number.isFinite(number)) return undefined;
  // "N/m*Arb", "log(Pa)/log(Arb)": no prefix to take off.
  if (/arb|[*(]/i.test(unitText))
    return { unit: unitText.trim().replace(/[*/](log\()?Arb\)?$/i, ""), factor: number };
  const [above = "", below = ""] = unitText.trim().split("/");
  const top = lengthUnit(above);
  const bottom = siUnit(below);
  const unit = above === "" ? "V" : top.unit;
  return { unit, factor: (number * top.factor) / (below === "" ? 1 : bottom.factor) };
}

/** Before version 4.2 the whole range of 16 bits stands in physical units: "Z scale: 20 nm (...)". */
function earlyQuantity(
  entries: Section,
  shared: Section,
  file: string,
): { name: string; unit: string; scale: number } {
  const name = entryOf(entries, "Image data") ?? "data";
  const said = entryOf(entries, "Z scale");
  if (said === undefined) {
    const magnified = parseDecimal(entryOf(entries, "Z magnify image"));
    if (shared.has("Version") || !Number.isFinite(magnified))
      throw damaged(file, `its header gives no scale for "${name}"`);
    return { name, unit: "m", scale: (magnified * 1e-7) / 65536 };
  }
  const [, value = "", unitText = ""] = /(-?[\d.,]+(?:[eE][-+]?\d+)?)\s*([^\s(]*)/.exec(said) ?? [];
  const range = parseDecimal(value);
  if (!Number.isFinite(range)) throw damaged(file, `its header gives no scale for "${name}"`);
  const { unit, factor } = lengthUnit(unitText);
  return { name, unit, scale: (range * factor) / 65536 };
}

function toScan(
  bytes: Uint8Array,
  file: string,
  images: readonly ImageFacts[],
  shared: Section,
  title: string | undefined,
): Scan {
  const { width, height, sizeMetres, scanDirection } = images[0];
  const rate = parseDecimal(entryOf(shared, "Scan Rate"));
  const own = images.flatMap(({ entries }, i) =>
    Array.from(entries, ([key, value]) => [images.length > 1 ? `${i}: ${key}` : key, value]),
  );
  return assembleScan({
    file,
    format: "Nanoscope",
    channels: images.map(({ name, unit, direction, from, type, scale }): Channel => ({
      name,
      unit,
      direction,
      data: readPlane(bytes, { from, width, height, type, flip: true, scale }),
    })),
    width,
    height,
    sizeMetres,
    ...defined({ title }),
    scanDirection,
    lineSeconds: rate > 0 ? 0.5 / rate : NaN,
    angleDegrees: parseDecimal(entryOf(shared, "Rotate Ang.")),
    metadata: {
      ...Object.fromEntries(shared),
      ...(Object.fromEntries(own) as Record<string, string>),
    },
  });
}
