import assert from "node:assert/strict";
import { createRng, InputError } from "../../src/core";
import { classify, study } from "../../src";

const { episodes, episodeHead } = study;

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

const few = { ways: 4, shots: 2, queries: 5, episodes: 40 };

describe("study/episodes", () => {
  it("gives each head's share of right answers: all for classes that lie apart, chance for noise", async () => {
    const apart = blurred(1, 1e-3);
    const heads = {
      prototypes: episodeHead.prototypes(),
      cosine: episodeHead.prototypes({ distance: "cosine" }),
      UN: episodeHead.simpleShot({ transform: "UN" }),
      L2N: episodeHead.simpleShot({ transform: "L2N" }),
      CL2N: episodeHead.simpleShot({ base: apart.features }),
      matching: episodeHead.matching(),
      logistic: episodeHead.classifier(classify.logisticRegression()),
    };
    for (const [name, head] of Object.entries(heads)) {
      const { mean } = await episodes(apart, { ...few, head, rng: createRng(2) });
      assert.equal(mean, 1, name);
      const noise = blurred(1, 1e3);
      const lost = await episodes(noise, { ...few, head, rng: createRng(2) });
      assert.ok(Math.abs(lost.mean - 0.25) < 0.08, `${name} ${lost.mean}`);
    }
  });

  it("tells as the classifiers of the same name do", async () => {
    const stored = blurred(3, 1.2);
    const pairs = [
      [episodeHead.prototypes(), classify.prototypes()],
      [episodeHead.prototypes({ distance: "cosine" }), classify.prototypes({ distance: "cosine" })],
      [episodeHead.simpleShot({ transform: "UN" }), classify.simpleShot({ transform: "UN" })],
      [episodeHead.simpleShot({ transform: "L2N" }), classify.simpleShot({ transform: "L2N" })],
      [episodeHead.matching(), classify.matching()],
    ] as const;
    for (const [head, method] of pairs) {
      const rng = createRng(4);
      const own = await episodes(stored, { ...few, head, rng });
      const other = await episodes(stored, { ...few, head: episodeHead.classifier(method), rng });
      assert.deepEqual(own.accuracies, other.accuracies);
      assert.ok(own.mean > 0.3 && own.mean < 1);
    }
  });

  it("shows a transductive classifier the queries without their labels", async () => {
    const stored = blurred(3, 1);
    const seen: number[] = [];
    const method = Object.assign(
      (...given: Parameters<ReturnType<typeof classify.prototypes>>) => {
        seen.push(given[1].labels.filter((label) => label === -1).length);
        return classify.prototypes()(...given);
      },
      { frozen: true },
    );
    for (const transductive of [false, true]) {
      const head = episodeHead.classifier(method, { transductive });
      await episodes(stored, { ...few, episodes: 1, head, rng: createRng(1) });
    }
    assert.deepEqual(seen, [0, 20]);
  });

  it("draws disjoint images of distinct classes, the same for the same seed", async () => {
    const labels = Int32Array.from({ length: 60 }, (_, i) => i % 6);
    // Each embedding is its own number, so a head sees which images were drawn.
    const stored = { features: Float32Array.from(labels.keys()), labels, dim: 1 };
    const drawn: number[][] = [];
    const head: study.EpisodeHead = ({ support, query }) => {
      drawn.push([...support, ...query]);
      const classes = Array.from(support, (image) => labels[image]);
      assert.equal(new Set(classes).size, 4);
      return Array.from(query, (image) => Math.floor(classes.indexOf(labels[image]) / 2));
    };
    const { mean } = await episodes(stored, { ...few, head, rng: createRng(5) });
    await episodes(stored, { ...few, head, rng: createRng(5) });
    await episodes(stored, { ...few, head, rng: createRng(6) });
    assert.equal(mean, 1);
    for (const images of drawn) assert.equal(new Set(images).size, 28);
    assert.deepEqual(drawn.slice(0, 40), drawn.slice(40, 80));
    assert.notDeepEqual(drawn.slice(0, 40), drawn.slice(80));
  });

  it("gives intervals over episodes and over trainings", async () => {
    const head = episodeHead.prototypes();
    const trainings = [1, 2, 3].map((seed) => blurred(seed, 1.5));
    const found = await episodes(trainings, { ...few, head, rng: createRng(7) });
    const means = await Promise.all(
      trainings.map(async (one) => {
        const alone = await episodes(one, { ...few, head, rng: createRng(7) });
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

  it("says what is wrong with embeddings, sizes and heads", async () => {
    const stored = blurred(1, 1);
    const rng = createRng(1);
    const head = episodeHead.prototypes();
    const refused = async (given: typeof stored, options: object, words: RegExp): Promise<void> => {
      const done = episodes(given, { head, rng, ...options });
      await assert.rejects(
        done,
        (error) => error instanceof InputError && words.test(error.message),
      );
    };
    await refused(stored, { ways: 9 }, /8 classes with at least 16|0 classes/);
    await refused(stored, { shots: 10, queries: 3 }, /0 classes with at least 13 labelled images/);
    await refused(stored, { ...few, head: () => [0] }, /1 answers of a head to 20 queries/);
    await refused(stored, { ...few, head: () => new Int32Array(20).fill(7) }, /answer of a head/);
    await refused({ ...stored, dim: 5 }, few, /576 values for 96 labels/);
    await refused({ ...stored, features: stored.features.map(() => NaN) }, few, /an embedding with NaN/); // prettier-ignore
    assert.throws(() => episodeHead.simpleShot(), /CL2N without a base set/);
    assert.throws(() => episodeHead.classifier(classify.fineTune()), /trains on images/);
  });
});
