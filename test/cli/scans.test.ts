import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { decode } from "fast-png";
import { createRng } from "../../src/core";
import {
  readGrid,
  readImageSetNpz,
  readNpy,
  readScan,
  writeGsf,
  writeNpy,
} from "../../src/formats";
import { bytesOf } from "../fixtures/formatFiles";
import { scanFiles } from "../fixtures/scanFiles";
import { gsfFile, nanonisDatFile, rawPlane, sxmFile, testWidth } from "../formats/instrumentFiles";

const main = path.join(__dirname, "..", "..", "src", "cli", "main.ts");
const typescript = pathToFileURL(
  path.join(path.dirname(require.resolve("tsx/package.json")), "dist", "loader.mjs"),
).href;
let folder = "";
const inFolder = (...names: string[]): string => path.join(folder, ...names);

function fewscope(...words: string[]): { status: number | null; out: string; err: string } {
  const run = spawnSync(process.execPath, ["--import", typescript, main, ...words], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  return { status: run.status, out: run.stdout, err: run.stderr };
}

/** Runs what must go well, and gives what it printed. */
function works(...words: string[]): string {
  const { status, out, err } = fewscope(...words);
  assert.equal(status, 0, err);
  return out;
}

/** A user's mistake gives one sentence that names it, exit code 1, and no stack. */
function refuses(words: readonly string[], sentence: RegExp): void {
  const { status, err } = fewscope(...words);
  assert.equal(status, 1, err);
  assert.match(err, sentence);
  assert.doesNotMatch(err, /\n\s+at /);
}

/** What stands out of the surface of `bumpyScan`. */
const bumps = [
  { x: 4, y: 5, pm: 150 },
  { x: 9, y: 8, pm: -120 },
];

/** Two bumps on a tilted, slightly noisy plane of 12.8 x 12.8 nm. */
function bumpyScan(seed: number): Uint8Array {
  return writeGsf({
    name: "bumps",
    channels: [{ name: "Z", unit: "m", direction: "forward", data: bumpyData(seed) }],
    width: 64,
    height: 64,
    sizeMetres: [12.8e-9, 12.8e-9],
    completedRows: 64,
    scanDirection: "down",
    metadata: {},
    history: [],
  });
}

function bumpyData(seed: number): Float64Array {
  const rng = createRng(seed);
  return Float64Array.from({ length: 64 * 64 }, (_, i) => {
    const [x, y] = [((i % 64) + 0.5) * 0.2, (Math.floor(i / 64) + 0.5) * 0.2];
    const heights = bumps.map(
      (bump) => bump.pm * Math.exp(-2 * ((x - bump.x) ** 2 + (y - bump.y) ** 2)),
    );
    return (heights[0] + heights[1] + 3 * x - y + 2 * rng.normal()) * 1e-12;
  });
}

/** A Nanonis scan of 64 x 64 pixels whose channels are planes of these names and units. */
function nanonisScan(channels: readonly (readonly [string, string, Float64Array])[]): Uint8Array {
  const header = Buffer.from(
    [
      ":NANONIS_VERSION:\n2\n:SCAN_PIXELS:\n64 64\n:SCAN_RANGE:\n1.28E-8 1.28E-8",
      ":SCAN_OFFSET:\n1E-9 2E-9\n:SCAN_DIR:\ndown\n:DATA_INFO:",
      "\tChannel\tName\tUnit\tDirection\tCalibration\tOffset",
      ...channels.map(([name, unit], i) => `\t${i}\t${name}\t${unit}\tforward\t1\t0`),
      "\n:SCANIT_END:\n\n\n\x1a\x04",
    ].join("\n"),
    "latin1",
  );
  const data = Buffer.alloc(4 * 64 * 64 * channels.length);
  channels
    .flatMap(([, , plane]) => Array.from(plane))
    .forEach((value, i) => data.writeFloatBE(value, 4 * i));
  return new Uint8Array(Buffer.concat([header, data]));
}

describe("cli for scans", function () {
  this.timeout(600_000);
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-scans-"));
    fs.mkdirSync(inFolder("session", "day 2"), { recursive: true });
    fs.writeFileSync(inFolder("session", "one.sxm"), sxmFile());
    fs.writeFileSync(inFolder("session", "day 2", "two.gsf"), gsfFile());
    fs.writeFileSync(inFolder("session", "cut.sxm"), sxmFile().subarray(0, 300));
    fs.writeFileSync(inFolder("session", "notes.txt"), "no scan");
    fs.writeFileSync(inFolder("session", "curve.dat"), nanonisDatFile());
    fs.mkdirSync(inFolder("bumps"));
    fs.writeFileSync(inFolder("bumps", "a.gsf"), bumpyScan(1));
    fs.writeFileSync(inFolder("bumps", "b.gsf"), bumpyScan(2));
    fs.writeFileSync(inFolder("bumps", "cut.gsf"), bumpyScan(3).subarray(0, 200));
    fs.writeFileSync(inFolder("unfinished.sxm"), sxmFile({ missingRows: 1 }));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  it("look tells format, size, channels and their values, and draws a picture", () => {
    const out = works("look", "unfinished.sxm", "--out", "pictures");
    assert.match(out, /unfinished\.sxm: Nanonis SXM\n {2}5 x 4 pixels, 4 x 2 nm, 3 rows measured/);
    // raw values are pm; the last row, 300 to 304, is missing
    assert.match(out, /Z +forward +m +0\.00000 +2\.04000e-10 +1\.02000e-10 +5\n/);
    const picture = decode(fs.readFileSync(inFolder("pictures", "unfinished.look.png")));
    assert.equal(picture.width, 1200);
  });

  it("look --json of a folder gives all scans below it, and tells which files are damaged", () => {
    const { status, out, err } = fewscope("look", "session", "--json");
    assert.equal(status, 1);
    assert.match(err, /1 of 4 files could not be used:\n.*cut\.sxm/);
    const found = JSON.parse(out) as {
      file: string;
      scans: { sizeNm: number[]; channels: Record<string, unknown>[] }[];
    }[];
    const names = found.map(({ file }) => path.relative("session", file));
    assert.deepEqual(names, ["curve.dat", path.join("day 2", "two.gsf"), "one.sxm"]);
    const [scan] = found[2].scans;
    assert.deepEqual(scan.sizeNm, [4, 2]);
    const { mean, ...rest } = scan.channels[1];
    const float = new Float32Array([1000e-12, 1304e-12]);
    const expected = { name: "Z", unit: "m", direction: "backward", nan: 0 };
    assert.deepEqual(rest, { ...expected, min: float[0], max: float[1] });
    assert.ok(Math.abs((mean as number) - 1152e-12) < 1e-18);
  });

  it("look tells the columns of curves", () => {
    const out = works("look", path.join("session", "curve.dat"));
    assert.match(out, /curves of 3 points/);
    assert.match(out, /Current +backward +A/);
  });

  it("convert keeps all channels in a Gwyddion file, and writes chosen ones alone", async () => {
    works("convert", "unfinished.sxm", "--to", "gwy", "--out", "new");
    const before = await readScan(inFolder("unfinished.sxm"));
    const after = await readScan(inFolder("new", "unfinished.gwy"));
    assert.deepEqual(after.channels, before.channels);
    works("convert", "unfinished.sxm", "--to", "npy", "--channel", "Z backward", "2", "--out", "n");
    const { shape, data } = readNpy(fs.readFileSync(inFolder("n", "unfinished-Z-backward.npy")));
    assert.deepEqual([shape, data], [[4, 5], before.channels[1].data]);
    assert.ok(fs.existsSync(inFolder("n", "unfinished-LI_X-forward.npy")));
  });

  it("convert levels and aligns a folder's scans into a folder of the same shape", async () => {
    const words = ["--to", "gsf", "--level", "plane", "--align", "median-of-differences"];
    const { status, out, err } = fewscope("convert", "session", ...words, "--out", "flat");
    assert.equal(status, 1);
    assert.match(err, /1 of 4 files could not be used/);
    assert.match(err, /curve\.dat: passed over, curves cannot become gsf/);
    assert.match(out, /2 files written/);
    const { channels } = await readScan(inFolder("flat", "day 2", "two.gsf"));
    // The plane of the test values, 100 * row + column, leaves nothing but its mean.
    const mean = rawPlane().reduce((a, b) => a + b, 0) / rawPlane().length;
    const { data } = channels[0];
    for (const value of data) assert.ok(Math.abs(value - data[testWidth]) < 1e-6 * mean);
  });

  it("detect writes a table in nm and pm, a mask and a picture", () => {
    const words = ["--out", "found.csv", "--mask", "mask.npy", "--picture", "found.png"];
    assert.match(works("detect", path.join("bumps", "a.gsf"), ...words), /^2 features on 1 scan/);
    const [head, ...rows] = fs.readFileSync(inFolder("found.csv"), "utf8").trim().split("\n");
    const columns = head.split(",");
    const table = rows.map((row) =>
      Object.fromEntries(row.split(",").map((cell, i) => [columns[i], cell])),
    );
    table.sort((a, b) => Number(a["x_nm"]) - Number(b["x_nm"]));
    bumps.forEach(({ x, y, pm }, i) => {
      assert.ok(Math.abs(Number(table[i]["x_nm"]) - x) < 0.1, table[i]["x_nm"]);
      assert.ok(Math.abs(Number(table[i]["y_nm"]) - y) < 0.1, table[i]["y_nm"]);
      const height = Number(table[i]["height_pm"]);
      assert.ok(Math.abs(height - pm) < 0.3 * Math.abs(pm), `${height} pm`);
      assert.equal(table[i]["polarity"], pm > 0 ? "bright" : "dark");
    });
    const { shape, data } = readNpy(fs.readFileSync(inFolder("mask.npy")));
    assert.deepEqual(shape, [64, 64]);
    const number = Number(table[0]["feature"]);
    const at = Math.round(bumps[0].y / 0.2) * 64 + Math.round(bumps[0].x / 0.2);
    assert.equal(data[at], number);
    assert.equal(decode(fs.readFileSync(inFolder("found.png"))).width, 1200);
  });

  it("patches cuts the scans of a folder into one set, and passes over what is damaged", () => {
    const words = ["--size-nm", "2", "--pixels", "10"];
    const { status, out, err } = fewscope("patches", "bumps", "--out", "set.npz", ...words);
    assert.equal(status, 1);
    assert.match(err, /1 of 3 files could not be used:\n.*cut\.gsf/);
    assert.match(out, /^4 images of 10 x 10 x 1 from 2 scans/);
    const set = readImageSetNpz(inFolder("set.npz"));
    assert.deepEqual(new Set(set.groups), new Set(["a", "b"]));
    assert.deepEqual([set.unit, set.nmPerPixel], ["pm", 0.2]);
    const grid = works(
      "patches",
      path.join("bumps", "b.gsf"),
      "--out",
      "g.npz",
      "--at",
      "grid",
      ...words,
    );
    assert.match(grid, /^36 images/);
    refuses(["patches", "unfinished.sxm", "--out", "n.npz", "--size-nm", "9"], /no window of 9 nm/);
  });

  it("keeps files of one name in two folders apart, and their groups", () => {
    for (const day of ["day1", "day2"]) {
      fs.mkdirSync(inFolder("days", day), { recursive: true });
      fs.writeFileSync(inFolder("days", day, "a.gsf"), bumpyScan(day === "day1" ? 1 : 2));
    }
    const days = [path.join("days", "day1"), path.join("days", "day2")];
    assert.match(works("convert", ...days, "--to", "npy", "--out", "apart"), /2 files written/);
    const [one, two] = ["day1", "day2"].map((day) =>
      fs.readFileSync(inFolder("apart", day, "a.npy")),
    );
    assert.notDeepEqual(one, two);
    works("patches", ...days, "--out", "days.npz", "--size-nm", "2", "--pixels", "10");
    const { groups } = readImageSetNpz(inFolder("days.npz"));
    assert.deepEqual([...new Set(groups)], ["day1/a", "day2/a"]);
  });

  it("takes heights before currents, in a file and among files, and tells what it passes over", () => {
    const noise = bumpyData(3).map(() => 1e-12);
    fs.mkdirSync(inFolder("heights"));
    const current = ["Current", "A", noise] as const;
    fs.writeFileSync(inFolder("heights", "a.sxm"), nanonisScan([current]));
    fs.writeFileSync(
      inFolder("heights", "b.sxm"),
      nanonisScan([current, ["Z", "m", bumpyData(1)]]),
    );
    const { out, err } = fewscope("detect", "heights", "--out", "heights.csv");
    assert.match(out, /^2 features on 1 scan/);
    assert.match(err, /a\.sxm: passed over, no heights in "a\.sxm"/);
    assert.match(fs.readFileSync(inFolder("heights.csv"), "utf8"), /height_pm/);
    const alone = works("detect", path.join("heights", "a.sxm"), "--out", "current.csv");
    assert.match(alone, /on 1 scan/);
    assert.match(fs.readFileSync(inFolder("current.csv"), "utf8"), /value_A/);
  });

  it("takes channels by number where two have one name", () => {
    const flat = bumpyData(3).map(() => 1e-12);
    const file = nanonisScan([
      ["Z", "m", flat],
      ["Z", "m", bumpyData(1)],
    ]);
    fs.writeFileSync(inFolder("twice.sxm"), file);
    for (const [channel, count] of [
      ["0", /^0 features/],
      ["1", /^2 features/],
    ] as const)
      assert.match(works("detect", "twice.sxm", "--channel", channel, "--out", "t.csv"), count);
    works("convert", "twice.sxm", "--to", "npy", "--channel", "0", "1", "--out", "twice");
    const names = fs.readdirSync(inFolder("twice")).sort();
    assert.deepEqual(names, ["twice-Z-forward (2).npy", "twice-Z-forward.npy"]);
    const { data } = readNpy(fs.readFileSync(inFolder("twice", names[0])));
    assert.ok(new Set(data as Float64Array).size > 1);
    const npz = ["--out", "t.npz", "--size-nm", "2", "--pixels", "10"];
    assert.match(works("patches", "twice.sxm", "--channel", "1", ...npz), /^2 images/);
  });

  it("looks at curves on a grid and at single curves, and converts both", async () => {
    fs.writeFileSync(inFolder("grid.3ds"), bytesOf(scanFiles.grids["whole"].file));
    fs.writeFileSync(inFolder("point.VERT"), bytesOf(scanFiles.verts["3.0"].file));
    const out = works("look", "grid.3ds", "point.VERT", "--out", "pictures");
    assert.match(out, /curves on a grid of 3 x 2 places, 3 x 2 nm, Bias -1 to 1 V in 4 points/);
    assert.match(out, /curves of 6 points in 2 parts, at 1\.83105, -3\.66211, - nm/);
    assert.ok(fs.existsSync(inFolder("pictures", "grid.look.png")));
    works("convert", "grid.3ds", "--to", "gwy", "--out", "grids");
    assert.equal((await readGrid(inFolder("grids", "grid.gwy"))).channels.length, 3);
    works("convert", "grid.3ds", "--to", "nxs", "--at", "1", "--out", "grids");
    const map = await readScan(inFolder("grids", "grid.nxs"));
    assert.equal(map.biasVolts, 1);
    works("convert", "grid.3ds", "--to", "npy", "--channel", "1", "--out", "grids");
    assert.deepEqual(readNpy(fs.readFileSync(inFolder("grids", "grid.npy"))).shape, [2, 3, 4]);
    works("convert", "point.VERT", "--to", "csv", "--out", "grids");
    const table = fs.readFileSync(inFolder("grids", "point.csv"), "utf8");
    assert.match(table, /\nBias \(V\),Z \(m\),Current \(A\),ADC1 \(V\)\n-1,0,/);
    refuses(["convert", "grid.3ds", "--to", "png"], /--at/);
    refuses(["convert", "grid.3ds", "--to", "gsf", "--at", "7"], /from -1 to 1 V/);
    refuses(["convert", "point.VERT", "--to", "gwy"], /csv or npy/);
  });

  it("converts nothing over a file that is there, unless it is told to", () => {
    fs.writeFileSync(inFolder("there.gsf"), bumpyScan(1));
    fs.writeFileSync(inFolder("there.npy"), writeNpy({ shape: [1], data: Float64Array.of(7) }));
    refuses(
      ["convert", "there.gsf", "--to", "npy"],
      /"there\.npy", which is there already.*--overwrite/,
    );
    assert.deepEqual(readNpy(fs.readFileSync(inFolder("there.npy"))).shape, [1]);
    works("convert", "there.gsf", "--to", "npy", "--overwrite");
    assert.deepEqual(readNpy(fs.readFileSync(inFolder("there.npy"))).shape, [64, 64]);
    // Again is no harm.
    works("convert", "there.gsf", "--to", "npy");
  });

  it("says what is wrong with files and options, before it reads anything", () => {
    refuses(["look", "nothing.sxm"], /"nothing\.sxm".*no such file/);
    refuses(["look", path.join("session", "notes.txt")], /of no known kind/);
    refuses(["look", path.join("session", "cut.sxm")], /cut\.sxm/);
    refuses(["convert", "session", "--to", "gif"], /gwy, gsf, npy, png/);
    refuses(["convert", "session", "--to", "gwy", "--level", "plain"], /Did you mean "plane"/);
    refuses(["convert", "unfinished.sxm", "--to", "gsf", "--channel", "Y"], /"Z backward"/);
    works("convert", "unfinished.sxm", "--to", "gwy");
    refuses(["convert", "unfinished.gwy", "--to", "gwy"], /would overwrite/);
    fs.mkdirSync(inFolder("empty"));
    refuses(["look", "empty"], /without any scan/);
  });
});
