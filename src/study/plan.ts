import * as fs from "node:fs";
import * as path from "node:path";
import { stripComments } from "jsonc-parser";
import type { ImageSource } from "../catalog";
import { defined, checkOneOf, explainFileError, InputError, type Device, type LabelCounting, type Precision } from "../core"; // prettier-ignore
import type { ResultMetric } from "../metrics";
import type { AuditRule } from "./audit/auditNotes";
import { withBaselines } from "./baselines";
import { dataSchema } from "./dataSchema";
import { fillDefaults } from "./defaults";
import {
  checkSpec,
  halves,
  outsideOptions,
  readSpec,
  type ClassifySpec,
  type PretrainSpec,
} from "./methodSpecs";
import { explainSchemaError, planSchema } from "./planSchema";
import type { SplitSpec } from "./split";
import type { Standardise } from "./standardise";
import type { Tuning } from "./work/tuning";

/**
 * Where a study's images come from: exactly one of `npz`, `folder`, `zip` and `named`. Paths may begin with
 * $FEWSCOPE_DATA and else are relative to the plan.
 */
export interface PlanData extends ImageSource {
  /** @default "none" */
  readonly standardise?: Standardise;
}

/** One technique of a plan. */
export interface MethodSpec {
  readonly name: string;
  readonly pretrain: PretrainSpec;
  readonly classify: ClassifySpec;
}

/** A study as JSON: what is compared on which images with which label budgets. */
export interface Plan {
  readonly name: string;
  readonly data: PlanData;
  readonly split?: SplitSpec;
  /** Label budgets, each at least 1: of each class, unless `counting` says otherwise. */
  readonly labelsPerClass: readonly number[];
  /** How budgets count labels; a plan says "labelsInTotal" or "labelsAsTheyCome" in place of "labelsPerClass". @default "perClass" */
  readonly counting?: LabelCounting;
  /** How settings are chosen, the same way for every method. @default every method as it is */
  readonly tuning?: Tuning;
  /** Also with every label of the pool, once. @default false */
  readonly allLabels?: boolean;
  /** How many times the labelled images are drawn. */
  readonly draws: number;
  readonly seed: number;
  /** Cores in one operation; part of the result. @default 2 */
  readonly threads?: number;
  /** What trainings run on: native TensorFlow, or a GPU of any maker; part of the result where it is "webgpu". @default what FEWSCOPE_BACKEND says, else "tensorflow" */
  readonly device?: Device;
  /** What convolutions are computed with: 32-bit numbers, or 16-bit brain floats where the processor has them; part of the result where it is "mixed". @default what FEWSCOPE_PRECISION says, else "single" */
  readonly precision?: Precision;
  /** Independent pretrainings that the draws take turns with. @default 1 */
  readonly pretrainings?: number;
  /** Whether pretraining may see the test images, without labels. @default false */
  readonly transductive?: boolean;
  /** What is done about test images that are copies of images learnt from: "refuse", "flag" or "off". @default "refuse"; images of one place are flagged */
  readonly audit?: AuditRule;
  /** A split.json of another study, whose labelled images are used again. */
  readonly ladder?: string;
  /** What the figure shows. @default "balancedAccuracy" */
  readonly metric?: ResultMetric;
  /** The method that label savings are counted against. @default "from scratch" where there is one, else the last */
  readonly baseline?: string;
  /** Level of guessing in the figure, in [0,1]. @default one over the number of classes */
  readonly chance?: number;
  /** Sentences for the figure's caption. */
  readonly notes?: readonly string[];
  readonly methods: readonly MethodSpec[];
}

/**
 * Checks a plan.
 * @throws InputError that names the wrong key with the nearest right one, or the wrong value
 */
export function parsePlan(json: unknown): Plan {
  const parsed = planSchema.safeParse(json);
  if (!parsed.success) throw explainSchemaError(parsed.error, json);
  const plan = fillDefaults(withBaselines(readBudgets(parsed.data as PlanJson)));
  plan.methods.forEach((method, m) => {
    for (const [half, factories] of Object.entries(halves)) {
      const place = `methods[${m}].${half}`;
      const spec = method[half as keyof typeof halves];
      checkSpec(factories, spec, place);
      checkSources(factories, spec, place);
    }
  });
  const names = plan.methods.map((method) => method.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new InputError({
      got: `two methods named "${twice}"`,
      expected: "an own name for each method",
      todo: "Rename one of them.",
    });
  }
  checkOtherSource(plan);
  if (plan.baseline !== undefined) checkOneOf("baseline", plan.baseline, names);
  return { ...plan, labelsPerClass: [...new Set(plan.labelsPerClass)].sort((a, b) => a - b) };
}

/** A plan as its JSON has it. */
type PlanJson = Omit<Plan, "labelsPerClass"> & {
  /** What any technique has to beat: all of them, or some by name. */
  readonly baselines?: boolean | readonly string[];
  readonly defaults?: object;
  readonly labelsPerClass?: readonly number[];
  readonly labelsInTotal?: readonly number[];
  readonly labelsAsTheyCome?: readonly number[];
};

