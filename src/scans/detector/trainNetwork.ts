import {
  createRng,
  tf,
  trainableVariables,
  type Progress,
  type Rng,
  type Scalar,
  type Tensor4D,
} from "../../core";
import { storedUnet, unet, type Unet } from "../../nets";
import { adamW, movingAverage, trainLoop, warmupCosine } from "../../train";
import { cropPixels, drawCrop, emptyCrops } from "./drawCrop";
import type { Example } from "./example";
import type { DetectorNetwork } from "./detectorNetwork";

/** Crops in a batch. */
const batchSize = 8;
/** Share of the crops that come from textures, which carry over to surfaces that nobody simulated. */
const textureShare = 2 / 3;
const learningRate = 4e-3;
/** Share of the steps in which the step size rises. */
const rising = 0.15;
/** What is kept is a moving average of the weights with this momentum, which is steadier than the last of them. */
const averageMomentum = 0.998;

/**
 * Trains a network to tell defects from everything else, on pictures whose truth is known: textures first, `textures` of them, then
 * crystals.
 */
export async function trainNetwork(
  examples: readonly Example[],
  textures: number,
  { seed, steps }: { readonly seed: number; readonly steps: number },
  on: Progress,
): Promise<DetectorNetwork> {
  const rng = createRng(seed).fork("detector");
  const network = unet({ inputs: 2, outputs: 2 }, rng.fork("weights"));
  const kept = unet({ inputs: 2, outputs: 2 }, rng.fork("weights"));
  const average = movingAverage(kept.variables, network.variables);
  try {
    await trainLoop({
      task: "Detector",
      variables: new Map([
        ...network.variables,
        ...Array.from(kept.variables, ([name, v]) => [`average.${name}`, v] as const),
      ]),
      trainable: trainableVariables(network),
      steps,
      prepare: (_, own) => drawBatch(examples, textures, own),
      loss: (batch) => loss(network, batch),
      // Early on the average follows at once.
      afterStep: (step) => average.update(Math.min(averageMomentum, (1 + step) / (10 + step))),
      optimiser: adamW({ weightDecay: 0.01 }),
      schedule: warmupCosine({
        learningRate,
        warmupSteps: Math.round(rising * steps),
        totalSteps: steps,
      }),
      rng: rng.fork("steps"),
      on,
    });
    return storedUnet(kept);
  } finally {
    average.dispose();
    network.dispose();
    kept.dispose();
  }
}

type Crop = Readonly<Record<"seen" | "truth" | "difference", Tensor4D>>;

function drawBatch(examples: readonly Example[], textures: number, rng: Rng): Crop {
  const crops = emptyCrops(batchSize);
  const others = examples.length - textures;
  for (let n = 0; n < batchSize; n++) {
    const one = others === 0 || rng.uniform() < textureShare;
    const index = one ? rng.integer(textures) : textures + rng.integer(others);
    drawCrop(examples[index], crops, n, rng);
  }
  const shape = (channels: number): [number, number, number, number] => [batchSize, cropPixels, cropPixels, channels]; // prettier-ignore
  return {
    seen: tf.tensor4d(crops.seen, shape(2)),
    truth: tf.tensor4d(crops.truth, shape(1)),
    difference: tf.tensor4d(crops.difference, shape(1)),
  };
}

/** Keeps the overlap from jumping where a batch has hardly any defect. */
const diceSmoothing = 5;

/**
 * Cross-entropy of defect or not, half of one less the overlap of both, and half of the mean error of the height without the lattice:
 * to tell how high a defect stands, a network must know what the surface would look like without it.
 * @see Milletari et al. 2016, arXiv:1606.04797, for the overlap
 */
function loss(network: Unet, { seen, truth, difference }: Crop): Scalar {
  const out = network.apply(seen, true);
  const [logit, height] = tf.split(out, 2, 3) as [Tensor4D, Tensor4D];
  // log(1 + exp(x)) - x y, without overflow.
  const crossEntropy = tf.relu(logit).sub(logit.mul(truth)).add(tf.softplus(tf.neg(tf.abs(logit)))).mean(); // prettier-ignore
  const chance = tf.sigmoid(logit);
  const both = chance.mul(truth).sum().mul(2).add(diceSmoothing);
  const dice = tf.sub(1, both.div(chance.sum().add(truth.sum()).add(diceSmoothing)));
  const error = tf.abs(height.sub(difference)).mean();
  return crossEntropy.add(dice.mul(0.5)).add(error.mul(0.5));
}
