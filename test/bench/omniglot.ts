/*
 * The 20-way one-shot benchmark of Omniglot: node --import tsx test/bench/omniglot.ts [--validate] [--part 0.1] [--only NAME;NAME] [--threads 2]
 * Trains on the two small background sets only, 242 characters of eight alphabets, and tells the 20 published runs. Prints one JSON line a method.
 *
 * With --validate two of the eight alphabets are kept out of training, and tasks like the published ones are drawn from them. What was compared (networks,
 * changes of the images, views at the end) was compared there; the published runs chose nothing. --part trains for a part of the steps only.
 */
import {
  configureBackend,
  createRng,
  hideLabels,
  imageSet,
  memoryPixels,
  tf,
  type Classify,
  type Encoder,
  type ImageSet,
  type Pretrain,
  type Rng,
  type Tensor2D,
} from "../../src/core";
import { compose, quarterTurns } from "../../src/augment";
import * as classify from "../../src/classify";
import { argmaxRows, meanInterval } from "../../src/metrics";
import { embedImages, type EncoderSpec } from "../../src/nets";
import * as pretrain from "../../src/pretrain";
import { hausdorffErrors } from "./hausdorff";
import {
  alphabets,
  background,
  mirroredToo,
  ownRuns,
  publishedRuns,
  turnedClasses,
  type OneShotTask,
} from "./omniglotData";
import { otherHand } from "./omniglotViews";

const kept = ["Latin", "Early_Aramaic"];
const conv4: EncoderSpec = { conv4: { width: 64 } };
const resnet: EncoderSpec = { resnet: { depth: 10, width: 16 } };
/** Changes in training, and the smaller ones whose embeddings are averaged when a run is told. */
const hand = otherHand({ degrees: 12, shift: 2, scale: 0.2, shear: 0.2, bend: 1.2 });
const slight = otherHand({ degrees: 8, shift: 1.5, scale: 0.12, shear: 0.12, bend: 0.6 });
/** Views that are averaged beside the image itself. */
const slightViews = 8;

interface Entry {
  readonly train: Pretrain;
  readonly heads: Readonly<Record<string, Classify>>;
}

/** The methods; `part` shortens every training alike. */
function methods(train: ImageSet, part: number): Record<string, Entry> {
  const more = mirroredToo(train);
  const steps = (count: number): number => Math.max(1, Math.round(part * count));
  const episode = {
    source: train,
    encoder: conv4,
    turnsAsClasses: true,
    schedule: "cosine",
  } as const;
  const prototypes = {
    "squared Euclidean": classify.prototypes(),
    cosine: classify.prototypes({ distance: "cosine" }),
  };
  return {
    pixels: { train: pretrain.pixels(), heads: prototypes },
    // As the paper has it: sixty ways, no changes of the images.
    "prototypical, conv4": {
      train: pretrain.prototypical({ ...episode, ways: 60, episodes: steps(800) }),
      heads: prototypes,
    },
    "prototypical, ResNet-10, other hands": {
      train: pretrain.prototypical({ ...episode, source: more, encoder: resnet, ways: 30, episodes: steps(2000), learningRate: 2e-3, views: hand }), // prettier-ignore
      heads: prototypes,
    },
    "matching, conv4, other hands": {
      train: pretrain.matching({ ...episode, ways: 30, episodes: steps(800), temperature: 0.1, learningRate: 2e-3, views: hand }), // prettier-ignore
      heads: { attention: classify.matching() },
    },
    "matching in full context, conv4, other hands": {
      train: pretrain.matching({ ...episode, ways: 20, episodes: steps(600), temperature: 0.1, fullContext: true, contextSteps: 3, learningRate: 1e-3, views: hand }), // prettier-ignore
      heads: { attention: classify.matching({ fullContext: true }) },
    },
    "relation, conv4, other hands": {
      train: pretrain.relation({ ...episode, ways: 20, episodes: steps(800), learningRate: 2e-3, views: hand }), // prettier-ignore
      heads: { relation: classify.relation() },
    },
    "supervised, ResNet-10, other hands": {
      train: pretrain.supervised({ source: turnedClasses(more), encoder: resnet, epochs: steps(7), learningRate: 3e-3, views: hand }), // prettier-ignore
      heads: {
        "SimpleShot UN": classify.simpleShot({ transform: "UN" }),
        "SimpleShot L2N": classify.simpleShot({ transform: "L2N" }),
      },
    },
    "SimCLR, conv4": {
      train: pretrain.simclr({ encoder: conv4, epochs: steps(8), batchSize: 128, temperature: 0.2, views: compose(quarterTurns(), hand) }), // prettier-ignore
      heads: { "nearest neighbour": classify.nearestNeighbours({ k: 1 }) },
    },
  };
}

/** Embeds each image and slightly changed copies of it, and gives the mean of the embeddings. */
function averaged(encoder: Encoder, views: number, rng: Rng): Encoder {
  return {
    ...encoder,
    embed: (images) =>
      tf.tidy(() => {
        let sum = encoder.embed(images);
        for (let view = 0; view < views; view++)
          sum = sum.add<Tensor2D>(encoder.embed(slight(images, rng.fork(`view ${view}`))));
        return sum.div(views + 1);
      }),
  };
}

