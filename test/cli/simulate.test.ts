import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { readNpy, readScan } from "../../src/formats";
import { defectClasses, scan } from "../../src/simulate";

const main = path.join(__dirname, "..", "..", "src", "cli", "main.ts");
const typescript = pathToFileURL(
  path.join(path.dirname(require.resolve("tsx/package.json")), "dist", "loader.mjs"),
).href;

describe("cli/simulate", function () {
  this.timeout(60_000);
  let folder = "";
  before(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-simulate-"))));
  after(() => fs.rmSync(folder, { recursive: true }));

  function fewscope(...words: string[]): { status: number | null; out: string; err: string } {
    const run = spawnSync(process.execPath, ["--import", typescript, main, "simulate", ...words], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    return { status: run.status, out: run.stdout, err: run.stderr };
  }

  it("writes a scan, its truth, its mask and a picture, the same for the same seed", async () => {
    const words = ["--surface", "TiO2(110)", "--pixels", "96", "--seed", "4", "--density", "0.08"];
    const made = fewscope(...words, "--out", "a.gwy", "--truth", "a.csv", "--mask", "a.npy", "--picture", "a.png"); // prettier-ignore
    assert.equal(made.status, 0, made.err);
    assert.match(made.out, /11\.5 nm of TiO2\(110\) with \d+ defects: a\.gwy/);
    const scan = await readScan(path.join(folder, "a.gwy"));
    assert.deepEqual([scan.width, scan.height], [96, 96]);
    assert.ok(scan.channels.some(({ direction }) => direction === "backward"));
    const [header, ...rows] = fs
      .readFileSync(path.join(folder, "a.csv"), "utf8")
      .trim()
      .split("\n");
    assert.equal(header, "class,x_nm,y_nm,overlaps,picked_up");
    assert.ok(rows.length > 3);
    for (const row of rows) assert.ok(defectClasses("TiO2(110)").includes(row.split(",")[0]));
    const mask = readNpy(fs.readFileSync(path.join(folder, "a.npy")));
    assert.deepEqual(mask.shape, [96, 96]);
    const { seed } = JSON.parse(fs.readFileSync(path.join(folder, "a.json"), "utf8")) as { seed: number }; // prettier-ignore
    assert.equal(seed, 4);
    assert.ok(fs.statSync(path.join(folder, "a.png")).size > 1000);
    assert.equal(fewscope(...words, "--out", "b.gwy").status, 0);
    assert.deepEqual(
      fs.readFileSync(path.join(folder, "b.gwy")),
      fs.readFileSync(path.join(folder, "a.gwy")),
    );
  });

  it("gives the scan that a cell gives for the same seed", async () => {
    const words = ["--surface", "Ge(001)", "--pixels", "64", "--variety", "measured", "--instrument", "usual", "--density", "0.05"]; // prettier-ignore
    assert.equal(fewscope(...words, "--out", "cell.gwy").status, 0);
    const { observed } = scan({ surface: "Ge(001)", pixels: 64, variety: "measured", instrument: "usual", density: 0.05 }); // prettier-ignore
    const read = await readScan(path.join(folder, "cell.gwy"));
    assert.deepEqual(read.channels[0].data, observed.channels[0].data);
  });

  it("says what is wrong in one sentence", () => {
    for (const [words, sentence] of [
      [["--surface", "Au(111)"], /surface "Au\(111\)".*Ge\(001\)/],
      [["--surface", "Ge(001)", "--bias", "empty"], /bias "empty" for Ge\(001\)/],
      [["--pixels", "many"], /pixels NaN/],
      [["--instrument", "mine"], /instrument "mine".*usual/],
    ] as const) {
      const { status, err } = fewscope(...words, "--out", "c.gwy");
      assert.equal(status, 1);
      assert.match(err, sentence);
      assert.doesNotMatch(err, /\n\s+at /);
    }
    assert.match(fewscope("--out", "c.txt").err, /--out c\.txt.*\.gwy or \.gsf/);
    assert.ok(!fs.existsSync(path.join(folder, "c.gwy")));
  });
});
