import assert from "node:assert/strict";
import { columnMeans, createRng, InputError, type FitRows } from "../../src/core";
import { classify, study } from "../../src";

const { episodes } = study;

/** Blurred classes about random centres. */
function blurred(
  seed: number,
  blur: number,
  classes = 8,
  perClass = 12,
  dim = 6,
): study.StoredEmbeddings {
  // prettier-ignore
  const rng = createRng(seed);
  const centres = Array.from({ length: classes * dim }, () => rng.normal());
  const labels = Int32Array.from({ length: classes * perClass }, (_, i) => i % classes);
  const features = Float32Array.from({ length: labels.length * dim }, (_, at) => {
    return centres[labels[Math.floor(at / dim)] * dim + (at % dim)] + blur * rng.normal();
  });
  return { features, labels, dim };
}

/** Probabilities of a row that is sure of one class. */
const oneOf = (classes: number, which: number): number[] =>
  Array.from({ length: classes }, (_, c) => +(c === which));

const few = { ways: 4, shots: 2, queries: 5, episodes: 40 };

describe("study/episodes", () => {
  it("gives each classifier's share of right answers: all for classes that lie apart, chance for noise", async () => {
    const apart = blurred(1, 1e-3);
    const centre = [...columnMeans(apart.features, apart.dim)];
    const methods = {
      prototypes: classify.prototypes(),
      cosine: classify.prototypes({ distance: "cosine" }),
      UN: classify.simpleShot({ transform: "UN" }),
      L2N: classify.simpleShot({ transform: "L2N" }),
      CL2N: classify.simpleShot({ centre }),
      matching: classify.matching(),
      logistic: classify.logisticRegression(),
    };
    for (const [name, method] of Object.entries(methods)) {
      const { mean } = await episodes(apart, { ...few, classify: method, rng: createRng(2) });
      assert.equal(mean, 1, name);
      const noise = blurred(1, 1e3);
      const lost = await episodes(noise, { ...few, classify: method, rng: createRng(2) });
      assert.ok(Math.abs(lost.mean - 0.25) < 0.08, `${name} ${lost.mean}`);
    }
  });

  it("shows a transductive classifier the queries without their labels", async () => {
    const stored = blurred(3, 1);
    const seen: number[] = [];
    const fit = classify.prototypes().fit as FitRows;
    const method = classify.onEmbeddings((rows, rng) => {
      seen.push(rows.labels.filter((label) => label === -1).length);
      return fit(rows, rng);
    });
    for (const transductive of [false, true]) {
      const own = { ...few, episodes: 1, classify: method, transductive, rng: createRng(1) };
      await episodes(stored, own);
    }
    assert.deepEqual(seen, [0, 20]);
  });

  it("draws disjoint images of distinct classes, the same for the same seed", async () => {
    const labels = Int32Array.from({ length: 60 }, (_, i) => i % 6);
    // Each embedding is its own number, so a classifier sees which images were drawn.
    const stored = { features: Float32Array.from(labels.keys()), labels, dim: 1 };
    const drawn: number[][] = [];
    const method = classify.onEmbeddings(({ features: support }) => (query) => {
      drawn.push([...support, ...query]);
      const classes = Array.from(support, (image) => labels[image]);
      assert.equal(new Set(classes).size, 4);
      return Float32Array.from([...query].flatMap((image) => oneOf(4, Math.floor(classes.indexOf(labels[image]) / 2)))); // prettier-ignore
    });
    const { mean } = await episodes(stored, { ...few, classify: method, rng: createRng(5) });
    await episodes(stored, { ...few, classify: method, rng: createRng(5) });
    await episodes(stored, { ...few, classify: method, rng: createRng(6) });
    assert.equal(mean, 1);
    for (const images of drawn) assert.equal(new Set(images).size, 28);
    assert.deepEqual(drawn.slice(0, 40), drawn.slice(40, 80));
    assert.notDeepEqual(drawn.slice(0, 40), drawn.slice(80));
  });

  it("gives intervals over episodes and over trainings", async () => {
    const method = classify.prototypes();
    const trainings = [1, 2, 3].map((seed) => blurred(seed, 1.5));
    const found = await episodes(trainings, { ...few, classify: method, rng: createRng(7) });
    const means = await Promise.all(
      trainings.map(async (one) => {
        const alone = await episodes(one, { ...few, classify: method, rng: createRng(7) });
        assert.equal(alone.overTrainings, undefined);
        return alone.mean;
      }),
    );
    const mean = (means[0] + means[1] + means[2]) / 3;
    const squares = means.reduce((sum, one) => sum + (one - mean) ** 2, 0);
    assert.ok(Math.abs(found.mean - mean) < 1e-12);
    assert.equal(found.overEpisodes.n, 40);
    assert.equal(found.overTrainings?.n, 3);
    // t(0.975, 2) = 4.30265, scipy.stats.t.ppf(0.975, 2).
    const wanted = (4.302653 * Math.sqrt(squares / 2)) / Math.sqrt(3);
    assert.ok(Math.abs((found.overTrainings?.halfWidth ?? 0) - wanted) < 1e-6);
  });

  it("says what is wrong with embeddings, sizes and classifiers", async () => {
    const stored = blurred(1, 1);
    const rng = createRng(1);
    const refused = async (given: typeof stored, options: object, words: RegExp): Promise<void> => {
      const done = episodes(given, { classify: classify.prototypes(), rng, ...options });
      await assert.rejects(
        done,
        (error) => error instanceof InputError && words.test(error.message),
      );
    };
    await refused(stored, { ways: 9 }, /8 classes with at least 16|0 classes/);
    await refused(stored, { shots: 10, queries: 3 }, /0 classes with at least 13 labelled images/);
    const short = classify.onEmbeddings(() => () => new Float32Array(4));
    await refused(stored, { ...few, classify: short }, /1 answers to 20 queries/);
    await refused(stored, { ...few, classify: classify.fineTune() }, /trains on images/);
    await refused({ ...stored, dim: 5 }, few, /576 values for 96 labels/);
    await refused({ ...stored, features: stored.features.map(() => NaN) }, few, /an embedding with NaN/); // prettier-ignore
  });
});
