import assert from "node:assert/strict";
import { createRng, InputError, withLabels, type ImageSet } from "../../src/core";
import * as explain from "../../src/explain";
import { embedImages } from "../../src/nets";
import { none, supervised } from "../../src/pretrain";

function close(got: number, expected: number, tolerance = 1e-4): void {
  assert.ok(Math.abs(got - expected) < tolerance, `${got} for ${expected}`);
}

const map = [0, 0.1, 0.2, 0, 0.1, 0.9, 0.6, -0.2, 0, 0.5, 0.3, 0.1, -0.3, 0, 0.1, 0];
const middle = Uint8Array.from([0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0]);

describe("explain/localisation", () => {
  it("gives the known numbers of a small map", () => {
    const found = explain.localisation(map, middle, { width: 4 });
    close(found.energy, 0.793103);
    close(found.enrichment, 3.17241);
    assert.deepEqual([found.rank, found.auc, found.overlap, found.pointing], [1, 1, 0.75, true]);
  });

  it("knows chance: an even map has enrichment 1 and AUC a half", () => {
    const even = explain.localisation(new Float64Array(16).fill(1), middle, { width: 4 });
    assert.deepEqual([even.enrichment, even.auc], [1, 0.5]);
  });

  it("takes no empty mask for a hit", () => {
    assert.throws(() => explain.localisation(map, new Uint8Array(16), { width: 4 }), InputError);
  });

  it("ranks with ties", () => {
    // scipy.stats.spearmanr([1, 2, 2, 4], [1, 3, 2, 4])
    close(explain.spearman([1, 2, 2, 4], [1, 3, 2, 4]), 0.9486833);
    assert.ok(Number.isNaN(explain.spearman([1, 1, 1], [1, 2, 3])));
  });
});

describe("explain/noisyLinearFill", () => {
  const x = Array.from({ length: 16 }, (_, i) => Math.sin(1 + 2 * Math.floor(i / 4) + 3 * (i % 4)));
  const holes = (...places: readonly (readonly [number, number])[]): Uint8Array => {
    const hole = new Uint8Array(16);
    for (const [row, column] of places) hole[row * 4 + column] = 1;
    return hole;
  };
  it("solves for all holes together, as ROAD's authors have it", () => {
    const found = explain.noisyLinearFill(x, holes([1, 1], [1, 2], [0, 3]), 4);
    close(found[5], 0.0175124, 1e-6);
    close(found[6], -0.0383729, 1e-6);
    close(found[3], 0.0404909, 1e-6);
    close(explain.noisyLinearFill(x, holes([2, 2]), 4)[10], 0.3313825, 1e-6);
  });
});

describe("explain/probe", () => {
  it("reads what is there, and not what only a memory could know", () => {
    const rng = createRng(4);
    const n = 120;
    const values = Int32Array.from({ length: n }, (_, i) => i % 2);
    const features = Float32Array.from({ length: 4 * n }, (_, at) => rng.normal() + (at % 4 === 0 ? 3 * values[at >> 2] : 0)); // prettier-ignore
    const groups = Array.from({ length: n }, (_, i) => `scan ${Math.floor(i / 10)}`);
    const task = { features, dim: 4, values, groups, kinds: groups.map((g, i) => `${g} ${i}`) };
    const found = explain.probe(task);
    assert.ok(found.score > 0.85 && found.selectivity > 0.25, JSON.stringify(found));
    // Without the direction that holds it, it is gone.
    const gone = explain.probe({ ...task, features: explain.projectOut(features, [1, 0, 0, 0]) });
    assert.ok(gone.score < 0.65, JSON.stringify(gone));
    assert.throws(() => explain.probe({ ...task, values: new Int32Array(n) }), InputError);
  });
});

