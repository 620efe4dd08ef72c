import assert from "node:assert/strict";
import {
  gridCurves,
  gridMap,
  readGrid,
  writeCurvesCsv,
  writeGwyGrid,
  writeNexusGrid,
  type CurveGrid,
} from "../../src/formats";
import { bytesOf } from "../fixtures/formatFiles";
import { scanFiles } from "../fixtures/scanFiles";
import { refuses } from "./helpers";

/** Files keep single precision. */
const tolerance = 1e-6;

function near(got: ArrayLike<number>, wanted: readonly (number | null)[]): void {
  assert.equal(got.length, wanted.length);
  wanted.forEach((value, i) => {
    if (value === null) assert.ok(Number.isNaN(got[i]), `${i}: ${got[i]}`);
    else {
      const most = tolerance * Math.max(Math.abs(value), 1e-15);
      assert.ok(Math.abs(got[i] - value) <= most, `${i}: ${got[i]}, not ${value}`);
    }
  });
}

/** Rows of `size` values, the last first. */
function flipped<T>(values: readonly T[], size: number): T[] {
  const rows = values.length / size;
  return Array.from({ length: rows }, (_, row) =>
    values.slice((rows - 1 - row) * size, (rows - row) * size),
  ).flat();
}

const nanonisGrid = (name: string): Promise<CurveGrid> =>
  readGrid(bytesOf(scanFiles.grids[name].file), { name: "a.3ds" });

