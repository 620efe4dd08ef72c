import type { Session } from "./openSession";

/** What the next ten labels may bring. */
export interface GainRange {
  /** Share of all features whose class the last ten labels changed, 0 to 1. */
  readonly changed: number;
  /** Change of the accuracy on all features, in shares of 1; below 0 it falls. */
  readonly low: number;
  readonly high: number;
}

/** Which part of the changed share the gain of the next labels lay between, in nine of ten simulated sessions on classes that have nothing to do with those it is tried on (test/bench/gains.ts). */
const parts = { low: -0.35, high: 0.65 } as const;
/** Less than one feature of so many cannot be told apart. */
const least = 0.005;

/**
 * What the next ten labels may bring, from what the last ten changed: accuracy cannot move by more than the share of features whose class does, and that share falls from batch to batch.
 * undefined until ten labels came between two fits of this session.
 */
export function gainRange({ model }: Pick<Session, "model">): GainRange | undefined {
  if (model?.change === undefined || model.change.labels <= 0) return undefined;
  const changed = (model.change.share * 10) / model.change.labels;
  const reach = Math.max(least, changed);
  return { changed, low: parts.low * reach, high: parts.high * reach };
}
