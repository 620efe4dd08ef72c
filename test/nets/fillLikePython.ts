import { tf, type Variable } from "../../src/core";
import { noise } from "../fixtures/networkParity";

/** Gives each trainable variable the values that networkParity.py gives it. */
export function fillLikePython(variables: ReadonlyMap<string, Variable>): void {
  [...variables.keys()].sort().forEach((name, k) => {
    const variable = variables.get(name) as Variable;
    const values = noise(100 + k, variable.size);
    const [h, w, , outputs] = variable.shape;
    const spread = variable.rank === 4 ? Math.sqrt(6 / (h * w * outputs)) : 0.2;
    const middle = variable.rank === 1 && name.endsWith("weight") ? 1 : 0;
    tf.tidy(() =>
      variable.assign(
        tf.tensor(
          values.map((v) => middle + spread * v),
          variable.shape,
        ),
      ),
    );
  });
}
