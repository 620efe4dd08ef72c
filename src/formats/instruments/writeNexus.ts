import { defined, InputError, type Channel, type Scan } from "../../core";
import type { CurveGrid } from "./curveTypes";
import { writeHdf5, type Hdf5Node } from "./hdf5";
import { writeOwnSettings } from "./ownSettings";
import { passedOverKey } from "./passedOver";
import { scanOffset } from "./scanPlace";
import { withoutEntry } from "./withoutEntry";

/**
 * Writes a scan as a NeXus file: an entry NXstm, each channel a data group with its axes and units, the bias with the
 * instrument; metadata, history and what else the classes have no place for lie in a collection of our own. What was not
 * measured is NaN.
 * @throws InputError if the scan has no channels
 * @see NeXus, classes NXdata and NXstm
 */
export async function writeNexus(scan: Scan): Promise<Uint8Array> {
  const { channels, width, height, sizeMetres, biasVolts } = scan;
  if (channels.length === 0) {
    throw new InputError({
      got: `the scan "${scan.name}" without channels`,
      expected: "at least one channel",
      todo: "Check how the scan was made.",
    });
  }
  const axes = { x: axis(scan, 0), y: axis(scan, 1) };
  const names = groupNames(channels);
  const data = channels.map((channel, i) => [
    names[i],
    dataGroup(titleOf(channel), channel.unit, [height, width], ["y", "x"], channel.data, axes),
  ]);
  return writeHdf5(
    root({
      definition: "NXstm",
      technique: "STM",
      title: scan.name,
      first: names[0],
      ...defined({ biasVolts }),
      groups: Object.fromEntries(data) as Record<string, Hdf5Node>,
      notes: {
        settings: writeOwnSettings(scan, channels[0].direction),
        metadata: texts(scan.metadata),
        size: JSON.stringify(sizeMetres),
      },
    }),
  );
}

/**
 * Writes curves on a grid as a NeXus file: an entry NXsts, each channel a data group over rows, columns and what was swept.
 * @see NeXus, classes NXdata and NXsts
 */
export async function writeNexusGrid(grid: CurveGrid): Promise<Uint8Array> {
  const { channels, maps, width, height, sweep } = grid;
  const swept =
    /^[A-Za-z]\w*$/.test(sweep.name) && !/^[xy]$/i.test(sweep.name) ? sweep.name : "sweep";
  const axes = {
    x: axis(grid, 0),
    y: axis(grid, 1),
    [swept]: {
      attributes: { units: sweep.unit },
      numbers: sweep.values,
      shape: [sweep.values.length],
    },
  };
  const names = groupNames([...channels, ...maps]);
  const places = { x: axes.x, y: axes.y };
  const groups = [
    ...channels.map((channel, i) => [
      names[i],
      dataGroup(
        titleOf(channel),
        channel.unit,
        [height, width, sweep.values.length],
        ["y", "x", swept],
        channel.data,
        axes,
      ),
    ]),
    ...maps.map((map, i) => [
      names[channels.length + i],
      dataGroup(titleOf(map), map.unit, [height, width], ["y", "x"], map.data, places),
    ]),
  ];
  return writeHdf5(
    root({
      definition: "NXsts",
      technique: "STS",
      title: grid.name,
      first: names[0],
      groups: Object.fromEntries(groups) as Record<string, Hdf5Node>,
      notes: { metadata: texts(grid.metadata) },
    }),
  );
}

interface Entry {
  readonly definition: string;
  readonly technique: string;
  readonly title: string;
  readonly first: string;
  readonly biasVolts?: number;
  readonly groups: Readonly<Record<string, Hdf5Node>>;
  readonly notes: Readonly<Record<string, string>>;
}

const text = (value: string): Hdf5Node => ({ attributes: {}, text: value });

function root({ definition, technique, title, first, biasVolts, groups, notes }: Entry): Hdf5Node {
  const instrument: Record<string, Hdf5Node> =
    biasVolts === undefined
      ? {}
      : {
          bias_voltage: {
            attributes: { units: "V" },
            numbers: Float64Array.of(biasVolts),
            shape: [1],
          },
        };
  return {
    attributes: { NX_class: "NXroot", default: "entry" },
    children: {
      entry: {
        attributes: { NX_class: "NXentry", default: first },
        children: {
          definition: text(definition),
          experiment_technique: text(technique),
          title: text(title),
          instrument: { attributes: { NX_class: "NXinstrument" }, children: instrument },
          ...groups,
          fewscope: {
            attributes: { NX_class: "NXcollection" },
            children: Object.fromEntries(
              Object.entries(notes).map(([name, value]) => [name, text(value)]),
            ),
          },
        },
      },
    },
  };
}

/** Middles of the cells along an axis, rows from the top down, which is from the largest y on. */
function axis(of: Scan | CurveGrid, which: 0 | 1): Hdf5Node {
  const count = which === 0 ? of.width : of.height;
  const size = of.sizeMetres[which];
  const middle = scanOffset(of)?.[which] ?? size / 2;
  const numbers = Float64Array.from({ length: count }, (_, i) => {
    const along = ((i + 0.5) / count - 0.5) * size;
    return which === 0 ? middle + along : middle - along;
  });
  return { attributes: { units: "m" }, numbers, shape: [count] };
}

function dataGroup(
  title: string,
  unit: string,
  shape: readonly number[],
  axes: readonly string[],
  numbers: Float64Array,
  children: Readonly<Record<string, Hdf5Node>>,
): Hdf5Node {
  return {
    attributes: { NX_class: "NXdata", signal: "data", axes },
    children: {
      title: text(title),
      data: { attributes: { units: unit, long_name: title }, numbers, shape },
      ...children,
    },
  };
}

const titleOf = ({ name, direction }: Pick<Channel, "name" | "direction">): string =>
  `${name} (${direction})`;

/** Names that NeXus allows, no two alike. */
function groupNames(channels: readonly Pick<Channel, "name" | "direction">[]): string[] {
  const used = new Set<string>();
  return channels.map(({ name, direction }) => {
    const plain = `${name}_${direction}`.replace(/[^A-Za-z0-9_]+/g, "_").replace(/^(\d)/, "_$1");
    let own = plain;
    for (let n = 2; used.has(own.toLowerCase()); n++) own = `${plain}_${n}`;
    used.add(own.toLowerCase());
    return own;
  });
}

function texts(metadata: Readonly<Record<string, string>>): string {
  return JSON.stringify(withoutEntry(metadata, passedOverKey));
}
