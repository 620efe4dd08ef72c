import { InputError, type Network, type Rng, type Variable } from "../core";
import { fullContext, type FullContext } from "./fullContext";
import { relationModule, type RelationModule } from "./relationModule";

/** What was learnt along with an encoder to compare its embeddings; plain JSON, so that files can hold it. */
export type ComparisonSpec =
  | { readonly relation: { readonly hiddenDim: number } }
  | { readonly fullContext: { readonly steps: number } };

/** A learnt comparison with its specification. */
export type Comparison =
  | { readonly spec: ComparisonSpec; readonly relation: RelationModule }
  | { readonly spec: ComparisonSpec; readonly fullContext: FullContext };

/** A network that keeps what compares its embeddings. */
interface ComparingNetwork extends Network {
  readonly comparison: Comparison;
}

/**
 * Makes a comparison of embeddings of one length, with random weights.
 * @throws InputError if there is no such kind, or a size is out of range
 */
export function makeComparison(spec: ComparisonSpec, dim: number, rng: Rng): Comparison {
  if ("relation" in spec) return { spec, relation: relationModule({ dim, ...spec.relation }, rng) };
  if ("fullContext" in spec)
    return { spec, fullContext: fullContext({ dim, ...spec.fullContext }, rng) };
  throw new InputError({
    got: `a comparison of kind "${Object.keys(spec).join()}"`,
    expected: "relation or fullContext",
    todo: "Check that the file was written by this program.",
  });
}

/** The weights of a comparison. */
export function comparisonWeights(comparison: Comparison): ReadonlyMap<string, Variable> {
  return moduleOf(comparison).variables;
}

/** Frees the memory of a comparison that no network owns. */
export function disposeComparison(comparison: Comparison): void {
  moduleOf(comparison).dispose();
}

function moduleOf(comparison: Comparison): RelationModule | FullContext {
  return "relation" in comparison ? comparison.relation : comparison.fullContext;
}

/**
 * Joins a network with what compares its embeddings, which it owns from now on: saved and copied with it, as variables "comparison.*", but no longer
 * trained, since embeddings do not depend on it.
 */
export function withComparison(network: Network, comparison: Comparison): Network {
  const own = moduleOf(comparison);
  for (const variable of own.variables.values()) variable.trainable = false;
  const joined: ComparingNetwork = {
    ...network,
    comparison,
    spec: { ...network.spec, comparison: comparison.spec },
    variables: new Map([
      ...network.variables,
      ...Array.from(own.variables, ([name, variable]) => [`comparison.${name}`, variable] as const),
    ]),
    dispose: () => {
      network.dispose();
      own.dispose();
    },
  };
  return joined;
}

/** What was learnt to compare a network's embeddings, if anything. */
export function comparisonOf(network: Network | undefined): Comparison | undefined {
  return network !== undefined && "comparison" in network
    ? (network as ComparingNetwork).comparison
    : undefined;
}