/** Joins the embeddings of several encoders, each at length 1. */
function together(encoders: readonly Encoder[]): Encoder {
  return {
    dim: encoders.reduce((sum, { dim }) => sum + dim, 0),
    embed: (images) =>
      tf.tidy(() => {
        const rows = encoders.map((encoder) => encoder.embed(images));
        return tf.concat2d(
          rows.map((x) => x.div<Tensor2D>(x.square().sum(1, true).sqrt().maximum(1e-12))),
          1,
        );
      }),
    clone: () => together(encoders),
    save: () => Promise.resolve(),
    dispose: () => undefined,
  };
}

/** The runs as embeddings, each image embedded once, with an encoder that passes them through but still has what was learnt to compare them. */
async function embedded(
  encoder: Encoder,
  runs: readonly OneShotTask[],
): Promise<{ runs: OneShotTask[]; encoder: Encoder }> {
  const { dim } = encoder;
  const sets = runs.flatMap(({ support, query }) => [support, query]);
  const pixels = sets.map(({ labels, pixels: own }) => own.read(Int32Array.from(labels.keys())));
  const joined = Float32Array.from(pixels.flatMap((values) => Array.from(values)));
  const whole = imageSet({ name: "runs", pixels: joined, shape: sets[0].shape });
  const features = await embedImages(encoder, whole, { batchSize: 200 });
  const each = 20 * dim;
  const rows = sets.map((set, i): ImageSet => {
    const own = features.subarray(i * each, (i + 1) * each);
    return { ...set, pixels: memoryPixels(own, dim), shape: [1, 1, dim], unit: "embedding" };
  });
  return {
    runs: runs.map((_, i) => ({ support: rows[2 * i], query: rows[2 * i + 1] })),
    encoder: { ...encoder, embed: (x) => x.reshape([x.shape[0], dim]) },
  };
}

/** Errors of the runs, in per cent. */
async function errors(
  encoder: Encoder,
  head: Classify,
  runs: readonly OneShotTask[],
): Promise<number[]> {
  const found: number[] = [];
  for (const { support, query } of runs) {
    const classifier = await head(encoder, support, createRng(1));
    const told = argmaxRows(await classifier.predict(hideLabels(query)), 20);
    classifier.dispose();
    const wrong = told.filter((label, i) => label !== query.labels[i]).length;
    found.push((100 * wrong) / told.length);
  }
  return found;
}

async function report(
  method: string,
  encoder: Encoder,
  heads: Entry["heads"],
  runs: readonly OneShotTask[],
  seconds: number,
): Promise<void> {
  for (const views of [0, slightViews]) {
    const seen = views === 0 ? encoder : averaged(encoder, views, createRng(5));
    const known = await embedded(seen, runs);
    for (const [head, classifier] of Object.entries(heads)) {
      const { mean, halfWidth } = meanInterval(await errors(known.encoder, classifier, known.runs));
      const line = { bench: "omniglot", method, head, views: views + 1, runs: runs.length, error: rounded(mean), halfWidth: rounded(halfWidth), trainingSeconds: Math.round(seconds) }; // prettier-ignore
      console.log(JSON.stringify(line));
    }
  }
}

const rounded = (value: number): number => Math.round(100 * value) / 100;

async function main(): Promise<void> {
  const given = (name: string, otherwise: string): string => {
    const at = process.argv.indexOf(name);
    return at < 0 ? otherwise : process.argv[at + 1];
  };
  configureBackend({ threads: Number(given("--threads", "2")) });
  const started = performance.now();
  const all = await background();
  const validate = process.argv.includes("--validate");
  const isKept = (alphabet: string): boolean => kept.includes(alphabet);
  const train = validate ? alphabets(all, (name) => !isKept(name)) : all;
  const runs = validate ? ownRuns(alphabets(all, isKept), 40, createRng(3)) : await publishedRuns();
  const only = given("--only", "");
  const wanted = Object.entries(methods(train, Number(given("--part", "1")))).filter(
    ([name]) => only === "" || only.split(";").some((part) => name.startsWith(part)),
  );
  if (!validate && (only === "" || only.includes("Hausdorff"))) {
    const { mean, halfWidth } = meanInterval(hausdorffErrors(await publishedRuns(true)));
    console.log(JSON.stringify({ bench: "omniglot", method: "modified Hausdorff", runs: 20, error: rounded(mean), halfWidth: rounded(halfWidth) })); // prettier-ignore
  }
  const joined: Encoder[] = [];
  // The runs' images are not shown to any training; the mean and spread of the input are those of the background.
  const unlabelled = hideLabels(turnedClasses(train));
  for (const [name, { train: method, heads }] of wanted) {
    const start = performance.now();
    const encoder = await method(unlabelled, createRng(1).fork(name));
    await report(name, encoder, heads, runs, (performance.now() - start) / 1000);
    if (/ResNet|SimCLR/.test(name)) joined.push(encoder);
    else encoder.dispose();
  }
  if (joined.length > 1)
    await report("those of a ResNet and SimCLR together", together(joined), { cosine: classify.prototypes({ distance: "cosine" }) }, runs, 0); // prettier-ignore
  for (const encoder of joined) encoder.dispose();
  console.log(JSON.stringify({ bench: "omniglot", allSeconds: Math.round((performance.now() - started) / 1000) })); // prettier-ignore
}

void main();
