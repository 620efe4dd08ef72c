import * as fs from "node:fs";
import { z } from "zod";
import { fromSpec } from "../augment";
import * as classify from "../classify";
import {
  explainFileError,
  sha256,
  type Augmentation,
  type Classify,
  type ImageSet,
  type Pretrain,
} from "../core";
import * as pretrain from "../pretrain";
import { dataSchema } from "./dataSchema";
import type { PlanData } from "./plan";
import { identifySource, supervisedBy } from "./supervisedBy";

/*
 * The techniques that a plan may name: the schema of each one's options, and how it is made of them. A new technique
 * gets one entry here; the command line, the plan's checks and the errors follow.
 */

const positiveInteger = z.int().min(1);
const positive = z.number().positive();
/** Checked where it is read, by the augmentations themselves. */
const views = z.unknown().optional();

const encoder = z
  .strictObject({
    resnet: z
      .strictObject({
        depth: z.int(),
        width: positiveInteger.optional(),
        stem: z.enum(["small", "large"]).optional(),
      })
      .optional(),
    conv4: z.strictObject({ width: positiveInteger.optional() }).optional(),
  })
  .refine((spec) => Object.keys(spec).length === 1, { error: "exactly one of resnet, conv4" })
  .optional();

interface Entry<Made> {
  readonly schema: z.ZodType;
  readonly make: (options: never) => Made;
}

function entry<Schema extends z.ZodType, Made>(
  schema: Schema,
  make: (options: z.infer<Schema>) => Made,
): Entry<Made> {
  return { schema, make: make };
}

/** Options as a method takes them, with its views made. */
function withViews<T extends { views?: unknown }>(
  options: T,
): Omit<T, "views"> & { views?: Augmentation } {
  const { views: spec, ...rest } = options;
  return spec === undefined ? rest : { ...rest, views: fromSpec(spec) };
}

/** What every self-supervised training takes. */
const common = {
  views,
  encoder,
  epochs: positiveInteger.optional(),
  batchSize: z.int().min(2).optional(),
  learningRate: positive.optional(),
  warmupEpochs: z.number().min(0).optional(),
  weightDecay: z.number().min(0).optional(),
  pairs: z.enum(pretrain.pairings).optional(),
};
const share = z.number().min(0).max(1).optional();
const weight = z.number().min(0).optional();

/** A self-supervised training with what it takes beside the common options. */
function selfSupervised<Options>(
  method: (options: Options) => Pretrain,
  own: z.ZodRawShape = {},
): Entry<Pretrain> {
  return entry(z.strictObject({ ...common, ...own }), (options) =>
    method(plain(withViews(options))),
  );
}

/** A training on another set's labels with what it takes beside the common options. */
function onSource<Options extends { readonly source: ImageSet }>(
  method: (options: Options) => Pretrain,
  own: z.ZodRawShape,
): Entry<Pretrain> {
  const schema = z.strictObject({
    source: dataSchema,
    views,
    encoder,
    learningRate: positive.optional(),
    weightDecay: weight,
    ...own,
  });
  return entry(schema, (options) => {
    const { source, ...rest } = options as { source: unknown };
    return supervisedBy(method, plain(source), plain(withViews(rest)));
  });
}

/** A training by episodes with what it takes beside the common options. */
function byEpisodes<Options extends { readonly source: ImageSet }>(
  method: (options: Options) => Pretrain,
  own: z.ZodRawShape = {},
): Entry<Pretrain> {
  return onSource(method, {
    episodes: positiveInteger.optional(),
    ways: z.int().min(2).optional(),
    shots: positiveInteger.optional(),
    queries: positiveInteger.optional(),
    schedule: z.enum(pretrain.episodicSchedules).optional(),
    turnsAsClasses: z.boolean().optional(),
    ...own,
  });
}

