import type { Classifier, Classify, Encoder, ImageSet, Progress, Rng } from "../core";
import { embedImages } from "../nets";

/** From embeddings, row-major, to class probabilities. [n*d] -> [n*classes] */
export type PredictEmbeddings = (features: Float32Array) => Float32Array;

/** Learns from frozen embeddings and predicts from frozen embeddings. */
export type FitEmbeddings = (
  encoder: Encoder,
  train: ImageSet,
  rng: Rng,
  on?: Progress,
) => Promise<PredictEmbeddings>;

/** Makes a classifier of a function on embeddings, and marks it as needing nothing else. */
export function frozenClassifier(fit: FitEmbeddings): Classify {
  const classify = async (
    encoder: Encoder,
    train: ImageSet,
    rng: Rng,
    on?: Progress,
  ): Promise<Classifier> => {
    const predict = await fit(encoder, train, rng, on);
    return {
      predict: async (images) => predict(await embedImages(encoder, images)),
      dispose: () => undefined,
    };
  };
  return Object.assign(classify, { frozen: true });
}
