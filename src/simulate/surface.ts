import type { Rng } from "../core";

/** A place where a tip sees charge: angstrom, and a weight that is 1 for the common atom of the surface. */
export interface Atom {
  /** Along the rows. */
  readonly along: number;
  /** Across the rows. */
  readonly across: number;
  /** Above the topmost layer of the clean surface. */
  readonly above: number;
  readonly weight: number;
}

/** What a defect does to one atom of the lattice. */
export interface SiteChange {
  /** Cells away from the defect's own, along and across the rows. */
  readonly cell: readonly [along: number, across: number];
  /** Index of the atom in the surface's cell. */
  readonly atom: number;
  /** Factor of the atom's weight; 0 takes it away. */
  readonly weight: number;
  /** Angstrom by which it moves up. @default 0 */
  readonly rise?: number;
}

/** One drawn defect, relative to the origin of its cell. */
export interface DefectShape {
  /** Centre, in angstrom. */
  readonly centre: readonly [along: number, across: number];
  readonly changes: readonly SiteChange[];
}

/** A kind of defect: its name and how one of it is drawn. */
export interface DefectKind {
  readonly name: string;
  readonly draw: (rng: Rng) => DefectShape;
}

/** A crystal surface with rows: its rectangular cell and what may be wrong on it. */
export interface Surface {
  readonly name: string;
  /** Angstrom along and across the rows. */
  readonly cell: readonly [along: number, across: number];
  readonly atoms: readonly Atom[];
  readonly defects: readonly DefectKind[];
  /** Sample bias in volts at which it looks like this. */
  readonly biasVolts: number;
}