/** Pretraining by name. */
export const pretrainings = {
  none: entry(z.strictObject({ encoder }), (options) => pretrain.none(plain(options))),
  pixels: entry(z.strictObject({ components: positiveInteger.optional() }), (options) =>
    pretrain.pixels(options),
  ),
  hog: entry(
    z.strictObject({
      orientations: positiveInteger.optional(),
      cell: z.int().min(2).optional(),
      block: positiveInteger.optional(),
    }),
    (options) => pretrain.hog(plain(options)),
  ),
  simclr: selfSupervised(pretrain.simclr, {
    temperature: positive.optional(),
    hiddenDim: positiveInteger.optional(),
    outputDim: positiveInteger.optional(),
  }),
  moco: selfSupervised(pretrain.moco, {
    temperature: positive.optional(),
    momentum: share,
    queueSize: positiveInteger.optional(),
    groups: positiveInteger.optional(),
    symmetric: z.boolean().optional(),
    hiddenDim: positiveInteger.optional(),
    outputDim: positiveInteger.optional(),
  }),
  byol: selfSupervised(pretrain.byol, {
    momentum: share,
    hiddenDim: positiveInteger.optional(),
    outputDim: positiveInteger.optional(),
  }),
  simSiam: selfSupervised(pretrain.simSiam, {
    outputDim: positiveInteger.optional(),
    bottleneck: positiveInteger.optional(),
  }),
  barlowTwins: selfSupervised(pretrain.barlowTwins, {
    lambda: weight,
    outputDim: positiveInteger.optional(),
  }),
  vicreg: selfSupervised(pretrain.vicreg, {
    invariance: weight,
    variance: weight,
    covariance: weight,
    outputDim: positiveInteger.optional(),
  }),
  dino: selfSupervised(pretrain.dino, {
    momentum: share,
    studentTemperature: positive.optional(),
    teacherTemperature: positive.optional(),
    centreMomentum: share,
    prototypes: z.int().min(2).optional(),
    hiddenDim: positiveInteger.optional(),
    bottleneck: positiveInteger.optional(),
  }),
  rotation: selfSupervised(pretrain.rotation),
  denoisingAutoencoder: selfSupervised(pretrain.denoisingAutoencoder, {
    noise: weight,
    mask: z.number().min(0).max(0.99).optional(),
    patch: positiveInteger.optional(),
    hiddenDim: positiveInteger.optional(),
  }),
  supervised: onSource(pretrain.supervised, {
    epochs: positiveInteger.optional(),
    batchSize: z.int().min(2).optional(),
  }),
  prototypical: byEpisodes(pretrain.prototypical),
  matching: byEpisodes(pretrain.matching, {
    temperature: positive.optional(),
    fullContext: z.boolean().optional(),
    contextSteps: positiveInteger.optional(),
  }),
  relation: byEpisodes(pretrain.relation, { hiddenDim: positiveInteger.optional() }),
  from: entry(
    z.strictObject({ file: z.string().min(1), statistics: z.enum(["images", "file"]).optional() }),
    ({ file, ...options }) => pretrain.from(file, plain(options)),
  ),
} satisfies Record<string, Entry<Pretrain>>;

/** Options as a method takes them, with its weak and strong changes made. */
function withChanges<T extends { weak?: unknown; strong?: unknown }>(options: T): object {
  const { weak, strong, ...rest } = options;
  return {
    ...rest,
    ...(weak === undefined ? {} : { weak: fromSpec(weak) }),
    ...(strong === undefined ? {} : { strong: fromSpec(strong) }),
  };
}

/** A training on labelled and unlabelled images with what it takes beside the common options. */
function semiSupervised<Options>(
  method: (options: Options) => Classify,
  own: z.ZodRawShape,
): Entry<Classify> {
  const schema = z.strictObject({
    steps: positiveInteger.optional(),
    batchSize: positiveInteger.optional(),
    unlabelledRatio: positiveInteger.optional(),
    learningRate: positive.optional(),
    weightDecay: weight,
    momentum: share,
    weak: views,
    ...own,
  });
  return entry(schema, (options) => method(plain(withChanges(options))));
}

const featureScale = z.enum(["all", "labelled", "none"]).optional();
const kernelGraph = {
  gamma: positive.optional(),
  normalise: z.boolean().optional(),
  maxIterations: positiveInteger.optional(),
  tolerance: weight,
};

const lastLayer = {
  epochs: positiveInteger.optional(),
  batchSize: positiveInteger.optional(),
  learningRate: positive.optional(),
  momentum: share,
  weightDecay: weight,
};

