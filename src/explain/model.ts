import { tf, type Encoder, type Scalar, type Tensor2D, type Tensor4D } from "../core";
import { networkMaps, type NetworkMaps } from "../nets";
import { scoresOf, targetScores, targetShares, type Head, type Target } from "./head";

/** What is explained: maps on the way to an embedding, and the head on top. */
export interface Explained {
  readonly maps: NetworkMaps;
  readonly head: Head;
}

/**
 * An encoder with a head, to be explained.
 * @throws InputError if the encoder has no network
 */
export function explained(encoder: Encoder, head: Head): Explained {
  return { maps: networkMaps(encoder.network), head };
}

/** Index of the last map. */
export function lastStage({ stages }: NetworkMaps): number {
  return stages.length - 1;
}

/** Sum over a batch of the target's score, to be differentiated; each image has its own target. [b,d] -> scalar */
export function targetTensor(head: Head, features: Tensor2D, targets: readonly Target[]): Scalar {
  const shares = tf.tensor2d(
    Float32Array.from(targets.flatMap((target) => [...targetShares(target, head.classes)])),
    [targets.length, head.classes],
  );
  return classScores(head, features).mul(shares).sum();
}

function classScores(head: Head, features: Tensor2D): Tensor2D {
  const { classes, dim } = head;
  if (head.kind === "linear") {
    const weights = tf.tensor2d(Float32Array.from(head.weights), [classes, dim]);
    const product = tf.matMul<Tensor2D>(features, weights, false, true);
    return product.add(tf.tensor1d(Float32Array.from(head.bias)));
  }
  const points = tf.tensor2d(Float32Array.from(head.points), [classes, dim]);
  const unit = (x: Tensor2D): Tensor2D => x.div(x.square().sum(1, true).add(1e-24).sqrt());
  const x = features.sub<Tensor2D>(tf.tensor1d(Float32Array.from(head.centre)));
  return tf.matMul<Tensor2D>(unit(x), unit(points), false, true).mul(head.scale);
}

/** Scores of a batch of images, in 64 bits from the embedding on. Pixels of n images -> [n] */
export type ScoreImages = (pixels: Float32Array, targets: readonly Target[]) => Float64Array;

/** What gives a target's score to images of one shape. */
export function scoreImages(
  { maps, head }: Explained,
  shape: readonly [height: number, width: number, channels: number],
): ScoreImages {
  const size = shape[0] * shape[1] * shape[2];
  return (pixels, targets) => {
    const out = new Float64Array(targets.length);
    const batch = 256;
    for (let from = 0; from < targets.length; from += batch) {
      const count = Math.min(batch, targets.length - from);
      const part = pixels.subarray(from * size, (from + count) * size);
      const features = tf.tidy(() => {
        const images: Tensor4D = tf.tensor4d(part, [count, ...shape]);
        return maps.from(maps.upTo(images, lastStage(maps)), lastStage(maps));
      });
      const values = features.dataSync();
      features.dispose();
      for (let i = 0; i < count; i++) {
        const row = values.subarray(i * head.dim, (i + 1) * head.dim);
        out[from + i] = targetScores(scoresOf(head, row), targets[from + i], head.classes)[0];
      }
    }
    return out;
  };
}

/** One target for each image. */
export function targetsFor(targets: Target | readonly Target[], count: number): readonly Target[] {
  return "for" in targets ? Array<Target>(count).fill(targets) : targets;
}