describe("explain/scanProbe", () => {
  const rng = createRng(6);
  const groups = Array.from({ length: 60 }, (_, i) => `scan ${Math.floor(i / 10)}`);
  const features = (cue: number): Float32Array => Float32Array.from({ length: 4 * 60 }, (_, at) => rng.normal() + (at % 4 === 0 ? cue * Math.floor(at / 40) : 0)); // prettier-ignore

  it("reads the scan where embeddings have it, and is near chance where not", () => {
    const [known, unknown] = [20, 0].map((cue) => explain.scanProbe({ features: features(cue), dim: 4, groups }, { rng, lambda: 0.1 })); // prettier-ignore
    assert.deepEqual([known.scans, known.images, known.chance], [6, 60, 1 / 6]);
    assert.ok(known.score > 0.8 && unknown.score < 0.35, `${known.score} ${unknown.score}`);
  });

  it("leaves out scans of few images, and refuses a single scan", () => {
    const few = groups.map((name, i) => (i < 57 ? name : "a scan of three"));
    assert.equal(explain.scanProbe({ features: features(1), dim: 4, groups: few }, { rng }).scans, 6); // prettier-ignore
    const one = groups.map(() => "scan");
    assert.throws(() => explain.scanProbe({ features: features(1), dim: 4, groups: one }, { rng }), InputError); // prettier-ignore
  });
});

