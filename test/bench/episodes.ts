/*
 * Times a few-shot evaluation on stored embeddings, and a logistic regression: node --import tsx test/bench/episodes.ts
 * Prints one JSON line each: 1000 episodes of 5 ways, 1 shot and 15 queries on embeddings of length 512, best of three.
 */
import { configureBackend, createRng, imageSet, type Encoder } from "../../src/core";
import { logisticRegression } from "../../src/classify";
import { episodeHead, episodes, type EpisodeHead } from "../../src/study";

const dim = 512;
const rng = createRng(1);

/** Blurred classes: embeddings about a centre each. */
function embeddings(
  classes: number,
  perClass: number,
  blur: number,
): { features: Float32Array; labels: Int32Array; dim: number } {
  // prettier-ignore
  const n = classes * perClass;
  const centres = Float32Array.from({ length: classes * dim }, () => rng.normal());
  const labels = Int32Array.from({ length: n }, (_, i) => i % classes);
  const features = Float32Array.from({ length: n * dim }, (_, at) => {
    const centre = centres[labels[Math.floor(at / dim)] * dim + (at % dim)];
    return Math.max(0, centre + blur * rng.normal());
  });
  return { features, labels, dim };
}

async function best(run: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    const start = performance.now();
    await run();
    times.push((performance.now() - start) / 1000);
  }
  return Math.round(1000 * Math.min(...times)) / 1000;
}

const identity: Encoder = {
  dim,
  embed: (rows) => rows.reshape([rows.shape[0], dim]),
  clone: () => identity,
  save: () => Promise.resolve(),
  dispose: () => undefined,
};

async function main(): Promise<void> {
  configureBackend({ threads: 2 });
  const stored = embeddings(50, 40, 3);
  const heads: Record<string, EpisodeHead> = {
    "prototypes, squared Euclidean": episodeHead.prototypes(),
    "prototypes, cosine": episodeHead.prototypes({ distance: "cosine" }),
    "simpleShot CL2N": episodeHead.simpleShot({ base: stored.features }),
    matching: episodeHead.matching(),
  };
  for (const [head, asked] of Object.entries(heads)) {
    let accuracy = 0;
    const seconds = await best(async () => {
      accuracy = (await episodes(stored, { head: asked, rng: createRng(2) })).mean;
    });
    console.log(JSON.stringify({ bench: "episodes", head, episodes: 1000, seconds, accuracy }));
  }
  const { features, labels } = embeddings(10, 500, 6);
  const train = imageSet({
    name: "embeddings",
    pixels: features,
    shape: [1, 1, dim],
    labels,
    classNames: Array.from({ length: 10 }, (_, c) => `class ${c}`),
    unit: "embedding",
  });
  const seconds = await best(async () => {
    (await logisticRegression()(identity, train, createRng(3))).dispose();
  });
  console.log(JSON.stringify({ bench: "logistic regression", images: 5000, dim, classes: 10, seconds })); // prettier-ignore
}

void main();
