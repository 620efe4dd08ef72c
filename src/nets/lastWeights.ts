import { type Network } from "../core";

/** A network of averaged weights that keeps the last weights of its training. */
interface AveragedNetwork extends Network {
  readonly last: Network;
}

/**
 * Joins a network of averaged weights with one of the last weights of the same training, for those who compare. It owns both from now on; the last ones are
 * saved and copied with it, as variables "last.*", but never trained.
 */
export function withLast(average: Network, last: Network): Network {
  for (const variable of last.variables.values()) variable.trainable = false;
  const joined: AveragedNetwork = {
    ...average,
    last,
    spec: { ...average.spec, last: true },
    variables: new Map([
      ...average.variables,
      ...Array.from(last.variables, ([name, variable]) => [`last.${name}`, variable] as const),
    ]),
    dispose: () => {
      average.dispose();
      last.dispose();
    },
  };
  return joined;
}

/** The last weights that a network of averaged ones keeps, if it does. */
export function lastOf(network: Network): Network | undefined {
  return "last" in network ? (network as AveragedNetwork).last : undefined;
}
