import * as fs from "node:fs";
import * as path from "node:path";
import { listedTrials } from "./studyStatus";
import { unsealRecord } from "./store/record";

/** What is in a study's folder, and whether it is as it was written. */
export interface Verification {
  /** Records of this study that are whole. */
  readonly whole: number;
  /** Trials and comparisons without a record. */
  readonly missing: number;
  /** Records of other settings or of an earlier version. */
  readonly foreign: number;
  /** Files that are not what was written, with the reason. */
  readonly damaged: readonly { readonly file: string; readonly reason: string }[];
}

/**
 * Reads every record of a folder and holds it against its own hash. Changes nothing.
 * @throws InputError if the folder holds no study of this version
 */
export function verifyStudy(folder: string): Verification {
  const { trials } = listedTrials(folder);
  const own = new Set(trials.flatMap(({ key, comparisons }) => [key, ...comparisons]));
  const records = path.join(folder, "records");
  const names = fs.existsSync(records) ? fs.readdirSync(records).sort() : [];
  const damaged: { file: string; reason: string }[] = [];
  let [whole, foreign] = [0, 0];
  for (const name of names) {
    const key = name.replace(/\.json$/, "");
    const found = unsealRecord(fs.readFileSync(path.join(records, name), "utf8"), key);
    if ("reason" in found) damaged.push({ file: path.join("records", name), reason: found.reason });
    else if ("record" in found && own.has(key)) whole++;
    else foreign++;
  }
  return { whole, missing: own.size - whole, foreign, damaged };
}
