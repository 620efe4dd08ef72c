import * as path from "node:path";
import type { Factory, ImageSet } from "../../src/core";
import { none, physics } from "../../src/pretrain";

const encoder = { resnet: { depth: 8, width: 2 } } as const;

/** Sizes that take a moment, for every option that has such a name. */
const small: Readonly<Record<string, unknown>> = {
  encoder,
  of: [none({ encoder }), physics()],
  epochs: 2,
  batchSize: 16,
  steps: 4,
  unlabelledRatio: 2,
  episodes: 4,
  ways: 2,
  queries: 2,
  hiddenDim: 16,
  outputDim: 16,
  bottleneck: 8,
  prototypes: 12,
  components: 4,
  cell: 4,
};

/** What lies outside of a plan, for the options that need it. */
export interface Outside {
  readonly source?: ImageSet;
  readonly file?: string;
}

/** A network for images of 16 x 16 pixels. */
const onnxFile = path.join(__dirname, "..", "fixtures", "onnxFiles", "small.onnx");

/** What a technique needs from outside, and nothing else. */
export function neededOptions({ definition }: Factory<unknown>, outside: Outside): object {
  const fitting =
    definition.name === "onnx" && outside.file !== undefined
      ? { ...outside, file: onnxFile }
      : outside;
  return Object.fromEntries(Object.entries(fitting).filter(([name]) => name in definition.options));
}

/** Options that make any technique small: those of the sizes above that it has, what it needs from outside, and others that are named. */
export function smallOptions(
  factory: Factory<unknown>,
  outside: Outside = {},
  others: object = {},
): object {
  const known = Object.entries(small).filter(([name]) => name in factory.definition.options);
  return { ...Object.fromEntries(known), ...neededOptions(factory, outside), ...others };
}

/** Makes a small one of any technique. */
export function makeSmall<Made>(
  factory: Factory<Made>,
  outside: Outside = {},
  others: object = {},
): Made {
  return factory(smallOptions(factory, outside, others) as never);
}
