/*
 * Times parts of a trial on random 32 x 32 colour images, from their bytes on:
 *
 *   node --import tsx test/bench/parts.ts logistic|neighbours|embed|views [--threads 2] [--repeats 3] [--each 100] [--tests 2000] [--count 4096] [--width 8]
 *
 * Logistic regression or nearest neighbours on raw pixels, ten classes of EACH labelled images and TESTS to tell; embedding COUNT images with a ResNet-18; the
 * two views of SimCLR of COUNT images, in batches of 128. One JSON line with milliseconds or images a second, the median over repeats after one that does
 * not count. Beside scikit-learn, PyTorch and torchvision: `npm run bench -- all --only logistic neighbours embed views`.
 */
import { parseArgs } from "node:util";
import { augment, classify, pretrain } from "../../src";
import {
  checkOneOf,
  configureBackend,
  createRng,
  imageSet,
  readBatch,
  tf,
  type Classify,
  type ImageSet,
  type Rng,
} from "../../src/core";
import { embedImages } from "../../src/nets";
import { median, tell } from "./peer";

const shape = [32, 32, 3] as const;
const length = shape[0] * shape[1] * shape[2];
const classes = 10;

/** How much there is to do. */
interface Sizes {
  readonly each: number;
  readonly tests: number;
  readonly count: number;
  readonly width: number;
}

/** Images of classes that overlap: each its class's mean and much noise. */
function drawn(count: number, means: readonly Float32Array[], rng: Rng): ImageSet {
  const pixels = new Uint8ClampedArray(count * length);
  for (let at = 0; at < pixels.length; at++) {
    const label = Math.floor(at / length) % classes;
    pixels[at] = means[label][at % length] + 128 * rng.normal();
  }
  return imageSet({
    name: "drawn",
    pixels: new Uint8Array(pixels.buffer),
    shape,
    labels: Int32Array.from({ length: count }, (_, i) => i % classes),
    classNames: Array.from({ length: classes }, (_, c) => String(c)),
  });
}

/** Learns from pixels and tells the test images. */
async function head(classifier: Classify, { each, tests }: Sizes): Promise<() => Promise<void>> {
  const rng = createRng(1);
  const means = Array.from({ length: classes }, () => Float32Array.from({ length }, () => 64 + 128 * rng.uniform())); // prettier-ignore
  const train = drawn(classes * each, means, rng);
  const test = drawn(tests, means, rng);
  const encoder = await pretrain.pixels()(train, rng);
  return async () => {
    const model = await classifier(encoder, train, createRng(2));
    await model.predict(test);
    model.dispose();
  };
}

function randomImages(count: number): ImageSet {
  const rng = createRng(1);
  const pixels = Uint8Array.from({ length: count * length }, () => rng.integer(256));
  return imageSet({ name: "random", pixels, shape });
}

const parts: Readonly<Record<string, (sizes: Sizes) => Promise<() => Promise<void>>>> = {
  logistic: (sizes) => head(classify.logisticRegression(), sizes),
  neighbours: (sizes) => head(classify.nearestNeighbours(), sizes),
  embed: async ({ count, width }) => {
    const images = randomImages(count);
    const encoder = await pretrain.none({ encoder: { resnet: { depth: 18, width } } })(images, createRng(1)); // prettier-ignore
    return async () => void (await embedImages(encoder, images));
  },
  views: ({ count }) => {
    const images = randomImages(count);
    const views = augment.photo.views({ channels: 3, mirror: true });
    const rng = createRng(1);
    const work = (): Promise<void> => {
      for (let from = 0; from < count; from += 128) {
        const indices = Int32Array.from({ length: Math.min(128, count - from) }, (_, i) => from + i); // prettier-ignore
        tf.tidy(() => {
          const batch = readBatch(images, indices);
          views(tf.concat([batch, batch]), rng.fork(String(from)));
        });
      }
      return Promise.resolve();
    };
    return Promise.resolve(work);
  },
};

async function main(): Promise<void> {
  const number = (value: number): { type: "string"; default: string } => ({ type: "string", default: String(value) }); // prettier-ignore
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      threads: number(2),
      repeats: number(3),
      each: number(100),
      tests: number(2000),
      count: number(4096),
      width: number(8),
    },
  });
  const part = checkOneOf("part", positionals[0], Object.keys(parts));
  configureBackend({ threads: Number(values.threads) });
  const [each, tests, count, width] = [values.each, values.tests, values.count, values.width].map(Number); // prettier-ignore
  const work = await parts[part]({ each, tests, count, width });
  const times: number[] = [];
  for (let repeat = 0; repeat <= Number(values.repeats); repeat++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  const milliseconds = median(times.slice(1));
  tell(
    part === "embed" || part === "views"
      ? { imagesPerSecond: (1000 * count) / milliseconds }
      : { milliseconds },
  );
}

void main();
