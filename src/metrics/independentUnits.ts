/** What two trials may have in common. */
export interface TrialSource {
  /** Which draw of labels. */
  readonly draw: number;
  /** Which pretraining; left out where there is one only. */
  readonly pretraining?: number;
}

/** Which draws are independent of each other. */
export interface IndependentUnits {
  /** By draw; draws with the same number share an encoder. */
  readonly unitOf: ReadonlyMap<number, number>;
  /** Whether all draws share one pretraining, so that no spread over them tells what another one would change. */
  readonly onePretraining: boolean;
}

/**
 * Tells which draws of labels are independent: those that share a pretraining are one unit. Where one pretraining serves all draws, or every draw meets
 * every pretraining, the draws are the units, and `onePretraining` says that an interval over them leaves pretraining out.
 */
export function independentUnits(trials: readonly TrialSource[]): IndependentUnits {
  const draws = [...new Set(trials.map(({ draw }) => draw))].sort((a, b) => a - b);
  const unitOf = new Map(draws.map((draw) => [draw, draw]));
  const firstWith = new Map<number, number>();
  for (const { draw, pretraining } of trials) {
    if (pretraining === undefined) continue;
    const [own, other] = [unitOf.get(draw), unitOf.get(firstWith.get(pretraining) ?? draw)];
    firstWith.set(pretraining, draw);
    for (const [linked, unit] of unitOf)
      if (unit === own && other !== undefined) unitOf.set(linked, other);
  }
  const told = firstWith.size > 0 && (draws.length === 1 || new Set(unitOf.values()).size > 1);
  if (told) return { unitOf, onePretraining: firstWith.size === 1 };
  return { unitOf: new Map(draws.map((draw) => [draw, draw])), onePretraining: true };
}