/** Classifiers by name. */
export const classifiers = {
  baseline: entry(z.strictObject(lastLayer), (options) => classify.baseline(plain(options))),
  baselinePlusPlus: entry(z.strictObject({ ...lastLayer, scale: positive.optional() }), (options) =>
    classify.baselinePlusPlus(plain(options)),
  ),
  laplacianShot: entry(
    z.strictObject({
      lambda: weight,
      neighbours: positiveInteger.optional(),
      transform: z.enum(classify.simpleShotTransforms).optional(),
      maxIterations: positiveInteger.optional(),
    }),
    (options) => classify.laplacianShot(plain(options)),
  ),
  piModel: semiSupervised(classify.piModel, { weight, ramp: share }),
  pseudoLabel: semiSupervised(classify.pseudoLabel, { weight, ramp: share, threshold: share }),
  meanTeacher: semiSupervised(classify.meanTeacher, { weight, ramp: share }),
  mixMatch: semiSupervised(classify.mixMatch, {
    weight,
    ramp: share,
    temperature: positive.optional(),
    alpha: positive.optional(),
  }),
  uda: semiSupervised(classify.uda, {
    weight,
    threshold: share,
    temperature: positive.optional(),
    annealing: z.enum(["none", "linear", "log", "exp"]).optional(),
    strong: views,
  }),
  flexMatch: semiSupervised(classify.flexMatch, { weight, threshold: share, strong: views }),
  supCon: entry(
    z.strictObject({
      views,
      epochs: positiveInteger.optional(),
      minSteps: z.int().min(0).optional(),
      batchSize: positiveInteger.optional(),
      learningRate: positive.optional(),
      weightDecay: weight,
      temperature: positive.optional(),
      hiddenDim: positiveInteger.optional(),
      outputDim: positiveInteger.optional(),
    }),
    (options) => classify.supCon(plain(withViews(options))),
  ),
  fixMatch: semiSupervised(classify.fixMatch, { weight, threshold: share, strong: views }),
  fineTune: entry(
    z.strictObject({
      views,
      epochs: positiveInteger.optional(),
      minSteps: z.int().min(0).optional(),
      batchSize: positiveInteger.optional(),
      learningRate: positive.optional(),
      weightDecay: z.number().min(0).optional(),
      layerDecay: z.number().gt(0).max(1).optional(),
      layerRates: z.record(z.string(), z.number().min(0)).optional(),
    }),
    (options) => classify.fineTune(withViews(options)),
  ),
  logisticRegression: entry(
    z.strictObject({
      c: positive.optional(),
      standardise: z.enum(["all", "labelled", "none"]).optional(),
      maxIterations: positiveInteger.optional(),
    }),
    (options) => classify.logisticRegression(options),
  ),
  linearSvm: entry(
    z.strictObject({
      c: positive.optional(),
      standardise: featureScale,
      tolerance: positive.optional(),
      maxIterations: positiveInteger.optional(),
    }),
    (options) => classify.linearSvm(plain(options)),
  ),
  labelPropagation: entry(z.strictObject(kernelGraph), (options) =>
    classify.labelPropagation(plain(options)),
  ),
  labelSpreading: entry(z.strictObject({ ...kernelGraph, alpha: share }), (options) =>
    classify.labelSpreading(plain(options)),
  ),
  selfTraining: entry(
    z.strictObject({
      threshold: share,
      rounds: z.int().min(0).optional(),
      c: positive.optional(),
      standardise: featureScale,
    }),
    (options) => classify.selfTraining(plain(options)),
  ),
  nearestNeighbours: entry(
    z.strictObject({ k: positiveInteger.optional(), temperature: positive.optional() }),
    (options) => classify.nearestNeighbours(options),
  ),
  matching: entry(z.strictObject({ fullContext: z.boolean().optional() }), (options) =>
    classify.matching(plain(options)),
  ),
  relation: entry(z.strictObject({}), () => classify.relation()),
  simpleShot: entry(
    z.strictObject({ transform: z.enum(classify.simpleShotTransforms).optional() }),
    (options) => classify.simpleShot(options),
  ),
  prototypes: entry(
    z.strictObject({ distance: z.enum(["squaredEuclidean", "cosine"]).optional() }),
    (options) => classify.prototypes(options),
  ),
} satisfies Record<string, Entry<Classify>>;

/** One pretraining with its options, for example { "simclr": { "epochs": 100 } }. */
export type PretrainSpec = { readonly [Name in keyof typeof pretrainings]?: object };

/** One classifier with its options, for example { "logisticRegression": {} }. */
export type ClassifySpec = { readonly [Name in keyof typeof classifiers]?: object };

/** Makes the pretraining that a plan names. */
export function makePretrain(spec: PretrainSpec): Pretrain {
  return make(pretrainings, spec);
}

/**
 * What a pretraining's result depends on: its options, with the content of a file in place of its path.
 * @throws InputError if the file cannot be read
 */
export function identifyPretrain(spec: PretrainSpec): object {
  const [name, given] = Object.entries(spec)[0] as [string, { readonly source?: PlanData }];
  if (given.source !== undefined)
    return { [name]: { ...given, source: identifySource(given.source) } };
  if (spec.from === undefined) return spec;
  const { file, ...options } = spec.from as { readonly file: string };
  try {
    return { from: { ...options, sha256: sha256(fs.readFileSync(file)) } };
  } catch (error) {
    throw explainFileError(error, file, "read");
  }
}

/** Makes the classifier that a plan names. */
export function makeClassify(spec: ClassifySpec): Classify {
  return make(classifiers, spec);
}

function make<Made>(entries: Readonly<Record<string, Entry<Made>>>, spec: object): Made {
  const [name, options] = Object.entries(spec)[0] as [string, never];
  return entries[name].make(options);
}

/** The checks above have made sure of what the wider type allows. */
function plain<T, U>(options: T): U {
  return options as unknown as U;
}
