import { checkNumber, InputError, tf, type Scalar, type Tensor1D, type Tensor2D } from "../core";

/** How cross-entropy weighs. */
export interface CrossEntropyOptions {
  /** One number a class, at least 0; the mean is then weighted by the labels' classes. @default all equal */
  readonly weights?: readonly number[];
  /** Share of each label that is spread evenly over all classes, in [0,1). @default 0 */
  readonly smoothing?: number;
}

/**
 * Mean cross-entropy of class scores, as PyTorch's with `weight` and `label_smoothing`. Labels are class indices, or one row of
 * probabilities an image; with rows, weights do not enter the divisor. [n,c], [n] int32 or [n,c] -> scalar
 * @throws InputError if a label is no class, shapes differ, or an option is out of range
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
 */
export function crossEntropy(
  logits: Tensor2D,
  labels: Tensor1D | Tensor2D,
  { weights, smoothing = 0 }: CrossEntropyOptions = {},
): Scalar {
  const [n, classes] = logits.shape;
  checkNumber("smoothing", smoothing, { min: 0, max: 1 });
  checkLengths(logits, labels, weights);
  return tf.tidy(() => {
    const indices = labels.rank === 1;
    const rows = indices ? oneHot(labels as Tensor1D, classes) : (labels as Tensor2D);
    const smooth = smoothing === 0 ? rows : rows.mul(1 - smoothing).add(smoothing / classes);
    const perClass = weights === undefined ? undefined : tf.tensor1d([...weights]);
    const target = perClass === undefined ? smooth : smooth.mul(perClass);
    const total = tf.logSoftmax(logits).mul(target).sum().neg();
    const weighted = indices && perClass !== undefined;
    return total.div<Scalar>(weighted ? rows.mul(perClass).sum() : n);
  });
}

function oneHot(labels: Tensor1D, classes: number): Tensor2D {
  const wrong = labels.dataSync().find((label) => !(label >= 0 && label < classes));
  if (wrong !== undefined) {
    throw new InputError({
      got: `label ${wrong}`,
      expected: `a class index from 0 to ${classes - 1}`,
      todo: "Leave out unlabelled images, or give a score for every class.",
    });
  }
  return tf.oneHot(labels.toInt(), classes).toFloat() as Tensor2D;
}

function checkLengths(
  logits: Tensor2D,
  labels: Tensor1D | Tensor2D,
  weights: readonly number[] | undefined,
): void {
  const [n, classes] = logits.shape;
  const fits = labels.shape[0] === n && (labels.rank === 1 || labels.shape[1] === classes);
  if (!fits) {
    throw new InputError({
      got: `labels of shape [${labels.shape.join()}] for scores of shape [${n},${classes}]`,
      expected: `[${n}] class indices or [${n},${classes}] probabilities`,
      todo: "Give one label for each image.",
    });
  }
  if (weights !== undefined && weights.length !== classes) {
    throw new InputError({
      got: `${weights.length} class weights`,
      expected: `${classes}, one for each class`,
      todo: "Change weights.",
    });
  }
}
