import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
  createRng,
  sha256,
  tf,
  UNLABELLED,
  valuesOf,
  withLabels,
  type Encoder,
  type Factory,
  type ImageSet,
  type Known,
  type Tensor4D,
} from "../../src/core";
import { augment, nets, pretrain, study } from "../../src";
import { projectFolder, sourceFiles } from "../sourceImports";
import { makeSmall, neededOptions, type Outside } from "./everyMethod";
import { stripes } from "./fixtures";

/** What a technique makes of fixed images with a fixed seed, in a few steps. */
export interface TinyRun {
  /** Where its revision stands. */
  readonly file: string;
  readonly revision: number;
  /** SHA-256 of the settings with every default: what names its records. */
  readonly settings: string;
  /** Some numbers of what came out; the last digits depend on the processor. */
  readonly values: readonly number[];
}

const images = stripes({ perClass: 12, size: 16, noise: 0.6 });
// Few labels, and the others without.
const train = withLabels(
  images,
  images.labels.map((label, i) => (i < 9 ? label : UNLABELLED)),
);

/** Runs every technique, network and augmentation on fixed images: by name, what came out. */
export async function tinyRuns(): Promise<Readonly<Record<string, TinyRun>>> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-tiny-"));
  try {
    const file = path.join(folder, "encoder.safetensors");
    const start = await pretrain.none({ encoder: { resnet: { depth: 8, width: 4 } } })(images, createRng(3)); // prettier-ignore
    await start.save(file);
    const outside = { source: images, file };
    const runs: Record<string, TinyRun> = { ...networkRuns(), ...augmentationRuns() };
    for (const [name, factory] of Object.entries<Factory<Known>>(study.pretrainings))
      runs[`pretrain.${name}`] = await pretrainRun(name, factory, outside);
    for (const [name, factory] of Object.entries<Factory<Known>>(study.classifiers))
      runs[`classify.${name}`] = await classifyRun(name, factory, start);
    start.dispose();
    return runs;
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

async function pretrainRun(
  name: string,
  factory: Factory<Known>,
  outside: Outside,
): Promise<TinyRun> {
  const rate = rateOf(factory);
  const method = makeSmall(study.pretrainings[name as "none"], outside, rate);
  const encoder = await method(images, createRng(5));
  const rows = await nets.embedImages(encoder, images);
  encoder.dispose();
  const needed = neededOptions(factory, outside);
  // What the source or the file holds is no setting of the code.
  return told(fileOf("src/pretrain", name), factory, needed, summary(rows), ["source", "file"]);
}

/** Steps so large that a few of them show what a loss is, and not so large that rounding grows: Adam moves by the rate itself. */
function rateOf({ definition }: Factory<Known>): object {
  if (!("learningRate" in definition.options)) return {};
  return { learningRate: "source" in definition.options ? 0.01 : 0.3 };
}

async function classifyRun(
  name: string,
  factory: Factory<Known>,
  start: Encoder,
): Promise<TinyRun> {
  let encoder = start;
  if (name === "relation") {
    const learn = makeSmall(study.pretrainings.relation, { source: images });
    encoder = await learn(images, createRng(7));
  }
  const method = makeSmall(study.classifiers[name as "prototypes"]);
  // A seed with which no value comes so near to a ReLU's edge that rounding takes it across: some 0.003 of the largest.
  const classifier = await method(encoder, train, createRng(6));
  const rows = await classifier.predict(images);
  classifier.dispose();
  if (encoder !== start) encoder.dispose();
  return told(fileOf("src/classify", name), factory, {}, summary(rows), []);
}

function networkRuns(): Record<string, TinyRun> {
  const specs = { resnet: { depth: 8, width: 4 }, conv4: { width: 4 } };
  return Object.fromEntries(
    Object.entries(specs).map(([name, options]) => {
      const network = nets.buildNetwork({ [name]: options } as never, images.shape, createRng(2));
      const rows = valuesOf(() => network.apply(batch(images), true));
      network.dispose();
      const definition = nets.networks[name];
      const { settings } = definition.resolve(options);
      const run = { file: fileOf("src/nets", name), revision: definition.revision };
      return [`nets.${name}`, { ...run, settings: digest(settings), values: summary(rows) }];
    }),
  );
}

function augmentationRuns(): Record<string, TinyRun> {
  const flip = augment.flip();
  const needed: Readonly<Record<string, object>> = {
    randomApply: { probability: 0.5, steps: flip },
    compose: { steps: [flip] },
  };
  return Object.fromEntries(
    augment.augmentations().map((factory) => {
      const { name, revision } = factory.definition;
      const change = factory((needed[name] ?? {}) as never);
      const rows = valuesOf(() => change(batch(images, 3), createRng(4)));
      const run = { file: fileOf("src/augment", name), revision };
      return [`augment.${name}`, { ...run, settings: digest(change.settings), values: summary(rows) }]; // prettier-ignore
    }),
  );
}

/** The source file that defines something. */
function fileOf(folder: string, name: string): string {
  const found = sourceFiles(folder).find((file) =>
    fs.readFileSync(path.join(projectFolder, file), "utf8").includes(`define("${name}"`),
  );
  if (found === undefined) throw new Error(`nothing in ${folder} defines "${name}"`);
  return found;
}

function batch(set: ImageSet, channels = 1): Tensor4D {
  const some = Int32Array.from({ length: 6 }, (_, i) => i);
  const [height, width] = set.shape;
  const grey: Tensor4D = tf.tensor4d(set.pixels.read(some), [6, height, width, 1]);
  return channels === 1 ? grey : tf.tile<Tensor4D>(tf.clipByValue(grey, 0, 1), [1, 1, 1, channels]);
}

function told(
  file: string,
  factory: Factory<Known>,
  options: object,
  values: readonly number[],
  without: readonly string[],
): TinyRun {
  const { settings } = factory(wide(factory, options) as never);
  const kept = Object.entries(settings ?? {}).filter(([key]) => !without.includes(key));
  const { revision } = factory.definition;
  return { file, revision, settings: digest(Object.fromEntries(kept)), values };
}

/** Episodes as small as the set; every other option as it is by default. */
function wide({ definition }: Factory<Known>, options: object): object {
  return "ways" in definition.options ? { ...options, ways: 2 } : options;
}

const digest = (settings: unknown): string => sha256(JSON.stringify(settings)).slice(0, 16);

/** Mean, root mean square and some of the numbers. */
function summary(values: Float32Array): number[] {
  const mean = values.reduce((sum, x) => sum + x / values.length, 0);
  const square = values.reduce((sum, x) => sum + (x * x) / values.length, 0);
  const some = Array.from({ length: 10 }, (_, i) => values[Math.floor((i * values.length) / 10)]);
  return [mean, Math.sqrt(square), ...some].map((x) => Number(x.toPrecision(7)));
}