function readBudgets(json: PlanJson): Plan & Pick<PlanJson, "defaults" | "baselines"> {
  const { labelsPerClass, labelsInTotal, labelsAsTheyCome, ...plan } = json;
  if (labelsInTotal !== undefined)
    return { ...plan, labelsPerClass: labelsInTotal, counting: "total" };
  if (labelsAsTheyCome !== undefined)
    return { ...plan, labelsPerClass: labelsAsTheyCome, counting: "asTheyCome" };
  return { ...plan, labelsPerClass: labelsPerClass ?? [] };
}

/**
 * Reads a plan file and makes its paths absolute.
 * @throws InputError if the file cannot be read, is no JSON, or is no valid plan
 */
export function readPlan(file: string): Plan {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    throw explainFileError(error, file, "read");
  }
  let json: unknown;
  try {
    // Comments take no part; blanks stand for them, so that places in messages are right.
    json = JSON.parse(stripComments(text, " "));
  } catch (error) {
    throw new InputError({
      got: `"${file}", which is no JSON (${(error as Error).message})`,
      expected: "a plan in JSON",
      todo: "Mend the file at the place named.",
    });
  }
  return resolvePaths(parsePlan(json), path.dirname(path.resolve(file)));
}

function resolvePaths(plan: Plan, folder: string): Plan {
  const absolute = (file: string): string => path.resolve(folder, expandDataFolder(file));
  return {
    ...plan,
    data: resolveData(plan.data, absolute),
    ...defined({ ladder: plan.ladder && absolute(plan.ladder) }),
    methods: plan.methods.map((method) => ({
      ...method,
      pretrain: resolveOptions("pretrain", method.pretrain, absolute),
      classify: resolveOptions("classify", method.classify, absolute),
    })),
  };
}

/** The same options, with the places of files and other sets made absolute. */
function resolveOptions(
  half: keyof typeof halves,
  spec: object,
  absolute: (file: string) => string,
): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const { name, options } = readSpec(halves[half], spec);
  const found = outsideOptions(halves[half], spec).map(([key, kind]) => [
    key,
    kind === "file" ? absolute(options[key] as string) : resolveData(options[key] as PlanData, absolute), // prettier-ignore
  ]);
  return { [name]: { ...options, ...(Object.fromEntries(found) as object) } };
}

function resolveData(data: PlanData, absolute: (file: string) => string): PlanData {
  const isCsv = data.npz === undefined && data.labels !== undefined;
  return {
    ...data,
    ...defined({
      npz: data.npz && absolute(data.npz),
      folder: data.folder && absolute(data.folder),
      zip: data.zip && absolute(data.zip),
      labels: isCsv ? absolute(data.labels) : data.labels,
    }),
  };
}

/** Checks where another set comes from. */
function checkSources(factories: (typeof halves)["pretrain"], spec: object, place: string): void {
  const { name, options } = readSpec(factories, spec);
  for (const [key, kind] of outsideOptions(factories, spec)) {
    const parsed = kind === "images" ? dataSchema.safeParse(options[key]) : undefined;
    if (parsed?.success === false)
      throw explainSchemaError(parsed.error, options[key], dataSchema).at(
        `${place}.${name}.${key}`,
      );
  }
}

/** Images cannot be their own source: a study would learn from labels that it hides. */
function checkOtherSource({ data, methods }: Plan): void {
  const place = ({ npz, folder, zip, named }: PlanData): string | undefined =>
    npz ?? folder ?? zip ?? named;
  const own = methods.find(({ pretrain }) =>
    outsideOptions(halves.pretrain, pretrain).some(([key, kind]) => {
      if (kind !== "images") return false;
      const source = readSpec(halves.pretrain, pretrain).options[key] as PlanData;
      // Other groups are other images; whether they really are is seen when the source is opened.
      return source.onlyGroups === undefined && place(source) === place(data);
    }),
  );
  if (own === undefined) return;
  throw new InputError({
    got: `the study's own images as the source of "${own.name}"`,
    expected: "another set, since the labels of this one are hidden from pretraining",
    todo: "Name another set, or classify by fineTune, which learns from the labelled images.",
  });
}

/** Replaces $FEWSCOPE_DATA at the start of a path. @throws InputError if the variable is needed and not set */
function expandDataFolder(file: string): string {
  const match = /^\$(?:\{FEWSCOPE_DATA\}|FEWSCOPE_DATA)(?=[/\\]|$)/.exec(file);
  if (match === null) return file;
  const folder = process.env["FEWSCOPE_DATA"];
  if (!folder) {
    throw new InputError({
      got: `the path "${file}" while FEWSCOPE_DATA is not set`,
      expected: "the environment variable FEWSCOPE_DATA to name the folder of your data",
      todo: "Set it, for example FEWSCOPE_DATA=/home/me/data.",
    });
  }
  return path.join(folder, file.slice(match[0].length));
}
