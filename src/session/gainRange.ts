import type { Session } from "./openSession";

/** What the next ten labels may bring. */
export interface GainRange {
  /** Share of all features whose class the last ten labels changed, 0 to 1. */
  readonly changed: number;
  /** Change of the accuracy on all features, in shares of 1; below 0 it falls. */
  readonly low: number;
  readonly high: number;
}

/** The range, in parts of the changed share, and how far it reaches where nothing changed. Chosen on synthetic classes and stm-simulated-small, held against others (test/bench/gains.ts). */
const reach = { low: 0.2, high: 0.4, always: 0.02 } as const;

/**
 * What the next ten labels may bring, from what the last ten changed: accuracy cannot move by more than the share of features whose class does, and that share falls from batch to batch.
 * undefined until ten labels came between two fits of this session.
 */
export function gainRange({ model }: Pick<Session, "model">): GainRange | undefined {
  if (model?.change === undefined || model.change.labels <= 0) return undefined;
  const changed = (model.change.share * 10) / model.change.labels;
  return {
    changed,
    low: -(reach.low * changed + reach.always),
    high: reach.high * changed + reach.always,
  };
}
