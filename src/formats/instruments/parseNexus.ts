import { defined } from "../../core";
import type { Channel, Scan } from "../../core";
import { checkImageSize } from "../checkImageSize";
import { unsuitable } from "../damaged";
import { assembleScan } from "./assembleScan";
import { readHdf5, type Hdf5Node } from "./hdf5";
import { lateralSize } from "./lateralSize";
import { extentOf, imageOrder, nexusData, reordered, textOf, type NexusData } from "./nexusData";
import { readOwnSettings } from "./ownSettings";
import type { ValueOptions } from "./parseTiff";
import { members } from "./passedOver";

/**
 * Reads the images of a NeXus file (NXstm and others): every data group of two dimensions with its axes. Groups of one frame
 * are the channels of one scan.
 * @throws InputError if it is damaged, or holds no image
 * @see NeXus, classes NXdata and NXstm
 */
export async function parseNexus(
  bytes: Uint8Array,
  file: string,
  options: ValueOptions,
): Promise<Scan[]> {
  const root = await readHdf5(bytes, file);
  const odd = members();
  const groups = nexusData(root);
  const images = groups.filter(({ shape }) => shape.length === 2);
  for (const { path, shape } of groups)
    if (shape.length !== 2) odd.pass(path, `values of ${shape.length} dimensions`);
  const frames = new Map<string, NexusData[]>();
  for (const image of images) {
    const { order } = imageOrder(image.axes);
    const ends = order.map((i) => {
      const values = image.axes[i]?.values;
      return values === undefined ? "" : `${values[0]} ${values[values.length - 1]}`;
    });
    const key = JSON.stringify([order.map((i) => image.shape[i]), ends]);
    const mates = frames.get(key);
    if (mates === undefined) frames.set(key, [image]);
    else mates.push(image);
  }
  const scans = Array.from(frames.values()).flatMap((mates) => {
    const title = frames.size > 1 ? mates[0].path : undefined;
    return odd.attempt(mates[0].path, () => toScan(mates, file, title, options)) ?? [];
  });
  return odd.finish(scans, () =>
    unsuitable(
      file,
      "which holds no image that NeXus describes",
      "data groups (NXdata) of two dimensions",
      "Curves and grids of curves are read with readGrid.",
    ),
  );
}

function toScan(
  images: readonly NexusData[],
  file: string,
  title: string | undefined,
  options: ValueOptions,
): Scan {
  const [first] = images;
  const order = imageOrder(first.axes);
  const [rows, columns] = order.order;
  const [height, width] = [first.shape[rows], first.shape[columns]];
  checkImageSize(width, height, file);
  const [x, y] = [extentOf(first.axes[columns]), extentOf(first.axes[rows])];
  const lateral = first.axes[columns]?.unit === "m" && first.axes[rows]?.unit === "m";
  const sizeMetres = lateralSize(
    file,
    {
      width,
      height,
      ...(x !== undefined && y !== undefined && lateral
        ? { size: [x.size, y.size], unit: { unit: "m", factor: 1 } }
        : {}),
    },
    options,
  );
  const own = ownNotes(first.entry);
  const { scanDirection, lineSeconds, biasVolts, history } = readOwnSettings(own.settings);
  const channels = images.map((image): Channel => {
    const { name, direction } = nameOf(image);
    return { name, unit: image.unit, direction, data: reordered(image, imageOrder(image.axes)) };
  });
  const bias = biasOf(first.entry);
  return assembleScan({
    file,
    format: "NeXus",
    channels,
    width,
    height,
    sizeMetres,
    ...defined({ title, scanDirection, lineSeconds, history }),
    ...(biasVolts === undefined && bias === undefined
      ? {}
      : { biasVolts: biasVolts ?? bias ?? NaN }),
    ...(x !== undefined && y !== undefined && lateral && own.metadata === undefined
      ? { offsetMetres: [x.middle, y.middle] }
      : {}),
    metadata: { ...plainTexts(first.entry), ...own.metadata },
  });
}

/** Name and direction of a channel: "Z (backward)", "z_backward". */
export function nameOf({ name }: Pick<NexusData, "name">): {
  name: string;
  direction: Channel["direction"];
} {
  const found = /^(.*?)[ _(]*(forward|backward|fwd|bwd|trace|retrace)\)?$/i.exec(name);
  if (found === null || found[1] === "") return { name, direction: "forward" };
  const back = /backward|bwd|retrace/i.test(found[2]);
  return { name: found[1].trim(), direction: back ? "backward" : "forward" };
}

/** What `writeNexus` keeps in a collection of its own. */
export function ownNotes(entry: Hdf5Node): {
  settings: string | undefined;
  metadata: Record<string, string> | undefined;
} {
  const notes = entry.children?.["fewscope"]?.children;
  const metadata = textOf(notes?.["metadata"]?.text);
  return {
    settings: textOf(notes?.["settings"]?.text),
    metadata: metadata === undefined ? undefined : parseTexts(metadata),
  };
}

function parseTexts(text: string): Record<string, string> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null) return undefined;
    return Object.fromEntries(Object.entries(parsed).map(([key, value]) => [key, String(value)]));
  } catch {
    return undefined;
  }
}

/** Texts and single numbers of the entry, as metadata. */
function plainTexts(entry: Hdf5Node): Record<string, string> {
  const found: Record<string, string> = {};
  const visit = (node: Hdf5Node, path: string, depth: number): void => {
    for (const [name, child] of Object.entries(node.children ?? {})) {
      const place = path === "" ? name : `${path}/${name}`;
      if (child.children !== undefined) {
        const skip = child.attributes["NX_class"] === "NXdata" || name === "fewscope";
        if (!skip && depth < 6) visit(child, place, depth + 1);
      } else if (child.numbers?.length === 1) {
        found[place] = `${child.numbers[0]} ${textOf(child.attributes["units"]) ?? ""}`.trim();
      } else {
        const text = textOf(child.text);
        if (text !== undefined) found[place] = text;
      }
    }
  };
  visit(entry, "", 0);
  return found;
}

/** The bias in V, wherever the instrument's group keeps it. */
function biasOf(entry: Hdf5Node): number | undefined {
  const texts = plainTexts(entry);
  const key = Object.keys(texts).find((name) =>
    /(^|\/)(bias|bias_voltage|applied_voltage)$/i.test(name),
  );
  const [, value = "", unit = ""] =
    /^(\S+)\s*(\S*)$/.exec(key === undefined ? "" : texts[key]) ?? [];
  if (value === "" || (unit !== "V" && unit !== "mV")) return undefined;
  return Number(value) * (unit === "mV" ? 1e-3 : 1);
}
