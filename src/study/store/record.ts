import { canonicalJson, sha256, type Result, type Settings } from "../../core";
import type { ResultMetric } from "../../metrics";
import type { Collapse } from "../../pretrain";

/** What the files of this version say of themselves. */
export const recordFormat = "fewscope record 2";

/** How well the test images were told. */
export type Scores = Pick<Result, ResultMetric>;

/** A finished trial with everything that determines it; the same on every run, so that records compare byte by byte. */
export interface TrialRecord extends Result {
  /** SHA-256 of everything that determines the trial, and the name of its file. */
  readonly key: string;
  /** Counts by true class (rows) and predicted class. */
  readonly confusion: readonly (readonly number[])[];
  readonly classNames: readonly string[];
  /** Share of each class's test images that was told right; null for a class without any. */
  readonly recall: readonly (number | null)[];
  /** Expected calibration error of the test images, in [0,1]. */
  readonly calibrationError: number;
  /** Area under the curve of risk against coverage: mean error among the most certain images, over all shares of them. */
  readonly riskCoverage: number;
  /** How often predictions of each confidence were right; lacking in records of before it was kept. */
  readonly reliability?: readonly ReliabilityCounts[];
  /** Share of errors among the most certain 5, 10, ... 100 % of the test images; lacking in records of before it was kept. */
  readonly risks?: readonly number[];
  /** Steps that the classifier was trained for; 0 for one that is not trained by steps. */
  readonly steps: number;
  /** Seconds of a comparison, where a search is bounded by them; such a record differs from run to run. */
  readonly seconds?: number;
  /** Which of the independent pretrainings, from 0. */
  readonly pretraining: number;
  /** What the two halves of the method are; a sentence for one that does not know. */
  readonly pretrain: Settings | string;
  readonly classify: Settings | string;
  /** How the settings were chosen among others, where they were. */
  readonly tuning?: Choice;
  /** How far the encoder tells the images of pretraining apart, with a warning if it does not. */
  readonly collapse?: Collapse;
  /**
   * Scores by the moving average of the weights, which are the record's own, and by the last weights of the same training; where the encoder or the
   * classifier has both.
   */
  readonly weights?: { readonly average: Scores; readonly last: Scores };
  readonly threads: string;
  readonly tensorflow: string;
  /** What the trainings ran on, where that is not TensorFlow's library. */
  readonly device?: string;
  /** What products of matrices were computed with, where that is not 32-bit numbers. */
  readonly precision?: string;
}

/** Predictions whose confidence lies in one of equally wide bins over [0,1]. */
export interface ReliabilityCounts {
  readonly count: number;
  /** Mean confidence, in [0,1]; 0 without images. */
  readonly confidence: number;
  readonly right: number;
}

/** A choice among settings, told so that it can be made again. */
export interface Choice {
  /** What the settings were compared on. */
  readonly by: string;
  /** Labels a class of the search, where the budget of the trial was too small for one. */
  readonly labelsPerClass: number;
  /** Images that the settings were compared on. */
  readonly images: number;
  /** Every setting with its score; null for one that could not be trained. */
  readonly settings: readonly {
    readonly pretrain: Settings | string;
    readonly classify: Settings | string;
    readonly score: number | null;
  }[];
  /** Which of them was taken, from 0. */
  readonly chosen: number;
}

/** The text of a record's file: what it holds, what it is, and a hash of both. */
export function sealRecord(record: TrialRecord): string {
  const content = { ...record, format: recordFormat };
  return `${canonicalJson({ ...content, sha256: hashOf(content) }, 1)}\n`;
}

/** A record as it was written, one of an earlier version, or the reason why a text is none. */
export type Unsealed =
  { readonly record: TrialRecord } | { readonly earlier: Result } | { readonly reason: string };

/** Reads the text of a record's file; nothing that was changed passes. */
export function unsealRecord(text: string, key: string): Unsealed {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { reason: "it is cut off or no JSON" };
  }
  if (typeof json !== "object" || json === null) return { reason: "it is no record" };
  const { sha256: hash, ...content } = json as Record<string, unknown>;
  if (!("format" in content) && "method" in content && "accuracy" in content)
    return { earlier: content as unknown as Result };
  if (content["format"] !== recordFormat) return { reason: "it is no record of this version" };
  if (hash !== hashOf(content)) return { reason: "its content is not what was written" };
  if (content["key"] !== key) return { reason: "it has the name of another record" };
  const { format, ...record } = content;
  void format;
  return { record: record as unknown as TrialRecord };
}

const hashOf = (content: object): string => sha256(canonicalJson(content));