describe("explain/audit, with planted shortcuts", function () {
  this.timeout(300_000);
  const size = 32;
  const classes = ["phosphine", "phosphinidene"];
  const scan = { pixels: 160, defects: { phosphine: 6, phosphinidene: 6 }, instrument: "usual" } as const; // prettier-ignore
  const corner = new Uint8Array(size * size);
  for (let y = 1; y < 5; y++) corner.fill(1, y * size + 1, y * size + 5);
  let train: explain.MarkedImages;
  let test: explain.MarkedImages;
  before(() => {
    train = explain.markedImages({ scans: 14, seed: 1, scan, classes });
    test = explain.markedImages({ scans: 7, seed: 2, scan, classes });
  });

  type Plant = (image: Float32Array) => Float32Array;
  const rng = createRng(5);
  const mark: Plant = (image) => image.map((v, p) => (corner[p] === 0 ? v : v + 60));
  const shaken: Plant = (image) => {
    const offsets = Array.from({ length: size }, () => 20 * rng.normal());
    return image.map((v, p) => v + offsets[Math.floor(p / size)]);
  };
  const plant = (set: ImageSet, how: Plant, label: number): ImageSet =>
    explain.changedImages(set, (image, i) => (set.labels[i] === label ? how(image) : image));

  async function learnt(set: ImageSet): Promise<{
    model: explain.Explained;
    right: (images: ImageSet) => Promise<number>;
    encoder: Awaited<ReturnType<ReturnType<typeof none>>>;
  }> {
    // prettier-ignore
    const learn = supervised({ source: set, epochs: 20, batchSize: 32, learningRate: 5e-3, encoder: { resnet: { depth: 8, width: 8 } } }); // prettier-ignore
    const encoder = await learn(set, createRng(3));
    const { labels, classNames } = set;
    const features = await embedImages(encoder, set);
    const { head } = explain.fitLogistic({ features, labels, dim: encoder.dim, classNames });
    const model = explain.explained(encoder, head);
    const right = async (images: ImageSet): Promise<number> => {
      const found = explain.predictedClasses(model, await embedImages(encoder, images));
      return found.filter((c, i) => c === images.labels[i]).length / found.length;
    };
    return { model, right, encoder };
  }
  const options = { ways: ["exact evidence"], randomNetworks: 2, filled: 0 } as const;

  it("finds a mark in the corner by the evidence in its region, and accuracy falls without it", async () => {
    const { encoder, model, right } = await learnt(plant(train.images, mark, 1));
    const biased = plant(test.images, mark, 1);
    const found = await explain.audit(encoder, biased, { ...options, masks: test.masks, suspect: corner, rng: createRng(1) }); // prettier-ignore
    assert.ok(found.sentences.some((line) => line.includes("a shortcut is likely")), found.sentences.join("\n")); // prettier-ignore
    const [home, away] = [await right(biased), await right(plant(test.images, mark, 0))];
    assert.ok(home > 0.75 && home - away > 0.4, `${home} ${away}`);
    const [filled] = explain.interventions(model, biased, { filled: explain.withoutRegion(corner) }); // prettier-ignore
    assert.ok(filled.changed.low > 0.05, JSON.stringify(filled));
    assert.ok(filled.before - filled.after > 0.1);
    encoder.dispose();
  });

  it("finds noise from line to line by an intervention, which no region shows", async () => {
    const { encoder, model, right } = await learnt(plant(train.images, shaken, 1));
    const biased = plant(test.images, shaken, 1);
    const changes = { lines: explain.withoutLineOffsets, corner: explain.withoutRegion(corner) };
    const [lines, region] = explain.interventions(model, biased, changes);
    assert.ok(lines.before > 0.8 && lines.after < 0.65, JSON.stringify(lines));
    assert.ok(lines.changed.low > 0.2 && region.changed.mean < 0.1);
    assert.ok((await right(plant(test.images, shaken, 0))) < 0.4);
    encoder.dispose();
  });

  it("says of a network that has learnt it that its exact evidence is usable, and of integrated gradients that they are not", async () => {
    const easy = { pixels: 160, defects: { phosphine: 6, "single dimer vacancy": 6 }, instrument: "usual" } as const; // prettier-ignore
    const [learning, asked] = [1, 2].map((seed) => explain.markedImages({ scans: 8, seed, scan: easy })); // prettier-ignore
    const { encoder, right } = await learnt(learning.images);
    const home = await right(asked.images);
    assert.ok(home > 0.75, `${home}`);
    const ways = ["exact evidence", "integrated gradients", "LayerCAM", "occlusion"] as const;
    const found = await explain.audit(encoder, asked.images, { ...options, ways, masks: asked.masks, rng: createRng(1) }); // prettier-ignore
    assert.deepEqual(found.rows.map(({ usable }) => usable), [true, false, true, true], JSON.stringify(found.rows)); // prettier-ignore
    // A network that learnt classes knows no more of the scan than one that learnt nothing.
    const { scan } = found;
    assert.ok(scan !== undefined && scan.scans === 8 && scan.chance === 1 / 8);
    assert.ok(scan.score < scan.randomNetwork, JSON.stringify(scan));
    assert.match(found.sentences.join("\n"), /Scan: the embedding tells which of 8 scans .* 13 % by chance/); // prettier-ignore
    encoder.dispose();
  });

  it("says of a network that has learnt nothing that its maps are not usable", async () => {
    const encoder = await none({ encoder: { resnet: { depth: 8, width: 4 } } })(test.images, createRng(8)); // prettier-ignore
    const found = await explain.audit(encoder, test.images, { ...options, filled: 3, masks: test.masks, rng: createRng(1) }); // prettier-ignore
    assert.equal(found.rows[0].usable, false);
    assert.match(found.sentences[0], /not usable/);
    const [row] = explain.auditTable(found);
    assert.equal(row["verdict"], "not usable");
    // The centre and what stands out point at the defect without any network.
    assert.ok(found.baselines.outstanding > 2 && found.baselines.centre > 1.5);
    encoder.dispose();
  });

  it("takes the defect away: what evidence was on it goes, and sums stay exact", async () => {
    const encoder = await none({ encoder: { resnet: { depth: 8, width: 4 } } })(test.images, createRng(8)); // prettier-ignore
    const { labels, classNames } = test.images;
    const features = await embedImages(encoder, test.images);
    const { head } = explain.fitLogistic({ features, labels, dim: encoder.dim, classNames });
    const model = explain.explained(encoder, head);
    const clean = explain.cleanImages(test.images, { masks: test.masks });
    const target = { for: 1, against: 0 };
    const difference = explain.evidence(model, test.images, target, { clean });
    const score = explain.scoreImages(model, test.images.shape);
    const all = (set: ImageSet): Float64Array => score(set.pixels.read(Int32Array.from(set.ids.keys())), set.ids.map(() => target)); // prettier-ignore
    const [before, after] = [all(test.images), all(clean)];
    difference.forEach(({ map, rest }, i) => {
      const total = map.values.reduce((sum, v) => sum + v, rest);
      close(total, before[i] - after[i], 1e-5 * Math.max(1, Math.abs(before[i])));
    });
    const again = explain.evidence(model, clean, target, { clean });
    assert.ok(again.every(({ score: left }) => left === 0));
    encoder.dispose();
  });

  it("exchanges the cells around a defect for others, and leaves defect and rows as they were", () => {
    const masks = test.masks.map((mask) => explain.grownMask(mask, size, 3));
    const changed = explain.withOtherCellsAround(masks)(test.images);
    const ratios: number[] = [];
    for (let i = 0; i < 12; i++) {
      const [before, after] = [test.images, changed].map((set) => set.pixels.read([i]));
      const outside = Array.from(before.keys()).filter((p) => masks[i][p] === 0);
      assert.ok(before.every((value, p) => masks[i][p] === 0 || after[p] === value));
      const spread = (of: (p: number) => number): number => {
        const values = outside.map(of);
        const mean = values.reduce((a, v) => a + v / values.length, 0);
        return Math.sqrt(values.reduce((a, v) => a + (v - mean) ** 2, 0) / values.length);
      };
      ratios.push(spread((p) => after[p] - before[p]) / spread((p) => before[p]));
      const moved = outside.filter((p) => after[p] !== before[p]).length;
      assert.ok(moved > 0.9 * outside.length, `${moved} of ${outside.length}`);
    }
    // Unrelated values would differ by 1.4 times their spread.
    const order = ratios.sort((a, b) => a - b);
    assert.ok(order[6] < 0.9, order.join(" "));
  });

  it("grows masks by a distance", () => {
    const mask = new Uint8Array(49);
    mask[24] = 1;
    const grown = explain.grownMask(mask, 7, 1.5);
    assert.deepEqual(Array.from(grown.keys()).filter((p) => grown[p] === 1), [16, 17, 18, 23, 24, 25, 30, 31, 32]); // prettier-ignore
    assert.deepEqual(explain.grownMask(mask, 7, 0), mask);
  });

  it("occludes with the crystal, and tells what filling alone does", () => {
    const { shape } = test.images;
    // A score that knows nothing but how far pixels are from 0.
    const score: explain.ScoreImages = (pixels, targets) =>
      Float64Array.from(targets, (_, i) =>
        pixels.subarray(i * 1024, (i + 1) * 1024).reduce((sum, v) => sum + v ** 4, 0),
      );
    const fills = explain.latticeFills(test.images);
    const found = Array.from({ length: 8 }, (_, i) => {
      const image = test.images.pixels.read([i]);
      const options = { fill: fills(i), window: 8, mask: test.masks[i] };
      const { values, z } = explain.occlusion(score, image, shape, { for: 1 }, options);
      const where = { width: size, tolerance: 4 };
      return { z, ...explain.localisation(values, test.masks[i], where) };
    });
    const zs = found.map(({ z }) => z).sort((a, b) => a - b);
    assert.ok(zs[4] > 3, zs.join(" "));
    assert.ok(found.filter(({ pointing }) => pointing).length >= 7);
    const aucs = Array.from({ length: 6 }, (_, i) => {
      const image = test.images.pixels.read([i]);
      const more = { fill: fills(i), rng: createRng(1), masks: 200 };
      const masked = explain.rise(score, image, shape, { for: 1 }, more);
      return explain.localisation(masked, test.masks[i], { width: size }).auc;
    }).sort((a, b) => a - b);
    assert.ok(aucs[3] > 0.7, aucs.join(" "));
  });

  it("tells by how much a map moves within the noise, and refuses masks that do not fit", async () => {
    const mapOf = (set: ImageSet): Float64Array[] => set.ids.map((_, i) => Float64Array.from(set.pixels.read([i]))); // prettier-ignore
    const few = { ...test.images, ids: test.images.ids.slice(0, 2) };
    const moved = explain.sensitivity(mapOf, few, { radius: 5, draws: 3, rng: createRng(2) });
    assert.ok(moved.every((value) => value > 0.01 && value < 1));
    const encoder = await none({})(test.images, createRng(1));
    await assert.rejects(explain.audit(encoder, withLabels(test.images, test.images.labels), { masks: [], rng: createRng(1) }), InputError); // prettier-ignore
    encoder.dispose();
  });
});
