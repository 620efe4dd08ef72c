import * as fs from "node:fs";
import * as path from "node:path";
import { canonicalJson, defined, InputError, writeFileIfChanged } from "../core";
import type { Plan } from "./plan";
import { readStudyFile } from "./store/store";
import type { Environment, Unit } from "./work/planUnits";

/** A trial as a folder lists it, so that what is done can be told without the images. */
export interface ListedTrial {
  readonly key: string;
  readonly method: string;
  readonly labelsPerClass: number;
  readonly draw: number;
  /** Names of the encoders that it may learn on. */
  readonly encoders: readonly string[];
  /** Names of the comparisons that it waits for. */
  readonly comparisons: readonly string[];
  /** Names of the encoders that these learn on, which may be of another pretraining; lacking in folders of before it was kept. */
  readonly searched?: readonly string[];
}

/** What a folder says of its study. */
export interface StudyFile {
  readonly plan: Plan;
  /** Hash of pixels, ids and groups of the study's images. */
  readonly images: string;
  /** Of each image; lacking in folders of before it was kept. */
  readonly shape?: readonly [height: number, width: number, channels: number];
  readonly classNames?: readonly string[];
  readonly notes: readonly string[];
  readonly trials: readonly ListedTrial[];
  readonly threads: string;
  /** What trainings run on, where that is not TensorFlow's library. */
  readonly device?: string;
  /** What products of matrices are computed with, where that is not 32-bit numbers. */
  readonly precision?: string;
}

const fileName = "study.json";

/**
 * Writes what a folder's study is, before any of it is done.
 */
export function writeStudyFile(folder: string, study: StudyFile): void {
  writeFileIfChanged(path.join(folder, fileName), `${canonicalJson(study, 1)}\n`);
}

/** The trials as a folder lists them. */
export function listTrials(units: readonly Unit[]): ListedTrial[] {
  return units.map(({ key, method, labelsPerClass, draw, candidates, search }) => ({
    key,
    method,
    labelsPerClass,
    draw,
    encoders: encodersOf(candidates),
    comparisons: (search?.units ?? []).map((unit) => unit.key),
    searched: encodersOf((search?.units ?? []).flatMap((unit) => unit.candidates)),
  }));
}

const encodersOf = (candidates: Unit["candidates"]): string[] => [
  ...new Set(candidates.map(({ encoderKey }) => encoderKey)),
];

/**
 * Reads what a folder's study is; of an earlier version's only the keys of its trials.
 * @throws InputError if the folder holds no study
 */
export function readStudy(
  folder: string,
): StudyFile | (Pick<StudyFile, "plan" | "notes"> & { readonly trials: readonly string[] }) {
  return readStudyFile(folder, fileName) as StudyFile;
}

/**
 * Makes sure that a folder's earlier runs were of the same study on the same images.
 * @throws InputError if they were of another one, or the images have changed
 */
export function checkFolder(folder: string, { name }: Plan, images: string): void {
  if (!fs.existsSync(path.join(folder, fileName))) return;
  const before = readStudy(folder);
  if (before.plan.name !== name) {
    throw new InputError({
      got: `the folder "${folder}", in which the study "${before.plan.name}" was run, for "${name}"`,
      expected: "a folder for each study",
      todo: "Name another folder, or give the plan its old name.",
    });
  }
  const old = "images" in before ? before.images : imagesOfSplit(folder);
  if (old === undefined || old === images) return;
  throw new InputError({
    got: `other images than when "${name}" was last run in "${folder}": the data have changed`,
    expected: "the same pixels, ids and groups, so that all trials are of the same images",
    todo: "Put the data back as they were, or name another folder for a new study.",
  });
}

function imagesOfSplit(folder: string): string | undefined {
  if (!fs.existsSync(path.join(folder, "split.json"))) return undefined;
  return (readStudyFile(folder, "split.json") as { readonly images?: string }).images;
}

/** What a folder says of what decides its trials' last digits. */
export function nameEnvironment(
  now: Environment,
): Pick<StudyFile, "threads" | "device" | "precision"> {
  const { threads, device, precision } = now;
  return { threads, ...defined({ device, precision }) };
}
