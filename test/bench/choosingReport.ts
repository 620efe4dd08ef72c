/** What is kept of one labelling. */
export interface ChoosingRecord {
  readonly task: string;
  readonly arm: string;
  readonly method: string;
  readonly draw: number;
  readonly tests: number;
  readonly classesThere: number;
  readonly points: readonly ChoosingRecordPoint[];
}

export interface ChoosingRecordPoint {
  readonly labels: number;
  readonly seconds: number;
  readonly accuracy: number;
  readonly balancedAccuracy: number;
  readonly macroF1: number;
  readonly classesFound: number;
  readonly foundHidden: boolean;
  readonly area: number;
  readonly risks: readonly number[];
}

export async function report(
  out: string,
  records: readonly ChoosingRecord[],
  facts: object,
): Promise<void> {
  console.log(out, records.length, facts);
}
