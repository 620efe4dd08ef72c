/** Which of two ways of doing something over and over is faster; found out while it is done. */
export interface Pace {
  /** Whether the first way is to be gone now. */
  readonly goFirst: () => boolean;
  /** What it took, in milliseconds, by the way that was gone. */
  readonly took: (first: boolean, milliseconds: number) => void;
}

/** So many times each way is gone to begin with; the last of them count. */
const tries = 9;
const counted = 5;

/** Every so many times the slower way is gone a few times, in case that it has become the faster one. */
const [askAgain, asked] = [128, 4];

/** Begins with the first way. */
export function pace(): Pace {
  let times = 0;
  let firstIsFaster = true;
  const lately: Record<"first" | "second", number[]> = { first: [], second: [] };
  const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]; // prettier-ignore
  return {
    goFirst: () => {
      if (times < 2 * tries) return times < tries;
      return times % askAgain < asked ? !firstIsFaster : firstIsFaster;
    },
    took: (first, milliseconds) => {
      times++;
      const own = lately[first ? "first" : "second"];
      own.push(milliseconds);
      if (own.length > counted) own.shift();
      if (times >= 2 * tries && times % askAgain >= asked)
        firstIsFaster = median(lately.first) <= median(lately.second);
    },
  };
}
