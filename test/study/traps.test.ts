import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { writeNpz } from "../../src/formats";
import { runPlan, type Plan } from "../../src/study";
import { stripesPlan, writeStripes } from "./stripesStudy";

/*
 * What has fooled people who ran this experiment by hand: each is refused or told in the figure.
 */

const edge = 16;
let folder = "";
const out = (name: string): string => path.join(folder, name);
/** The notes of a figure. */
const caption = (name: string): string => {
  const { notes } = JSON.parse(fs.readFileSync(path.join(out(name), "study.json"), "utf8")) as { notes: string[] }; // prettier-ignore
  const figure = fs.readFileSync(path.join(out(name), "label-efficiency.json"), "utf8");
  return [...notes, ...(/[^"]*oracle, not a result[^"]*|[^"]*The second pool has[^"]*/.exec(figure) ?? [])].join("\n"); // prettier-ignore
};

/** Patches of one scan that overlap by three quarters, with no group that says so: bumps of two kinds on a rough ground. */
function writePatches(file: string): void {
  const size = 64;
  const ground = Float32Array.from({ length: size * size }, (_, at) => {
    const [y, x] = [Math.floor(at / size), at % size];
    return Math.sin(0.71 * x + Math.sin(0.13 * y)) * Math.cos(0.37 * y) + Math.sin(0.05 * x * y);
  });
  const corners = Array.from({ length: 10 * 10 }, (_, i) => [4 * Math.floor(i / 10), 4 * (i % 10)]);
  const pixels = corners.flatMap(
    ([top, left]) =>
    Array.from({ length: edge * edge }, (_, p) => ground[(top + Math.floor(p / edge)) * size + left + (p % edge)]), // prettier-ignore
  );
  const n = corners.length;
  const arrays = {
    images: { shape: [n, edge, edge, 1], data: Float32Array.from(pixels) },
    labels: { shape: [n], data: Int32Array.from({ length: n }, (_, i) => i % 2) },
  };
  fs.writeFileSync(file, writeNpz(arrays));
}

const pixels = [{ name: "pixels", pretrain: { pixels: {} }, classify: { logisticRegression: {} } }];

const plan = (changes: object = {}): Plan => stripesPlan(folder, { methods: pixels, ...changes });

describe("study: traps", function () {
  this.timeout(120_000);
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-traps-"));
    writeStripes(out("set.npz"));
    writePatches(out("patches.npz"));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  it("patches of one scan on both sides of the split: told in the figure", async () => {
    const data = { npz: out("patches.npz"), images: "images", labels: "labels", classNames: ["a", "b"] }; // prettier-ignore
    await runPlan(plan({ data, labelsPerClass: [2] }), { out: out("straddles") });
    assert.match(caption("straddles"), /Leak: \d+ of 24 test images show the same place as images learnt from/); // prettier-ignore
  });

  it("more validation images than labels: told in the figure", async () => {
    const tuning = { trials: 2, by: "pool", pool: 4 };
    await runPlan(plan({ tuning }), { out: out("pool") });
    assert.match(caption("pool"), /The second pool has 12 labels, more than the budgets 1, 3 have/);
  });

  it("settings picked on the test images: an oracle, and no result", async () => {
    await runPlan(plan({ tuning: { trials: 2, by: "oracle" } }), { out: out("oracle") });
    assert.match(caption("oracle"), /oracle, not a result/);
  });

  it("a data file that has changed since the last run: refused", async () => {
    await runPlan(plan(), { out: out("changed") });
    const kept = fs.readFileSync(out("set.npz"));
    const changed = Buffer.from(kept);
    // A pixel of the first image; the arrays are stored as they are.
    const at = changed.indexOf("images.npy") + 200;
    changed[at] ^= 0x40;
    fs.writeFileSync(out("set.npz"), changed);
    try {
      await assert.rejects(runPlan(plan(), { out: out("changed") }), /data have changed|checksum/);
    } finally {
      fs.writeFileSync(out("set.npz"), kept);
    }
  });

  it("two studies of different plans in one folder: refused", async () => {
    await runPlan(plan(), { out: out("one") });
    await assert.rejects(
      runPlan(plan({ name: "another" }), { out: out("one") }),
      /the study "stripes" was run, for "another"/,
    );
  });
});
