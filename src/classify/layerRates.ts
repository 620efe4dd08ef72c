import { checkOneOf, option, type DefaultTable, type Network } from "../core";
import { byPart, type Optimiser, type OptimiserPart } from "../train";

/** Options of layers: how fast each learns. */
export interface LayerRateOptions {
  /**
   * Share of the learning rate of the layer above that each layer has: the head learns at the full rate, the encoder's last stage at this share
   * of it, and so on down to the stem. Above 0 and at most 1. @default 1
   */
  readonly layerDecay?: number;
  /**
   * Share of the learning rate by layer, in place of what `layerDecay` gives, such as { "stem": 0, "stage1": 0.1, "head": 2 }; 0 keeps
   * the weights of a layer, while its running statistics go on following the images. At least 0. @default {}
   */
  readonly layerRates?: Readonly<Record<string, number>>;
}

/** These options as a table; whether there are layers of these names is seen with the network. */
export function layerRateOptions(): DefaultTable<LayerRateOptions> {
  return {
    layerDecay: option.number({ min: 0, aboveMin: true, max: 1, default: 1 }),
    layerRates: option.numbersByName({ min: 0 }, { default: {} }),
  };
}

/** The layers of a network with a head, from the images upwards: stem, stage1, ..., head. */
export function layerNames(network: Network): string[] {
  const names = [...network.variables]
    .filter(([, variable]) => variable.trainable)
    .map(([name]) => name.split(".")[0]);
  return [...new Set(names), "head"];
}

/**
 * Share of the learning rate of each layer.
 * @throws InputError if a layer is named that is not there
 * @see Howard & Ruder 2018, arXiv:1801.06146, section 3.2: discriminative fine-tuning, with a share of 1/2.6
 */
export function layerShares(
  network: Network,
  { layerDecay = 1, layerRates = {} }: LayerRateOptions,
): ReadonlyMap<string, number> {
  const layers = layerNames(network);
  for (const name of Object.keys(layerRates)) checkOneOf("layer of layerRates", name, layers);
  return new Map(
    layers.map((name, i) => [name, layerRates[name] ?? layerDecay ** (layers.length - 1 - i)]),
  );
}

/** Gives each layer its own share of the learning rate; the same optimiser where all are 1. Variables are named "encoder.*" and "head.*". */
export function withLayerRates(
  optimiser: Optimiser,
  network: Network,
  options: LayerRateOptions,
): Optimiser {
  const shares = layerShares(network, options);
  if ([...shares.values()].every((share) => share === 1)) return optimiser;
  return byPart(
    Object.fromEntries(
      Array.from(shares, ([name, share]): [string, OptimiserPart] => [
        name === "head" ? "head." : `encoder.${name}.`,
        { optimiser, rate: (rate) => rate * share },
      ]),
    ),
  );
}
