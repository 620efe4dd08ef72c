import {
  createRng,
  tf,
  writeFileAtomically,
  type Encoder,
  type ImageSet,
  type Network,
} from "../core";
import { buildNetwork } from "./buildNetwork";
import type { EncoderSpec } from "./encoderSpec";
import { writeSafetensors } from "./safetensors";
import { downloadVariables } from "./weights";

/** A frozen encoder around a network, which it owns from now on. Embeddings are made with running statistics. */
export function encoderFrom(network: Network): Encoder {
  return {
    dim: network.dim,
    network,
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

/** A network with the same weights in its own memory. */
export function copyNetwork(network: Network): Network {
  const { shape, ...spec } = network.spec as { shape: ImageSet["shape"] } & EncoderSpec;
  // The random start is overwritten at once, so its seed does not matter.
  const copy = buildNetwork(spec, shape, createRng(1));
  for (const [name, variable] of copy.variables) {
    const source = network.variables.get(name);
    if (source === undefined) continue;
    tf.tidy(() => variable.assign(source.clone()));
  }
  return copy;
}
