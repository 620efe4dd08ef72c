import type { Hdf5Node } from "./hdf5";
import { siUnit } from "./siUnit";

/** An axis of a data group, in its SI unit. */
export interface NexusAxis {
  readonly name: string;
  readonly unit: string;
  readonly values: Float64Array;
}

/** A data group of a NeXus file: values with their axes, in their SI unit. */
export interface NexusData {
  /** Path in the file. */
  readonly path: string;
  readonly name: string;
  readonly unit: string;
  readonly shape: readonly number[];
  /** One for each dimension; undefined where the file has none, or one of another length. */
  readonly axes: readonly (NexusAxis | undefined)[];
  readonly values: Float64Array;
  /** The entry that holds it. */
  readonly entry: Hdf5Node;
}

/** Lists the data groups (NXdata) of a NeXus file, in the order of their paths. */
export function nexusData(root: Hdf5Node): NexusData[] {
  const found: NexusData[] = [];
  const visit = (node: Hdf5Node, path: string, entry: Hdf5Node): void => {
    const isEntry = node.attributes["NX_class"] === "NXentry";
    const inside = isEntry ? node : entry;
    const isData = node.attributes["NX_class"] === "NXdata" || "signal" in node.attributes;
    const data = isData ? dataOf(node, path, inside) : undefined;
    if (data !== undefined) found.push(data);
    for (const [name, child] of Object.entries(node.children ?? {}))
      if (child.children !== undefined) visit(child, `${path}/${name}`, inside);
  };
  visit(root, "", root);
  return found;
}

function dataOf(group: Hdf5Node, path: string, entry: Hdf5Node): NexusData | undefined {
  const children = group.children ?? {};
  const marked = Object.entries(children).find(
    ([, child]) => Number(child.attributes["signal"]) === 1,
  );
  const signal = textOf(group.attributes["signal"]) ?? marked?.[0];
  const node =
    signal === undefined || !Object.hasOwn(children, signal) ? undefined : children[signal];
  if (node?.numbers === undefined || node.shape === undefined || node.shape.length === 0)
    return undefined;
  const { unit, factor } = siUnit(textOf(node.attributes["units"]) ?? "");
  const names = listOf(group.attributes["axes"] ?? node.attributes["axes"]);
  const axes = node.shape.map((length, i) => axisOf(children, names[i], length));
  const title = textOf(children["title"]?.text) ?? textOf(node.attributes["long_name"]);
  const own = path.slice(path.lastIndexOf("/") + 1);
  return {
    path,
    name: title ?? (own === "" ? (signal ?? "data") : own),
    unit,
    shape: node.shape,
    axes,
    values: factor === 1 ? node.numbers : node.numbers.map((value) => value * factor),
    entry,
  };
}

function axisOf(
  children: Readonly<Record<string, Hdf5Node>>,
  name: string | undefined,
  length: number,
): NexusAxis | undefined {
  const node = name === undefined || !Object.hasOwn(children, name) ? undefined : children[name];
  if (name === undefined || node?.numbers === undefined || node.numbers.length !== length)
    return undefined;
  const { unit, factor } = siUnit(textOf(node.attributes["units"]) ?? "");
  return { name, unit, values: node.numbers.map((value) => value * factor) };
}

/** A text, or the only one of a list. */
export function textOf(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === "string" && first !== "" ? first : undefined;
}

/** Names in a list, or in one text with colons or commas. */
function listOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === "string" ? value.split(/[:,]/).map((name) => name.trim()) : [];
}

/** How far an axis reaches, from the edge of its first cell to that of its last; undefined for one that is not even. */
export function extentOf(
  axis: NexusAxis | undefined,
): { size: number; middle: number } | undefined {
  if (axis === undefined) return undefined;
  const { values } = axis;
  const [first, last] = [values[0], values[values.length - 1]];
  const step = values.length > 1 ? (last - first) / (values.length - 1) : 0;
  const size = Math.abs(step) * values.length;
  return size > 0 && Number.isFinite(size) ? { size, middle: (first + last) / 2 } : undefined;
}

/**
 * The order in which dimensions must be taken to have rows, then columns, then the rest, and whether they run backwards:
 * rows upwards, columns to the left. NeXus names its axes in the order of the dimensions.
 */
export function imageOrder(axes: readonly (NexusAxis | undefined)[]): {
  readonly order: readonly number[];
  readonly flip: boolean;
  readonly mirror: boolean;
} {
  const lateral = axes.flatMap((axis, i) => (axis?.unit === "m" ? [i] : []));
  const plain = [...axes.keys()];
  const first = lateral.length === 2 ? lateral : plain.slice(0, 2);
  const swapped = isAcross(axes[first[0]]) && !isAcross(axes[first[1]]);
  const [rows, columns] = swapped ? [first[1], first[0]] : first;
  const rest = plain.filter((i) => i !== rows && i !== columns);
  return {
    order: [rows, columns, ...rest],
    flip: rising(axes[rows]),
    mirror: axes[columns] !== undefined && !rising(axes[columns]),
  };
}

const isAcross = (axis: NexusAxis | undefined): boolean => /(^|_)x(_|$)|^x/i.test(axis?.name ?? "");

function rising(axis: NexusAxis | undefined): boolean {
  return axis !== undefined && axis.values[axis.values.length - 1] > axis.values[0];
}

/** Values in another order of dimensions, the first two run backwards where asked for. */
export function reordered(
  { values, shape }: NexusData,
  { order, flip, mirror }: ReturnType<typeof imageOrder>,
): Float64Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((p, size) => p * size, 1));
  const [height, width] = [shape[order[0]], shape[order[1]]];
  const [down, across] = [strides[order[0]], strides[order[1]]];
  const points = order.length > 2 ? shape[order[2]] : 1;
  const deep = order.length > 2 ? strides[order[2]] : 0;
  const out = new Float64Array(height * width * points);
  let to = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from =
        (flip ? height - 1 - row : row) * down + (mirror ? width - 1 - column : column) * across;
      for (let i = 0; i < points; i++, to++) {
        const value = values[from + i * deep];
        out[to] = Number.isFinite(value) ? value : NaN;
      }
    }
  }
  return out;
}
