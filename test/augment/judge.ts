import * as classify from "../../src/classify";
import {
  createRng,
  imageSet,
  labelledIndices,
  subset,
  tf,
  type Augmentation,
  type Classifier,
  type ImageSet,
  type Rng,
} from "../../src/core";
import * as pretrain from "../../src/pretrain";
import * as simulate from "../../src/simulate";

/** How much the judge is trained on. */
export interface JudgeOptions {
  readonly trainScans: number;
  readonly testScans: number;
  readonly steps: number;
  readonly width: number;
  readonly batchSize: number;
}

/** A classifier that knows the truth of simulated images, and images that it has not seen. */
export interface Judge {
  readonly classifier: Classifier;
  readonly images: ImageSet;
}

/**
 * Trains a network on simulated Si(001) with the true labels of all images: sharp and dull tips, quiet and noisy
 * instruments, so that it is no instrument's judge. It has seen shifts and mirrors, but none of the other changes that
 * it is to judge. The test images are of quiet instruments, to which the views add.
 */
export async function trainJudge(options: JudgeOptions): Promise<Judge> {
  const all = simulate.images({
    seed: 11,
    trainScans: options.trainScans,
    testScans: options.testScans,
    rowDegrees: [-14, 14],
    train: {
      tip: { distanceNm: [0.5, 0.9] },
      instrument: {
        noisePm: [1, 20],
        wanderPm: [0, 18],
        lineOffsetPm: [0, 28],
        tiltDegrees: [-1, 1],
      },
    },
    test: {
      tip: { distanceNm: [0.55, 0.8] },
      instrument: { noisePm: [1, 5], wanderPm: [0, 4], lineOffsetPm: [0, 6] },
    },
  });
  const part = (name: "train" | "test"): ImageSet =>
    subset(
      all,
      labelledIndices(all).filter((i) => all.parts?.[i] === name),
    );
  const rng = createRng(12);
  const train = part("train");
  const encoder = await pretrain.none({
    encoder: { resnet: { depth: 8, width: options.width } },
  })(train, rng.fork("encoder"));
  try {
    const { steps, batchSize } = options;
    const fit = classify.fineTune({ steps: steps, batchSize, learningRate: 3e-3 });
    return { classifier: await fit(encoder, train, rng.fork("classifier")), images: part("test") };
  } finally {
    encoder.dispose();
  }
}

/** Which images the judge names rightly after a change; each image is brought back to median 0, as the set has them. */
export async function judged(
  judge: Judge,
  change: Augmentation | undefined,
  rng: Rng,
): Promise<Uint8Array> {
  const { images } = judge;
  const [height, width, channels] = images.shape;
  const count = images.ids.length;
  const old = images.pixels.read(Int32Array.from({ length: count }, (_, i) => i));
  const values =
    change === undefined ? old : changed(old, [count, height, width, channels], change, rng);
  levelMedians(values, height * width * channels);
  const { shape, classNames, ids, groups } = images;
  const seen = imageSet({ name: "seen", pixels: values, shape, labels: images.labels, classNames, ids, groups, unit: "pm" }); // prettier-ignore
  const scores = await judge.classifier.predict(seen);
  const classes = classNames.length;
  return Uint8Array.from({ length: count }, (_, i) => {
    const row = scores.subarray(i * classes, (i + 1) * classes);
    return row.indexOf(Math.max(...row)) === images.labels[i] ? 1 : 0;
  });
}

function changed(
  values: Float32Array,
  shape: [number, number, number, number],
  change: Augmentation,
  rng: Rng,
): Float32Array {
  return tf.tidy(() => change(tf.tensor4d(values, shape), rng).dataSync<"float32">().slice());
}

function levelMedians(values: Float32Array, size: number): void {
  for (let from = 0; from < values.length; from += size) {
    const image = values.subarray(from, from + size);
    const median = image.slice().sort()[size >> 1];
    for (let i = 0; i < size; i++) image[i] -= median;
  }
}

/** Points of accuracy that a change costs, with half of the 95 % interval of the difference of the same images. */
export function pointsLost(plain: Uint8Array, after: Uint8Array): { lost: number; within: number } {
  const differences = Array.from(plain, (right, i) => right - after[i]);
  const mean = differences.reduce((sum, d) => sum + d, 0) / differences.length;
  const square = differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / differences.length;
  return { lost: 100 * mean, within: 196 * Math.sqrt(square / differences.length) };
}

/** Share of ones in percent. */
export function percent(right: Uint8Array): number {
  return (100 * right.reduce((sum, one) => sum + one, 0)) / right.length;
}
