import { InputError, type Network, type Tensor2D, type Tensor4D } from "../core";
import type { SlidingWindow } from "./layer";
import type { Body } from "./resnet";

/** A map on the way from an image to its embedding, and where its cells lie on the image. */
export interface NetworkStage {
  /** As in the names of the weights, for example "stage2.0". */
  readonly name: string;
  /** Image pixels between the centres of two neighbouring cells. */
  readonly stride: number;
  /** Image pixel over which the first cell is centred. Cell u is centred over pixel `stride * u + offset`. */
  readonly offset: number;
  /** Image pixels along an axis that one cell can see. */
  readonly field: number;
}

/** A network taken apart at its maps, with running statistics. Everything can be differentiated. */
export interface NetworkMaps {
  /** From the first map to the last. */
  readonly stages: readonly NetworkStage[];
  /** Whether the embedding is the mean of the last map over its cells. */
  readonly averaged: boolean;
  /** The map of a stage. [b,h,w,c] -> [b,h',w',c'] */
  upTo(images: Tensor4D, stage: number): Tensor4D;
  /** The embedding of the map of a stage. [b,h',w',c'] -> [b,d] */
  from(map: Tensor4D, stage: number): Tensor2D;
}

/** A network that can be taken apart. */
export interface MappedNetwork extends Network {
  readonly maps: NetworkMaps;
}

/**
 * The maps of a network, from which its embedding is made.
 * @throws InputError if there is no network, or it has no maps
 */
export function networkMaps(network: Network | undefined): NetworkMaps {
  if (network !== undefined && "maps" in network) return (network as MappedNetwork).maps;
  throw new InputError({
    got: "an encoder without maps, such as pixels",
    expected: "one with a network, such as pretrain.none() or pretrain.simclr()",
    todo: "Choose another encoder.",
  });
}

/** Takes a network apart. */
export function mapsOf(body: Body, standardise: (images: Tensor4D) => Tensor4D): NetworkMaps {
  const { steps, averaged } = body;
  const run = (x: Tensor4D, from: number, to: number): Tensor4D =>
    steps.slice(from, to).reduce((map, { layer }) => layer.apply(map, false), x);
  return {
    stages: stagesOf(steps),
    averaged,
    upTo: (images, stage) => run(standardise(images), 0, stage + 1),
    from: (map, stage) => body.pool(run(map, stage + 1, steps.length)),
  };
}

/** @see https://distill.pub/2019/computing-receptive-fields for how windows add up */
function stagesOf(steps: Body["steps"]): NetworkStage[] {
  let at = { stride: 1, offset: 0, field: 1 };
  return steps.map(({ name, windows }) => {
    at = windows.reduce(through, at);
    return { name, ...at };
  });
}

function through(
  { stride, offset, field }: Omit<NetworkStage, "name">,
  window: SlidingWindow,
): Omit<NetworkStage, "name"> {
  return {
    stride: stride * window.stride,
    offset: offset + ((window.kernel - 1) / 2 - window.padding) * stride,
    field: field + (window.kernel - 1) * stride,
  };
}
