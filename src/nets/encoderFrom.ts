import {
  createRng,
  tf,
  writeFileAtomically,
  type Encoder,
  type ImageSet,
  type Network,
} from "../core";
import { buildNetwork, type StoredSpec } from "./buildNetwork";
import { lastOf } from "./lastWeights";
import { writeSafetensors } from "./safetensors";
import { downloadVariables } from "./weights";

/** A frozen encoder around a network, which it owns from now on. Embeddings are made with running statistics. */
export function encoderFrom(network: Network): Encoder {
  const last = lastOf(network);
  return {
    dim: network.dim,
    network,
    // Its weights are freed with those that it stands beside.
    ...(last === undefined ? {} : { last: { ...encoderFrom(last), dispose: () => undefined } }),
    embed: (images) => tf.tidy(() => network.apply(images, false)),
    clone: () => encoderFrom(copyNetwork(network)),
    save: (file) => {
      const metadata = { encoder: JSON.stringify({ kind: "network", ...network.spec }) };
      writeFileAtomically(file, writeSafetensors(downloadVariables(network.variables), metadata));
      return Promise.resolve();
    },
    dispose: () => network.dispose(),
  };
}

/** How much of a network is copied. */
export interface CopyNetworkOptions {
  /** Whether the last weights that stand beside averaged ones are left out, as for those who go on training. @default false */
  readonly withoutLast?: boolean;
}

/** A network with the same weights in its own memory. */
export function copyNetwork(
  network: Network,
  { withoutLast = false }: CopyNetworkOptions = {},
): Network {
  const { shape, last, ...spec } = network.spec as { shape: ImageSet["shape"] } & StoredSpec;
  const kept = withoutLast || last === undefined ? spec : { ...spec, last };
  // The random start is overwritten at once, so its seed does not matter.
  const copy = buildNetwork(kept, shape, createRng(1));
  for (const [name, variable] of copy.variables) {
    const source = network.variables.get(name);
    if (source === undefined) continue;
    tf.tidy(() => variable.assign(source.clone()));
  }
  return copy;
}
