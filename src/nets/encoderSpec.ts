import { checkInteger, checkOneOf, InputError } from "../core";

/** Which convolutional network to build; plain JSON, so that plans and files can hold it. */
export type EncoderSpec = { readonly resnet: ResnetSpec } | { readonly conv4: Conv4Spec };

/** A residual network for small images. */
export interface ResnetSpec {
  /** Layers with weights: 8, 14, 20 in three stages; 10, 18, 34 in four; 50 in four with bottleneck blocks. */
  readonly depth: number;
  /** Channels of the first stage; each later stage has twice as many. @default 64 */
  readonly width?: number;
  /** "small": 3x3 of stride 1; "large": 7x7 of stride 2 and pooling of stride 2, for images of hundreds of pixels. @default "small" */
  readonly stem?: "small" | "large";
}

/** The four-block network of the few-shot papers. */
export interface Conv4Spec {
  /** Channels of each block. @default 64 */
  readonly width?: number;
  /** How the last map becomes a vector: all its values, or the mean of each channel. @default "flatten" */
  readonly pool?: "flatten" | "average";
}

/**
 * Passes an encoder specification that can be built.
 * @throws InputError if its kind, depth, width or pooling is none that exists
 */
export function checkEncoderSpec(spec: EncoderSpec): EncoderSpec {
  const kinds = Object.keys(spec);
  if (kinds.length !== 1) {
    throw new InputError({
      got: `an encoder with ${kinds.length === 0 ? "no kind" : kinds.join(" and ")}`,
      expected: "exactly one of resnet, conv4",
      todo: 'Write for example { "resnet": { "depth": 10, "width": 8 } }.',
    });
  }
  checkOneOf("encoder", kinds[0], ["resnet", "conv4"]);
  if ("resnet" in spec) {
    checkOneOf("encoder.resnet.depth", String(spec.resnet.depth), Object.keys(blocksOfDepth));
    checkInteger("encoder.resnet.width", spec.resnet.width ?? 64, { min: 1, max: 4096 });
    checkOneOf("encoder.resnet.stem", spec.resnet.stem ?? "small", ["small", "large"]);
  } else {
    checkInteger("encoder.conv4.width", spec.conv4.width ?? 64, { min: 1, max: 4096 });
    checkOneOf("encoder.conv4.pool", spec.conv4.pool ?? "flatten", ["flatten", "average"]);
  }
  return spec;
}

/** The depth that has bottleneck blocks. */
export const bottleneckDepth = 50;

/**
 * Blocks of each stage. Three stages: the CIFAR networks, 6n+2 layers; four: the ImageNet ones.
 * @see He et al. 2016, arXiv:1512.03385, section 4.2 and table 1
 */
export const blocksOfDepth: Readonly<Record<number, readonly number[]>> = {
  8: [1, 1, 1],
  10: [1, 1, 1, 1],
  14: [2, 2, 2],
  18: [2, 2, 2, 2],
  20: [3, 3, 3],
  34: [3, 4, 6, 3],
  50: [3, 4, 6, 3],
};
