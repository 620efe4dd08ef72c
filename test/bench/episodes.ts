/*
 * Times a few-shot evaluation on stored embeddings, and a logistic regression: node --import tsx test/bench/episodes.ts
 * Prints one JSON line each: 1000 episodes of 5 ways, 1 shot and 15 queries on embeddings of length 512, best of three.
 */
import {
  columnMeans,
  configureBackend,
  createRng,
  type Classify,
  type FitRows,
} from "../../src/core";
import { logisticRegression, matching, prototypes, simpleShot } from "../../src/classify";
import { episodes } from "../../src/study";

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

async function main(): Promise<void> {
  configureBackend({ threads: 2 });
  const stored = embeddings(50, 40, 3);
  const methods: Record<string, Classify> = {
    "prototypes, squared Euclidean": prototypes(),
    "prototypes, cosine": prototypes({ distance: "cosine" }),
    "simpleShot CL2N": simpleShot({ centre: [...columnMeans(stored.features, dim)] }),
    matching: matching(),
  };
  for (const [method, classify] of Object.entries(methods)) {
    let accuracy = 0;
    const seconds = await best(async () => {
      accuracy = (await episodes(stored, { classify, rng: createRng(2) })).mean;
    });
    console.log(JSON.stringify({ bench: "episodes", method, episodes: 1000, seconds, accuracy }));
  }
  const classNames = Array.from({ length: 10 }, (_, c) => `class ${c}`);
  const rows = { ...embeddings(10, 500, 6), classNames };
  const fit = logisticRegression().fit as FitRows;
  const seconds = await best(() => fit(rows, createRng(3)));
  console.log(JSON.stringify({ bench: "logistic regression", images: 5000, dim, classes: 10, seconds })); // prettier-ignore
}

void main();
