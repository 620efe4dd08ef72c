import { checkNumber, checkOneOf, tf, type Tensor, type Tensor1D, type Variable } from "../core";
import { flatVariables, followedBy } from "./flatVariables";
import { decays, type Optimiser } from "./optimiser";
import { zeros } from "./zeros";

/**
 * Where published LARS codes differ. "google": the norm of gradient and decay together, rate inside the momentum (the SimCLR code);
 * "facebook": the same norm, rate outside (Barlow Twins, VICReg); "lightly": the norms one by one, rate outside.
 */
export type LarsVariant = "google" | "facebook" | "lightly";

/** How LARS moves. */
export interface LarsOptions {
  /** Share of the last move that is kept, in [0,1]. @default 0.9 */
  readonly momentum?: number;
  /** Added to the gradient of weights (not of norms and biases), times the weight; at least 0. @default 0 */
  readonly weightDecay?: number;
  /** Size of a move relative to the size of the weights, above 0. @default 0.001 */
  readonly trust?: number;
  /** @default "google" */
  readonly variant?: LarsVariant;
}

/**
 * Layer-wise adaptive rate scaling: each weight moves in proportion to its own norm. Norms and biases move as with plain momentum.
 * @throws InputError if an option is out of range
 * @see You et al. 2017, arXiv:1708.03888
 */
export function lars(options: LarsOptions = {}): Optimiser {
  const { momentum = 0.9, weightDecay = 0, trust = 0.001, variant = "google" } = options;
  checkNumber("momentum", momentum, { min: 0, max: 1 });
  checkNumber("weightDecay", weightDecay, { min: 0 });
  checkNumber("trust", trust, { min: 0, aboveMin: true });
  checkOneOf("variant", variant, ["google", "facebook", "lightly"]);
  const adapted = (variable: Variable, gradient: Tensor): Tensor => {
    if (!decays(variable)) return gradient;
    const decayed = gradient.add(variable.mul(weightDecay));
    const weightNorm = variable.norm();
    const gradientNorm =
      variant === "lightly" ? gradient.norm().add(weightNorm.mul(weightDecay)) : decayed.norm();
    const known = weightNorm.greater(0).logicalAnd(gradientNorm.greater(0));
    // divNoNan, because where() computes both sides.
    const ratio = tf.divNoNan(weightNorm.mul(trust), gradientNorm);
    return decayed.mul(tf.where(known, ratio, 1));
  };
  return (variables) => {
    const flat = flatVariables(variables);
    const velocity = zeros(flat.size);
    return {
      state: new Map([["momentum", velocity]]),
      ...followedBy(flat),
      numbers: (rate) => [tf.scalar(rate)],
      step: (gradients, [rate]) =>
        tf.tidy(() => {
          const w = flat.values();
          const moves = Array.from(variables, ([name, variable]): [string, Tensor] => [
            name,
            adapted(variable, gradients.get(name) as Tensor),
          ]);
          const move = flat.join(new Map(moves));
          const inside = variant === "google" ? move.mul(rate) : move;
          velocity.assign(velocity.mul<Tensor1D>(momentum).add(inside));
          flat.assign(w.sub(variant === "google" ? velocity : velocity.mul(rate)));
        }),
      dispose: () => {
        velocity.dispose();
        flat.dispose();
      },
    };
  };
}
