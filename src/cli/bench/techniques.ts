import * as path from "node:path";
import { checkOneOf, subset, type ImageSet, type Method, type Progress } from "../../core";
import * as classify from "../../classify";
import * as pretrain from "../../pretrain";
import { run } from "../../study";
import { benchSet, type BenchSetName } from "./benchSets";
import { baselineName } from "./expectations";
import { benchEncoder, labelledInStep, techniqueMethods } from "./techniqueMethods";
import { techniqueRows, type TechniqueTable } from "./techniqueTable";

/** What is measured, and how long it may take. */
export interface TechniquesOptions {
  /** @default ["digits", "stm", "cifar"] */
  readonly sets?: readonly BenchSetName[];
  /** @default [1, 4, 10, 40] */
  readonly labelsPerClass?: readonly number[];
  /** Draws of labelled images, each with a pretraining of its own. @default 3 */
  readonly draws?: number;
  /** Steps of every training, on labels or before. @default 300 */
  readonly steps?: number;
  /** Names of the techniques that are measured. @default all */
  readonly only?: readonly string[] | undefined;
  /** Folder to keep records in, so that a second run goes on. @default nothing is kept */
  readonly out?: string | undefined;
}

/**
 * Measures every technique with its defaults, but for sizes, against training from scratch of equal length, whose step size is picked on training images; tells
 * which does not reach what the literature makes one expect. A set whose images are not there is left out.
 * @throws InputError if there is no technique of a name
 */
export async function benchTechniques(
  options: TechniquesOptions = {},
  on: Progress = {},
): Promise<TechniqueTable[]> {
  const { sets = ["digits", "stm", "cifar"], labelsPerClass = [1, 4, 10, 40] } = options;
  const { draws = 3, steps = 300, only, out } = options;
  const tables: TechniqueTable[] = [];
  for (const name of sets) {
    const images = await benchSet(name, on);
    if (images === undefined) continue;
    const folder = (kind: string): { out?: string } =>
      out === undefined ? {} : { out: path.join(out, `${name} ${kind}`) };
    const baselineRate = await pickRate(images, steps, folder("baseline"), on);
    const methods = chosen(techniqueMethods(images, steps, baselineRate), only);
    const shared = { images, labelsPerClass, draws, pretrainings: draws, methods };
    const results = await run({ ...shared, ...folder("techniques") }, on);
    const rows = techniqueRows(results, labelsPerClass);
    const note =
      `${results[0]?.nTest ?? 0} test images of ${images.shape.join(" x ")}; ResNet of depth 8 and width 8; ` +
      `${steps} steps of every training, with ${labelledInStep} labelled images beside unlabelled ones; ${draws} draws, each with its own pretraining.`;
    tables.push({ set: images.name, labelsPerClass, baselineRate, rows, results, note });
  }
  return tables;
}

/** The baseline and the methods of these names. @throws InputError if there is none of a name */
function chosen(methods: readonly Method[], only: readonly string[] | undefined): Method[] {
  if (only === undefined) return [...methods];
  const names = methods.map(({ name }) => name);
  const wanted = new Set([baselineName, ...only.map((name) => checkOneOf("--only", name, names))]);
  return methods.filter(({ name }) => wanted.has(name));
}

/** Step sizes that training from scratch may have. */
const rates = [3e-3, 1e-2, 3e-2];

/** Which step size suits training from scratch: told on a third of the training images, with labels of the others. */
async function pickRate(
  images: ImageSet,
  steps: number,
  folder: { readonly out?: string },
  on: Progress,
): Promise<number> {
  const pool = [...images.ids.keys()].filter((i) => images.parts?.[i] !== "test");
  const { parts, ...others } = subset(images, pool);
  void parts;
  const methods = rates.map((learningRate) => ({
    name: String(learningRate),
    pretrain: pretrain.none({ encoder: benchEncoder }),
    classify: classify.fineTune({ steps, learningRate }),
  }));
  const comparison = { images: others, test: 1 / 3, labelsPerClass: [4, 20], draws: 2, methods };
  const results = await run({ ...comparison, ...folder }, on);
  const score = (rate: number): number =>
    results
      .filter(({ method }) => method === String(rate))
      .reduce((sum, { balancedAccuracy }) => sum + balancedAccuracy, 0);
  return rates.reduce((best, rate) => (score(rate) > score(best) ? rate : best));
}
