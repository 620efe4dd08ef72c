import type { Detection } from "../../src/scans";

/** 2 |A and B| / (|A| + |B|). */
export function dice(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [both, sum] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    const [inA, inB] = [a[i] > 0, b[i] > 0];
    if (inA && inB) both++;
    sum += Number(inA) + Number(inB);
  }
  return sum === 0 ? 1 : (2 * both) / sum;
}

/** Numbers the connected parts of a mask (with diagonals). */
export function parts(mask: ArrayLike<number>, width: number): Int32Array {
  const label = new Int32Array(mask.length);
  let count = 0;
  for (let start = 0; start < mask.length; start++) {
    if (!(mask[start] > 0) || label[start] > 0) continue;
    label[start] = ++count;
    const waiting = [start];
    for (let i = waiting.pop(); i !== undefined; i = waiting.pop()) {
      const x = i % width;
      for (let v = -1; v <= 1; v++)
        for (let u = -1; u <= 1; u++) {
          const j = i + v * width + u;
          if (x + u < 0 || x + u >= width || j < 0 || j >= mask.length) continue;
          if (mask[j] > 0 && label[j] === 0) {
            label[j] = count;
            waiting.push(j);
          }
        }
    }
  }
  return label;
}

/** How far what was found and what is there agree; counts, so that scans can be added up. */
export interface Agreement {
  readonly dice: number;
  readonly found: number;
  /** Of these, how many overlap something that is there. */
  readonly right: number;
  readonly drawn: number;
  /** Of these, how many something found overlaps. */
  readonly hit: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/**
 * A feature is right if it overlaps a drawn one, and the other way round.
 * @param faint parts that may be found or not
 */
export function agreement(
  { mask, features, width }: Pick<Detection, "mask" | "features" | "width">,
  truth: ArrayLike<number>,
  faint?: ArrayLike<number>,
): Agreement {
  const drawn = parts(truth, width);
  const hitDrawn = new Set<number>();
  const hitFound = new Set<number>();
  const onFaint = new Set<number>();
  mask.forEach((feature, i) => {
    if (feature === 0) return;
    if (drawn[i] > 0) {
      hitDrawn.add(drawn[i]);
      hitFound.add(feature);
    }
    if (faint !== undefined && faint[i] > 0) onFaint.add(feature);
  });
  const ignored = [...onFaint].filter((feature) => !hitFound.has(feature)).length;
  const count = drawn.reduce((most, label) => Math.max(most, label), 0);
  return {
    dice: dice(mask, truth),
    ...scored({ found: features.length - ignored, right: hitFound.size, drawn: count, hit: hitDrawn.size }), // prettier-ignore
  };
}

type Counts = Pick<Agreement, "found" | "right" | "drawn" | "hit">;

function scored(counts: Counts): Counts & Pick<Agreement, "precision" | "recall" | "f1"> {
  const precision = counts.right / Math.max(1, counts.found);
  const recall = counts.hit / Math.max(1, counts.drawn);
  const f1 = precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0;
  return { ...counts, precision, recall, f1 };
}

/** The agreement over several scans together. */
export function pooled(list: readonly Agreement[]): Agreement {
  const sum = (of: (a: Agreement) => number): number => list.reduce((total, a) => total + of(a), 0);
  return {
    dice: sum((a) => a.dice) / Math.max(1, list.length),
    ...scored({ found: sum((a) => a.found), right: sum((a) => a.right), drawn: sum((a) => a.drawn), hit: sum((a) => a.hit) }), // prettier-ignore
  };
}
