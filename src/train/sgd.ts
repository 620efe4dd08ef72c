import { checkNumber, hasOwnKernels, runOwnUpdate, tf, type Tensor1D } from "../core";
import { flatVariables, followedBy } from "./flatVariables";
import { decays, type Optimiser } from "./optimiser";
import { zeros } from "./zeros";

/** How stochastic gradient descent moves. */
export interface SgdOptions {
  /** Share of the last move that is kept, in [0,1]. @default 0.9 */
  readonly momentum?: number;
  /** Added to the gradient of weights (not of norms and biases), times the weight; at least 0. @default 0 */
  readonly weightDecay?: number;
  /** Whether the gradient looks one move ahead. @default false */
  readonly nesterov?: boolean;
}

/**
 * Stochastic gradient descent as PyTorch's: v = momentum v + g + decay w, w = w - rate v.
 * @throws InputError if an option is out of range
 * @see https://pytorch.org/docs/stable/generated/torch.optim.SGD.html
 */
export function sgd({
  momentum = 0.9,
  weightDecay = 0,
  nesterov = false,
}: SgdOptions = {}): Optimiser {
  checkNumber("momentum", momentum, { min: 0, max: 1 });
  checkNumber("weightDecay", weightDecay, { min: 0 });
  return (variables) => {
    const flat = flatVariables(variables);
    const velocity = zeros(flat.size);
    const constants = { momentum, ahead: nesterov ? 1 : 0 };
    const decay = flat.repeat((variable) => (decays(variable) ? weightDecay : 0));
    return {
      state: new Map([["momentum", velocity]]),
      ...followedBy(flat),
      numbers: (rate) => [tf.scalar(rate)],
      step: (gradients, [rate]) =>
        tf.tidy(() => {
          const w = flat.values();
          if (hasOwnKernels()) {
            // The same, each value read and written once.
            const taken = [w, velocity, tf.tensor1d(decay), rate];
            const { vectors, values } = runOwnUpdate("FewscopeMomentum", constants, taken, flat.inOrder(gradients), 2); // prettier-ignore
            velocity.assign(vectors[1]);
            flat.assign(vectors[0], values);
            return;
          }
          const given = flat.join(gradients);
          const g = weightDecay > 0 ? given.add<Tensor1D>(w.mul(tf.tensor1d(decay))) : given;
          velocity.assign(velocity.mul<Tensor1D>(momentum).add(g));
          const move = nesterov ? velocity.mul(momentum).add(g) : velocity;
          flat.assign(w.sub(move.mul(rate)));
        }),
      dispose: () => {
        velocity.dispose();
        flat.dispose();
      },
    };
  };
}
