import {
  createRng,
  type Classify,
  type FitRows,
  type LabelledRows,
  type PredictRows,
  type Progress,
} from "../../src/core";

/** Rows with their labels, as classifiers that need no images take them; -1 for none. */
export function labelledRows(
  rows: readonly (readonly number[])[],
  labels: readonly number[],
  classNames: readonly string[] = namesFor(labels),
): LabelledRows {
  return {
    features: Float32Array.from(rows.flat()),
    labels: Int32Array.from(labels),
    dim: rows[0].length,
    classNames,
  };
}

const namesFor = (labels: readonly number[]): string[] =>
  Array.from({ length: 1 + Math.max(...labels) }, (_, c) => `class ${c}`);

/** Learns from rows, with a fixed seed. */
export async function fitRows(
  method: Classify,
  rows: LabelledRows,
  on?: Progress,
): Promise<PredictRows> {
  return await (method.fit as FitRows)(rows, createRng(1), on);
}

/** What a classifier makes of other rows, row after row. */
export async function probabilities(
  method: Classify,
  rows: LabelledRows,
  query: readonly (readonly number[])[],
): Promise<number[]> {
  const predict = await fitRows(method, rows);
  return Array.from(predict(Float32Array.from(query.flat())));
}
