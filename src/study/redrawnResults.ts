import { InputError, type Result } from "../core";
import { openStore } from "./store/store";
import { readStudy } from "./studyFolder";

/**
 * The results of a finished study in the order of its trials, those of an earlier version as well.
 * @throws InputError if the folder holds no study, or a record is missing
 */
export function redrawnResults(folder: string): Result[] {
  const store = openStore(folder, { readOnly: true });
  store.claims.close();
  return readStudy(folder).trials.flatMap((trial): Result[] => {
    const key = typeof trial === "string" ? trial : trial.key;
    const record = store.read(key) ?? store.readEarlier(key);
    if (record !== undefined) return [record];
    if (store.failure(key) !== undefined) return [];
    throw new InputError({
      got: `a study without its record ${key}`,
      expected: "a record for each trial",
      todo: "Run the study again; it makes what is missing.",
    });
  });
}
