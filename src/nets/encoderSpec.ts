import {
  checkOneOf,
  define,
  inPlace,
  InputError,
  option,
  type Definition,
  type Option,
  type OptionTable,
  type Settings,
} from "../core";

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

const width = option.integer({ min: 1, max: 4096, default: 64 });

/** Every kind of network by its name, with its options. */
export const networks: Readonly<Record<string, Definition>> = {
  resnet: define("resnet", 1, {
    depth: option.required(option.choice(Object.keys(blocksOfDepth).map(Number), {})),
    width,
    stem: option.choice(["small", "large"], { default: "small" }),
  } satisfies OptionTable<ResnetSpec>),
  conv4: define("conv4", 1, {
    width,
    pool: option.choice(["flatten", "average"], { default: "flatten" }),
  } satisfies OptionTable<Conv4Spec>),
};

/**
 * Fills in and checks what encoder to build.
 * @throws InputError if its kind, depth, width or pooling is none that exists
 */
export function checkEncoderSpec(spec: EncoderSpec): EncoderSpec {
  return resolve("encoder", spec).spec;
}

/** An encoder as an option of a method. */
export function encoderOption(fallback: EncoderSpec): Option<EncoderSpec> {
  return {
    fallback: () => checkEncoderSpec(fallback),
    check: (name, value) => resolve(name, value).spec,
    tell: (spec) => resolve("encoder", spec).settings,
  };
}

function resolve(
  name: string,
  spec: unknown,
): { spec: EncoderSpec; settings: Settings | undefined } {
  const kinds = option.isRecord(spec) ? Object.keys(spec) : [];
  const [kind] = kinds;
  if (kinds.length === 1) checkOneOf(name, kind, Object.keys(networks));
  if (!option.isRecord(spec) || kinds.length !== 1) {
    throw new InputError({
      option: name,
      got: `${name} ${JSON.stringify(spec) ?? String(spec)}`,
      expected: `exactly one of ${Object.keys(networks).join(", ")}`,
      todo: 'Write for example { "resnet": { "depth": 10, "width": 8 } }.',
    });
  }
  const { options, settings } = inPlace(`${name}.${kind}`, () =>
    networks[kind].resolve(spec[kind] as object),
  );
  return { spec: { [kind]: options } as unknown as EncoderSpec, settings };
}
