/** What may be turned and mirrored on a surface without another class coming out. */
export interface SurfaceSymmetry {
  /** Plane group of the surface without defects. */
  readonly group: "p2mm" | "c2mm";
  /** Whether turns by 90 degrees are the same surface. */
  readonly quarterTurns: boolean;
  readonly reason: string;
}

const steps =
  "from one terrace to the next, a single step higher or lower, dimer rows turn by 90 degrees, so one crystal shows both";
const mirrors = "a defect beside its row and its mirror image have one name";

/**
 * Legal turns and mirrors by surface. Mirrors and half turns are so for all: the groups hold them, and one-sided defects
 * count as one class with their mirror images.
 */
export const symmetries = {
  "Si(001)-2x1": { group: "p2mm", quarterTurns: true, reason: `${mirrors}; ${steps}` },
  "Si(001)-c(4x2)": { group: "c2mm", quarterTurns: true, reason: `${mirrors}; ${steps}` },
  "H:Si(001)-2x1": { group: "p2mm", quarterTurns: true, reason: `${mirrors}; ${steps}` },
  "Ge(001)": { group: "p2mm", quarterTurns: true, reason: `${mirrors}; ${steps}` },
  "TiO2(110)-1x1": {
    group: "p2mm",
    quarterTurns: false,
    reason: `${mirrors}; rows run along [001] on every terrace, so rows across are no surface of this crystal`,
  },
} as const satisfies Readonly<Record<string, SurfaceSymmetry>>;

/** A surface whose symmetry is known. */
export type StmSurface = keyof typeof symmetries;
