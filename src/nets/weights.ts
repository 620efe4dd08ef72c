import { InputError, tf, type Variable } from "../core";
import type { StoredTensor } from "./safetensors";

/** Reads variables into memory. */
export function downloadVariables(
  variables: ReadonlyMap<string, Variable>,
): Map<string, StoredTensor> {
  return new Map(
    Array.from(variables, ([name, variable]) => [
      name,
      { shape: variable.shape, data: variable.dataSync<"float32">() },
    ]),
  );
}

/**
 * Sets variables to stored values.
 * @throws InputError if a name is missing, left over, or of another shape
 */
export function assignVariables(
  variables: ReadonlyMap<string, Variable>,
  stored: ReadonlyMap<string, StoredTensor>,
): void {
  for (const name of stored.keys()) if (!variables.has(name)) throw mismatch(`also "${name}"`);
  for (const [name, variable] of variables) {
    const found = stored.get(name);
    if (found === undefined) throw mismatch(`no "${name}"`);
    if (found.shape.join() !== variable.shape.join()) {
      throw mismatch(`"${name}" of shape [${found.shape.join()}], not [${variable.shape.join()}]`);
    }
  }
  for (const [name, variable] of variables) {
    const { data, shape } = stored.get(name) as StoredTensor;
    tf.tidy(() => variable.assign(tf.tensor(data.slice(), [...shape], "float32")));
  }
}

function mismatch(what: string): InputError {
  return new InputError({
    got: `weights with ${what}`,
    expected: "the weights of this network",
    todo: "Check that the file belongs to this network.",
  });
}
