import { writeFileAtomically, type Result } from "../core";
import { redrawnResults } from "./redrawnResults";
import type { TrialRecord } from "./store/record";
import { resultsCsv } from "./summary";

/** A column of numbers or texts, a value a trial. */
interface Column {
  readonly name: string;
  readonly data: (number | string | undefined)[];
  readonly type: "INT32" | "DOUBLE" | "STRING";
  readonly nullable: true;
}

/**
 * Writes the results of a study, a row a trial, as CSV or as Apache Parquet, whichever the file's name ends with.
 * @throws InputError if the folder holds no study, a record is missing, or the file cannot be written
 */
export async function exportResults(folder: string, file: string): Promise<number> {
  const results = redrawnResults(folder);
  if (!file.endsWith(".parquet")) {
    writeFileAtomically(file, resultsCsv(results));
    return results.length;
  }
  const { parquetWriteBuffer } = await import("hyparquet-writer");
  const columnData = columnsOf(results);
  writeFileAtomically(file, new Uint8Array(parquetWriteBuffer({ columnData })));
  return results.length;
}

function columnsOf(results: readonly Result[]): Column[] {
  const column = (
    name: string,
    type: Column["type"],
    value: (result: Result & Partial<TrialRecord>) => number | string | undefined,
  ): Column => ({ name, type, nullable: true, data: results.map(value) });
  return [
    column("key", "STRING", (result) => result.key),
    column("dataset", "STRING", (result) => result.dataset),
    column("method", "STRING", (result) => result.method),
    column("labelsPerClass", "INT32", (result) => result.labelsPerClass),
    column("counting", "STRING", (result) => result.counting ?? "perClass"),
    column("draw", "INT32", (result) => result.draw),
    column("pretraining", "INT32", (result) => result.pretraining),
    column("seed", "DOUBLE", (result) => result.seed),
    column("accuracy", "DOUBLE", (result) => result.accuracy),
    column("balancedAccuracy", "DOUBLE", (result) => result.balancedAccuracy),
    column("macroF1", "DOUBLE", (result) => result.macroF1),
    column("calibrationError", "DOUBLE", (result) => result.calibrationError),
    column("riskCoverage", "DOUBLE", (result) => result.riskCoverage),
    column("nTest", "INT32", (result) => result.nTest),
    column("labelsRead", "INT32", (result) => result.labelsRead),
    column("steps", "INT32", (result) => result.steps),
    column("pretrain", "STRING", (result) => JSON.stringify(result.pretrain)),
    column("classify", "STRING", (result) => JSON.stringify(result.classify)),
  ];
}
