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
  /** Angstrom by which it moves across the rows. @default 0 */
  readonly aside?: number;
}

/** One drawn defect, relative to the origin of its cell. */
export interface DefectShape {
  /** Centre, in angstrom. */
  readonly centre: readonly [along: number, across: number];
  readonly changes: readonly SiteChange[];
  /** What lies on the surface beside its own atoms. @default nothing */
  readonly added?: readonly Atom[];
}

/** A kind of defect: its name and how one of it is drawn. */
export interface DefectKind {
  readonly name: string;
  readonly draw: (rng: Rng) => DefectShape;
  /** What its middle, or its most striking part, stands above (+) or below (-) the surface around, in pm. */
  readonly heightPm: readonly [low: number, high: number];
  /** Whether a tip can take it along. @default false */
  readonly loose?: boolean;
  /** How often it is drawn against other kinds. @default 1 */
  readonly frequency?: number;
}

/** How one atom of one cell differs from the others: factor of its weight, and angstrom upwards. */
export interface SiteVariation {
  readonly weight: number;
  readonly rise: number;
}

/** Which electrons are seen: those of the sample (negative bias) or the room for more of them (positive). */
export type BiasState = "filled" | "empty";

/** A crystal surface with rows: its rectangular cell and what may be wrong on it. */
export interface Surface {
  readonly name: string;
  /** Angstrom along and across the rows. */
  readonly cell: readonly [along: number, across: number];
  readonly atoms: readonly Atom[];
  readonly defects: readonly DefectKind[];
  /** Sample bias in volts at which it looks like this. */
  readonly biasVolts: number;
  /** Height of a step, in angstrom. */
  readonly stepHeight: number;
  /** Whether rows turn by a quarter from terrace to terrace. */
  readonly turns: boolean;
  /** What differs from cell to cell, drawn once for a terrace. @default nothing */
  readonly vary?: (rng: Rng) => (along: number, across: number, atom: number) => SiteVariation;
  /** Whether steps meander and kink deeply. @default false */
  readonly ragged?: boolean;
  /** Whether steps carry bright atoms and gaps along their edges. @default false */
  readonly decorated?: boolean;
  /** Height of its rows in pm, peak to valley. */
  readonly corrugationPm: readonly [low: number, high: number];
}