describe("grids of Nanonis", () => {
  for (const name of ["whole", "one channel", "unfinished"]) {
    it(`(${name}) have the values that nanonispy reads, with the top row first`, async () => {
      const grid = await nanonisGrid(name);
      const { sweep, channels } = scanFiles.grids[name];
      near(grid.sweep.values, sweep);
      assert.deepEqual([grid.sweep.name, grid.sweep.unit], ["Bias", "V"]);
      assert.equal(grid.channels.length, Object.keys(channels).length);
      Object.values(channels).forEach((values, k) =>
        near(grid.channels[k].data, flipped(values, 3 * 4)),
      );
    });
  }

  it("know units, directions, the frame, and what each place has one of", async () => {
    const grid = await nanonisGrid("whole");
    assert.deepEqual(
      grid.channels.map(({ name, unit, direction }) => [name, unit, direction]),
      [
        ["Current", "A", "forward"],
        ["LI Demod 1 X", "A", "forward"],
        ["Current", "A", "backward"],
      ],
    );
    assert.deepEqual(
      grid.sizeMetres.map((size) => size.toPrecision(6)),
      ["3.00000e-9", "2.00000e-9"],
    );
    const z = grid.maps.find(({ name }) => name === "Z");
    near(z?.data ?? [], [10e-12, 11e-12, 12e-12, 0, 1e-12, 2e-12]);
    assert.equal(grid.metadata["Comment"], "77 K");
    assert.equal(grid.metadata["fewscope.offset_m"], "1e-9 -2e-9");
  });

  it("give the curves of a place with where it lies", async () => {
    const grid = await nanonisGrid("whole");
    const curves = gridCurves(grid, { column: 2, row: 0 });
    near(curves.positionMetres, [2.5e-9, -1.5e-9, 12e-12]);
    near(curves.columns[1].data, [120e-12, 121e-12, 122e-12, 123e-12]);
    const bare = gridCurves({ ...grid, maps: [] }, { column: 0, row: 1 });
    near(bare.positionMetres, [0, -2.5e-9, null]);
    await refuses(() => gridCurves(grid, { column: 3, row: 0 }), /column 3/);
    assert.match(writeCurvesCsv(curves), /^# a\.3ds: column 2, row 0\n# x 2\.4999.*e-9 m\n/);
  });

  it("give a map at the point nearest to a bias", async () => {
    const map = gridMap(await nanonisGrid("whole"), 0.3);
    near(map.channels[0].data, [102e-12, 112e-12, 122e-12, 2e-12, 12e-12, 22e-12]);
    assert.ok(Math.abs((map.biasVolts ?? 0) - 1 / 3) < 1e-6);
    assert.equal(map.completedRows, 2);
    assert.equal(map.channels.at(-1)?.name, "Final Z");
    const unfinished = gridMap(await nanonisGrid("unfinished"), 0);
    assert.equal(unfinished.completedRows, 1);
    assert.ok(Number.isNaN(unfinished.channels[0].data[1]));
    await refuses(async () => gridMap(await nanonisGrid("whole"), 3), /from -1 to 1 V/);
  });

  it("swept in parts have steps of their own for each", async () => {
    const text = Buffer.from(scanFiles.grids["one channel"].file, "base64").toString("latin1");
    const parts =
      'Bias Spectroscopy>MultiLine Settings="Segment Start (V), Segment End (V), Settling (s), Integration (s), Steps (xn), Lockin, Init. Settling (s);-1,0,1E-3,1E-3,2,0,0;0,2,1E-3,1E-3,2,0,0"\r\n';
    const at = text.indexOf(":HEADER_END:");
    const grid = await readGrid(Buffer.from(text.slice(0, at) + parts + text.slice(at), "latin1"));
    assert.deepEqual(Array.from(grid.sweep.values), [-1, 0, 0, 2]);
  });
});

describe("volumes of MATRIX sessions", () => {
  for (const name of ["volume", "volume one way", "volume unfinished"]) {
    it(`(${name}) have the values that access2theMatrix reads, with the top row first`, async () => {
      const { file, parameters, name: data, traces = {} } = scanFiles.matrix[name];
      const companions = [{ name: "session_0001.mtrx", bytes: bytesOf(parameters) }];
      const grid = await readGrid(bytesOf(file), { name: data, companions });
      assert.deepEqual([grid.width, grid.height], [3, 2]);
      near(grid.sweep.values, [-1, -0.5, 0, 0.5, 1]);
      assert.equal(grid.channels.length, 2 * Object.keys(traces).length);
      for (const [trace, both] of Object.entries(traces)) {
        for (const [way, values] of Object.entries(both)) {
          const direction = way === "trace" ? "forward" : "backward";
          const found = grid.channels.find(
            (channel) =>
              channel.direction === direction &&
              (channel.name === `I(V) ${trace}` || grid.channels.length === 2),
          );
          near(found?.data ?? [], flipped(values, 3 * 5));
        }
      }
      assert.equal(grid.metadata["fewscope.offset_m"], "1e-9 -2e-9");
    });
  }
});

describe("volumes of MATRIX sessions whose parameters belong to another file", () => {
  it("are refused before they take the memory that those ask for", async () => {
    const { file, parameters, name } = scanFiles.matrix["volume"];
    const bytes = Buffer.from(bytesOf(parameters));
    const at = bytes.indexOf(Buffer.from("Device_1_Points", "utf16le"));
    bytes.writeInt32LE(131_077, bytes.indexOf("GNOL", at) + 4);
    const companions = [{ name: "session_0001.mtrx", bytes: new Uint8Array(bytes) }];
    await refuses(() => readGrid(bytesOf(file), { name, companions }), /was to hold \d+ points where its grid has/); // prettier-ignore
  });
});

describe("curves in NeXus and Gwyddion files", () => {
  it("are read as h5py wrote them, whatever the order of the rows", async () => {
    const grid = await readGrid(bytesOf(scanFiles.nexus["sts"]), { name: "a.nxs" });
    assert.deepEqual([grid.width, grid.height], [3, 2]);
    near(grid.sweep.values, [-1, -1 / 3, 1 / 3, 1]);
    const values = flipped(
      Array.from({ length: 24 }, (_, i) => i * 1e-12),
      12,
    );
    const forward = grid.channels.find(({ direction }) => direction === "forward");
    near(forward?.data ?? [], values);
    assert.equal(forward?.unit, "A");
    await refuses(() => readGrid(bytesOf(scanFiles.nexus["stm"])), /no curves.*readScan/);
  });

  it("keep a whole grid when they are written and read", async () => {
    for (const name of ["whole", "unfinished"]) {
      const grid = await nanonisGrid(name);
      for (const file of [await writeNexusGrid(grid), writeGwyGrid(grid)]) {
        const again = await readGrid(file);
        near(again.sweep.values, Array.from(grid.sweep.values));
        const sorted = ({ channels }: CurveGrid): CurveGrid["channels"] =>
          [...channels].sort((a, b) =>
            `${a.name} ${a.direction}` < `${b.name} ${b.direction}` ? -1 : 1,
          );
        sorted(grid).forEach((channel, i) => {
          const got = sorted(again)[i];
          assert.deepEqual(
            [got.name, got.unit, got.direction],
            [channel.name, channel.unit, channel.direction],
          );
          near(
            got.data,
            Array.from(channel.data, (value) => (Number.isNaN(value) ? null : value)),
          );
        });
        assert.equal(again.metadata["Comment"], "77 K");
        assert.equal(again.metadata["fewscope.offset_m"], "1e-9 -2e-9");
      }
    }
  });
});
