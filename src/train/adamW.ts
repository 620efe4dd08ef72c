import {
  checkNumber,
  hasOwnKernels,
  runOwnUpdate,
  tf,
  type Tensor1D,
  type Variable,
} from "../core";
import { flatVariables, followedBy } from "./flatVariables";
import { decays, type Optimiser } from "./optimiser";
import { zeros } from "./zeros";

/** How AdamW moves. */
export interface AdamWOptions {
  /** Memory of the mean gradient, in [0,1). @default 0.9 */
  readonly beta1?: number;
  /** Memory of the mean square gradient, in [0,1). @default 0.999 */
  readonly beta2?: number;
  /** Keeps the divisor from 0; above 0. @default 1e-8 */
  readonly epsilon?: number;
  /** Share of each weight (not of norms and biases) that is taken off at rate 1; at least 0. @default 0.01 */
  readonly weightDecay?: number;
}

/**
 * Adam with weight decay beside the gradient, as PyTorch's.
 * @throws InputError if an option is out of range
 * @see Loshchilov & Hutter 2019, arXiv:1711.05101
 */
export function adamW(options: AdamWOptions = {}): Optimiser {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0.01 } = options;
  checkNumber("beta1", beta1, { min: 0, max: 1 });
  checkNumber("beta2", beta2, { min: 0, max: 1 });
  checkNumber("epsilon", epsilon, { min: 0, aboveMin: true });
  checkNumber("weightDecay", weightDecay, { min: 0 });
  return (variables) => {
    const flat = flatVariables(variables);
    const mean = zeros(flat.size);
    const square = zeros(flat.size);
    const count = tf.tidy(() => tf.variable(tf.scalar(0, "int32"), false));
    const constants = { beta1, beta2, share1: 1 - beta1, share2: 1 - beta2, epsilon };
    const decay = flat.repeat((variable) => (decays(variable) ? weightDecay : 0));
    return {
      state: new Map<string, Variable>([
        ["mean", mean],
        ["square", square],
        ["steps", count],
      ]),
      ...followedBy(flat),
      numbers: (rate) =>
        tf.tidy(() => {
          const t = count.dataSync()[0] + 1;
          count.assign(tf.scalar(t, "int32"));
          return [rate, rate / (1 - beta1 ** t), 1 - beta2 ** t].map((number) => tf.scalar(number));
        }),
      step: (gradients, [rate, meanRate, squareShare]) =>
        tf.tidy(() => {
          const w = flat.values();
          if (hasOwnKernels()) {
            // The same, each value read and written once.
            const given = [w, mean, square, tf.tensor1d(decay), rate, meanRate, squareShare];
            const { vectors, values } = runOwnUpdate("FewscopeAdamW", constants, given, flat.inOrder(gradients), 3); // prettier-ignore
            mean.assign(vectors[1]);
            square.assign(vectors[2]);
            flat.assign(vectors[0], values);
            return;
          }
          const g = flat.join(gradients);
          mean.assign(mean.mul<Tensor1D>(beta1).add(g.mul(1 - beta1)));
          square.assign(square.mul<Tensor1D>(beta2).add(g.square().mul(1 - beta2)));
          const divisor = square.div<Tensor1D>(squareShare).sqrt().add(epsilon);
          const move = mean.mul<Tensor1D>(meanRate).div(divisor);
          flat.assign(w.sub(w.mul(tf.tensor1d(decay).mul(rate))).sub(move));
        }),
      dispose: () => {
        tf.dispose([mean, square, count]);
        flat.dispose();
      },
    };
  };
}
