import { InputError, tf, type Encoder, type ImageSet, type Rng } from "../core";
import { buildNetwork, encoderFrom, setInputStatistics, type EncoderSpec } from "../nets";

/**
 * An encoder of the same kind that has learnt nothing: all layers drawn anew, running statistics measured again on the images. What maps of a trained network
 * have to beat.
 * @throws InputError if the encoder has no network
 * @see Adebayo et al. 2018, arXiv:1810.03292
 */
export function randomNetwork(encoder: Encoder, images: ImageSet, rng: Rng): Encoder {
  const { network } = encoder;
  if (network === undefined) {
    throw new InputError({
      got: "an encoder without a network, such as pixels",
      expected: "one with layers that can be drawn anew",
      todo: "Choose another encoder.",
    });
  }
  const { shape, ...spec } = network.spec as { shape: ImageSet["shape"] } & EncoderSpec;
  const fresh = buildNetwork(spec, shape, rng.fork("weights"));
  setInputStatistics(fresh, images);
  const some = Array.from(rng.fork("images").permutation(images.ids.length).subarray(0, 128));
  const batch = tf.tensor4d(images.pixels.read(some), [some.length, ...images.shape]);
  // A tenth of the batch's statistics each time: 30 times leave 4 % of the start.
  for (let k = 0; k < 30; k++) tf.dispose(tf.tidy(() => fresh.apply(batch, true)));
  batch.dispose();
  return encoderFrom(fresh);
}
