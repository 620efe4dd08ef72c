import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { decode } from "fast-png";
import { readNpy, readScan } from "../../src/formats";
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
    assert.match(err, /1 of 3 files could not be used:\n.*cut\.sxm/);
    const found = JSON.parse(out) as {
      file: string;
      scans: { sizeNm: number[]; channels: Record<string, unknown>[] }[];
    }[];
    const names = found.map(({ file }) => path.relative("session", file));
    assert.deepEqual(names, [path.join("day 2", "two.gsf"), "one.sxm"]);
    const [scan] = found[1].scans;
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
    assert.match(err, /1 of 3 files could not be used/);
    assert.match(out, /2 files written/);
    const { channels } = await readScan(inFolder("flat", "day 2", "two.gsf"));
    // The plane of the test values, 100 * row + column, leaves nothing but its mean.
    const mean = rawPlane().reduce((a, b) => a + b, 0) / rawPlane().length;
    const { data } = channels[0];
    for (const value of data) assert.ok(Math.abs(value - data[testWidth]) < 1e-6 * mean);
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
