import { checkNumber, tf, type Tensor, type Variable } from "../core";
import { decays, zerosLike, type Optimiser } from "./optimiser";

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
    const state = zerosLike(variables, "momentum");
    const update = (name: string, variable: Variable, gradient: Tensor, rate: number): void => {
      const velocity = state.get(`${name}.momentum`) as Variable;
      const g =
        weightDecay > 0 && decays(variable) ? gradient.add(variable.mul(weightDecay)) : gradient;
      velocity.assign(velocity.mul(momentum).add(g));
      const move: Tensor = nesterov ? velocity.mul(momentum).add(g) : velocity;
      variable.assign(variable.sub(move.mul(rate)));
    };
    return {
      state,
      step: (gradients, rate) =>
        tf.tidy(() => {
          for (const [name, variable] of variables) {
            update(name, variable, gradients.get(name) as Tensor, rate);
          }
        }),
      dispose: () => tf.dispose([...state.values()]),
    };
  };
}
