import { known, type Classify, type FitRows, type PredictRows, type Settings } from "../core";
import { embedImages } from "../nets";

/** As `FitRows`, for what need not wait. */
export type FitAtOnce = (...given: Parameters<FitRows>) => PredictRows | Promise<PredictRows>;

/**
 * Makes a classifier of images of one that tells rows of features: it embeds them by the frozen encoder.
 * @param settings by which results are kept; without them they are not
 */
export function onEmbeddings(fitRows: FitAtOnce, settings?: Settings): Classify {
  const fit: FitRows = async (rows, rng, on) => await fitRows(rows, rng, on);
  const classify: Classify = async (encoder, train, rng, on) => {
    const features = await embedImages(encoder, train);
    const { labels, classNames } = train;
    const predict = await fit({ features, labels, dim: encoder.dim, classNames }, rng, on);
    return {
      predict: async (images) => predict(await embedImages(encoder, images)),
      dispose: () => undefined,
    };
  };
  return known(Object.assign(classify, { fit }), settings);
}
