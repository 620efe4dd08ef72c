import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { createRng, imageSet, type ImageSet } from "../../src/core";
import { writeNpz } from "../../src/formats";
import { runPlan } from "../../src/study";
import { auditSplit } from "../../src/study/audit/auditSplit";
import { transform } from "../../src/study/audit/bestMatches";
import { stripesPlan } from "./stripesStudy";

const edge = 16;
const rng = createRng(5);

/** Soft hills on a field larger than an image, from which images are cut. */
function field(): (y: number, x: number) => number {
  const hills = Array.from({ length: 30 }, () => ({
    y: 40 * rng.uniform(),
    x: 40 * rng.uniform(),
    width: 1.5 + 2 * rng.uniform(),
    height: rng.normal(),
  }));
  return (y, x) =>
    hills.reduce(
      (sum, h) =>
        sum + h.height * Math.exp(-((y - h.y) ** 2 + (x - h.x) ** 2) / (2 * h.width * h.width)),
      0,
    );
}

function cut(from: (y: number, x: number) => number, top: number, left: number): Float32Array {
  return Float32Array.from({ length: edge * edge }, (_, p) =>
    from(top + Math.floor(p / edge), left + (p % edge)),
  );
}

const learnt = Array.from({ length: 60 }, field);
const learntImages = learnt.map((one) => cut(one, 10, 10));

/** The learnt images and these for the test, each a group of its own, or of these groups. */
function setWith(
  tested: readonly Float32Array[],
  from: readonly Float32Array[] = learntImages,
  groups?: readonly string[],
): {
  set: ImageSet;
  split: Parameters<typeof auditSplit>[1];
} {
  const all = [...from, ...tested];
  const pixels = new Float32Array(all.length * edge * edge);
  all.forEach((image, i) => pixels.set(image, i * edge * edge));
  const set = imageSet({
    name: "hills",
    pixels,
    shape: [edge, edge, 1],
    labels: Int32Array.from(all, (_, i) => i % 2),
    classNames: ["a", "b"],
    unit: "pm",
    ...(groups === undefined ? {} : { groups }),
  });
  const range = (from: number, to: number): Int32Array =>
    Int32Array.from({ length: to - from }, (_, i) => from + i);
  const pool = range(0, from.length);
  return { set, split: { pretrain: pool, pool, test: range(from.length, all.length) } };
}

describe("leak audit", function () {
  this.timeout(120_000);
  const fresh = Array.from({ length: 8 }, () => cut(field(), 10, 10));

  it("finds no fault with images of places of their own", async () => {
    const { set, split } = setWith(fresh);
    const { looked, copies, alike } = await auditSplit(set, split);
    assert.deepEqual([looked, copies, alike], [8, [], []]);
  });

  it("finds copies, turned and mirrored ones too", async () => {
    const turned = Array.from({ length: 8 }, (_, symmetry) =>
      Float32Array.from(transform(learntImages[symmetry], edge, symmetry)),
    );
    const { set, split } = setWith([...turned, ...fresh]);
    const { copies, alike } = await auditSplit(set, split);
    assert.deepEqual(
      copies.map(({ test, learnt: other }) => [test, other]),
      turned.map((_, i) => [set.ids[60 + i], set.ids[i]]),
    );
    assert.deepEqual(alike, []);
  });

  it("finds the same place shifted, turned, with noise, and with another level and contrast", async () => {
    const shifted = [0, 1, 2, 3].map((i) => cut(learnt[i], 10 + i, 13));
    const noisy = [4, 5].map((i) => learntImages[i].map((x) => x + 0.02 * rng.normal()));
    const dressed = [6, 7].map((i) => transform(cut(learnt[i], 7, 12), edge, i).map((x) => 3 - 2 * x)); // prettier-ignore
    const lit = [8, 9].map((i) => cut(learnt[i], 8, 8).map((x) => 3 + 2 * x));
    const { set, split } = setWith([...shifted, ...noisy, ...lit, ...fresh, ...dressed]);
    const { copies, alike } = await auditSplit(set, split);
    assert.deepEqual(copies, []);
    // Turned light into dark is another picture: those of the last two are not asked for.
    assert.deepEqual(
      alike.map(({ test, learnt: other }) => [test, other]),
      [0, 1, 2, 3, 4, 5, 8, 9].map((i, at) => [set.ids[60 + at], set.ids[i]]),
    );
  });

  it("takes no two round spots for one place, be they of one scan or of several", async () => {
    const spot = (): Float32Array => {
      const [wide, y0, x0] = [3 + rng.uniform(), 7 + rng.uniform(), 7 + rng.uniform()];
      return cut((y, x) => Math.exp(-((y - y0) ** 2 + (x - x0) ** 2) / (2 * wide * wide)) + 0.04 * rng.normal(), 0, 0); // prettier-ignore
    };
    const spots = (count: number): Float32Array[] => Array.from({ length: count }, spot);
    const [from, tested] = [spots(40), spots(20)];
    const scans = (of: (i: number) => string): string[] => Array.from({ length: 61 }, (_, i) => of(i)); // prettier-ignore
    for (const scan of [
      (i: number) => (i < 40 ? "a" : "b"),
      (i: number) => (i < 40 ? "a" : i % 2 === 0 ? "b" : "c"),
    ]) {
      // The last is a spot that was learnt from, with noise of its own.
      const again = from[3].map((x) => x + 0.01 * rng.normal());
      const { set, split } = setWith([...tested, again], from, scans(scan));
      const { alike } = await auditSplit(set, split);
      assert.deepEqual(
        alike.map(({ test, learnt: other }) => [test, other]),
        [[set.ids[60], set.ids[3]]],
      );
    }
  });

  it("refuses copies, or tells of them in the figure if the plan says so", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-audit-"));
    try {
      const { set } = setWith([]);
      const n = 60;
      const all = Int32Array.from({ length: n }, (_, i) => i);
      const data = set.pixels.read(all);
      // Every image stands there twice, so the test has copies wherever it is drawn.
      const size = edge * edge;
      for (let i = 0; i < n / 2; i++)
        data.set(transform(data.slice(i * size, (i + 1) * size), edge, 5), (n / 2 + i) * size);
      const arrays = {
        images: { shape: [n, edge, edge, 1], data },
        labels: { shape: [n], data: all.map((i) => i % 2) },
      };
      fs.writeFileSync(path.join(folder, "set.npz"), writeNpz(arrays));
      const plan = stripesPlan(folder, {
        data: {
          npz: path.join(folder, "set.npz"),
          images: "images",
          labels: "labels",
          classNames: ["a", "b"],
        },
        labelsPerClass: [2],
        methods: [{ name: "pixels", pretrain: { pixels: {} }, classify: { prototypes: {} } }],
      });
      const out = (name: string): string => path.join(folder, name);
      await assert.rejects(runPlan(plan, { out: out("a") }), /test images that are copies of images learnt from, perhaps turned or mirrored, such as/); // prettier-ignore
      await runPlan({ ...plan, audit: "flag" }, { out: out("b") });
      assert.match(fs.readFileSync(path.join(out("b"), "label-efficiency.json"), "utf8"), /Leak: \d+ of 14 test images are copies of images learnt from/); // prettier-ignore
      await runPlan({ ...plan, audit: "off" }, { out: out("c") });
      assert.doesNotMatch(fs.readFileSync(path.join(out("c"), "label-efficiency.json"), "utf8"), /Leak/); // prettier-ignore
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});
