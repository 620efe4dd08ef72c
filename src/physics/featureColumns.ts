import type { PhysicalFeatures } from "./measure";

/** Names of the columns of `featureRow`. */
export const featureColumns = [
  "mirrorAcross",
  "mirrorAlong",
  "halfTurn",
  "signalShare",
  "fromRow",
  "rowCosine",
  "fromSpot",
  "spotCosine",
  "fromSite",
  "highest",
  "lowest",
  "height",
  "widthAlong",
  "widthAcross",
  "volume",
  "strength",
  "strengthOverRows",
  "rows",
  "noise",
] as const;

/**
 * A feature's numbers in one row, all finite and the same for mirror images: places are told by their distance from the middle of row and spot. Scores that
 * noise forbids are 0.
 */
export function featureRow(found: PhysicalFeatures): number[] {
  const { symmetry, registry } = found;
  const score = (value: number): number => (symmetry.measurable ? value : 0);
  const turn = 2 * Math.PI;
  const values: Record<(typeof featureColumns)[number], number> = {
    mirrorAcross: score(symmetry.mirrorAcross),
    mirrorAlong: score(symmetry.mirrorAlong),
    halfTurn: score(symmetry.halfTurn),
    signalShare: symmetry.signalShare,
    fromRow: Math.abs(registry.across),
    rowCosine: Math.cos(turn * registry.across),
    fromSpot: registry.alongSeen ? Math.abs(registry.along) : 0.25,
    spotCosine: registry.alongSeen ? Math.cos(turn * registry.along) : 0,
    fromSite: registry.fromSite,
    highest: found.highest,
    lowest: found.lowest,
    height: found.height,
    widthAlong: found.widthAlong,
    widthAcross: found.widthAcross,
    volume: found.volume,
    strength: found.strength,
    strengthOverRows: found.strength / (found.rows + found.noise + 1e-9),
    rows: found.rows,
    noise: found.noise,
  };
  return featureColumns.map((name) => values[name]);
}
