import {
  createRng,
  InputError,
  joinVariables,
  readBatch,
  tf,
  trainableVariables,
  valuesOf,
  type Classifier,
  type Encoder,
  type Network,
  type Rng,
  type Scalar,
  type Tensor2D,
  type Tensor4D,
  type Variable,
} from "../core";
import { copyNetwork, linear, type Head } from "../nets";
import { softmaxRows } from "./labelled";

/** An encoder's network with a linear layer on top: from images to class scores. */
export interface ScoringNetwork {
  readonly network: Network;
  readonly head: Head;
  readonly classes: number;
  /** All weights and running statistics, named "encoder.*" and "head.*". */
  readonly variables: Map<string, Variable>;
  /** Those that gradients change. */
  readonly trainable: Map<string, Variable>;
  /** `training` uses batch statistics and updates the running ones. [b,h,w,c] -> [b,classes] */
  apply(images: Tensor4D, training: boolean): Tensor2D;
  dispose(): void;
}

/**
 * An own copy of an encoder's network, to be trained.
 * @throws InputError if the encoder has no weights
 */
export function trainableCopy({ network }: Encoder): Network {
  if (network !== undefined) return copyNetwork(network, { withoutLast: true });
  throw new InputError({
    got: "an encoder without weights, such as pixels",
    expected: "one that can be trained, such as pretrain.none() or pretrain.simclr()",
    todo: "Choose another pretraining, or another classifier.",
  });
}

/**
 * Puts a new linear layer on a copy of an encoder's network.
 * @throws InputError if the encoder has no weights
 */
export function scoringNetwork(encoder: Encoder, classes: number, rng: Rng): ScoringNetwork {
  const network = trainableCopy(encoder);
  return join(network, linear({ inputDim: network.dim, outputDim: classes }, rng), classes);
}

/** The same weights in their own memory. */
export function copyScoringNetwork({ network, head, classes }: ScoringNetwork): ScoringNetwork {
  // The random start is overwritten at once, so its seed does not matter.
  const copy = linear({ inputDim: network.dim, outputDim: classes }, createRng(1));
  for (const [name, variable] of copy.variables) {
    const source = head.variables.get(name);
    if (source !== undefined) tf.tidy(() => variable.assign(source.clone()));
  }
  return join(copyNetwork(network), copy, classes);
}

function join(network: Network, head: Head, classes: number): ScoringNetwork {
  const variables = joinVariables({ encoder: network, head });
  return {
    network,
    head,
    classes,
    variables,
    trainable: trainableVariables({ variables }),
    apply: (images, training) => head.apply(network.apply(images, training), training),
    dispose: () => {
      network.dispose();
      head.dispose();
    },
  };
}

/** Images predicted in one go. */
const predictBatch = 256;

/** A classifier that owns its network from now on. Probabilities are the softmax of the scores, with running statistics. */
export function scoringClassifier(model: ScoringNetwork): Classifier {
  const { classes } = model;
  return {
    predict: (images) => {
      const n = images.ids.length;
      const scores = new Float32Array(n * classes);
      for (let from = 0; from < n; from += predictBatch) {
        const count = Math.min(predictBatch, n - from);
        const indices = Int32Array.from({ length: count }, (_, i) => from + i);
        scores.set(
          valuesOf(() => model.apply(readBatch(images, indices), false)),
          from * classes,
        );
      }
      return Promise.resolve(softmaxRows(scores, classes));
    },
    dispose: () => model.dispose(),
  };
}

/** A classifier that owns both networks from now on: it tells by the average, and by the last weights where it is asked to. */
export function averageClassifier(average: ScoringNetwork, last: ScoringNetwork): Classifier {
  const byAverage = scoringClassifier(average);
  const byLast = scoringClassifier(last);
  return {
    predict: (images) => byAverage.predict(images),
    predictByLast: (images) => byLast.predict(images),
    dispose: () => {
      byAverage.dispose();
      byLast.dispose();
    },
  };
}

/** Scores of several batches from one pass, so that batch norm sees them together. */
export function scoreTogether(
  model: ScoringNetwork,
  ...parts: readonly Tensor4D[]
): readonly Tensor2D[] {
  const scores = model.apply(tf.concat([...parts]), true);
  return tf.split(
    scores,
    parts.map((part) => part.shape[0]),
  );
}

/** Share of rows whose largest probability reaches the threshold. [n,c] -> scalar */
export function shareAbove(scores: Tensor2D, threshold: number): Scalar {
  return tf.tidy(() => tf.softmax(scores).max(1).greaterEqual(threshold).toFloat().mean<Scalar>());
}
