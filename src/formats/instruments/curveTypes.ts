import type { Channel } from "../../core";

/** Curves measured at one place, such as current against voltage. */
export interface Curves {
  readonly name: string;
  /** The first column is what was swept. All have one length. */
  readonly columns: readonly CurveColumn[];
  /** Where on the surface, as far as the file says; NaN where it does not. */
  readonly positionMetres: readonly [x: number, y: number, z: number];
  /** Where each part begins that was swept at steps of its own, or recorded apart; the first is 0. */
  readonly segments: readonly number[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** One quantity of the curves, in its SI unit; NaN where there is no value. */
export interface CurveColumn {
  readonly name: string;
  readonly unit: string;
  readonly direction: "forward" | "backward";
  /** Smoothed by the instrument's software. */
  readonly filtered: boolean;
  /** Number of a single sweep, from 1; left out for the mean of all. */
  readonly sweep?: number;
  readonly data: Float64Array;
}

/** Curves on a grid of places: row 0 at the top of the surface, column 0 at the left. SI units. */
export interface CurveGrid {
  readonly name: string;
  /** Places in a row. */
  readonly width: number;
  /** Rows of places. */
  readonly height: number;
  readonly sizeMetres: readonly [x: number, y: number];
  /** What was swept, the same at each place. */
  readonly sweep: {
    readonly name: string;
    readonly unit: string;
    readonly values: Float64Array;
  };
  readonly channels: readonly GridChannel[];
  /** Quantities of which each place has one, such as its height. */
  readonly maps: readonly Channel[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** One quantity of a grid; NaN where nothing was measured. */
export interface GridChannel extends Omit<CurveColumn, "data"> {
  /** [height * width * points], the points of one place beside each other. */
  readonly data: Float64Array;
}
