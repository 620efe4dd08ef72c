import * as fs from "node:fs";
import * as path from "node:path";
import { canonicalJson, sha256, writeFileAtomically } from "../../../src/core";
import { isRate, sidesOf, type Row, type SideName } from "./row";
import { median } from "../peer";

/** What one way of doing a row's work told, a number a round. */
export interface WayTold {
  readonly side: SideName;
  readonly way: string;
  readonly values: readonly number[];
  /** Largest memory in MiB, of all copies together; empty where it is not told. */
  readonly peaks: readonly number[];
  /** Why it did not come to an end, in a line. */
  readonly failure?: string;
}

/** When and where a row was measured. */
export interface Made {
  /** As the timings of a study have it. */
  readonly finishedAt: string;
  readonly machine: string;
  readonly commit: string;
}

/** A row as far as it was measured, as a file keeps it. */
export interface Measured extends Made {
  readonly name: string;
  /** Tells it from a row of the same name that measures something else. */
  readonly key: string;
  readonly seconds: number;
  readonly told: readonly WayTold[];
}

/** What a row's numbers depend on beside the code: all that runs, and the machine. */
export function rowKey(row: Row, withPython: boolean, machine: string): string {
  const { field } = row;
  const content = { field, machine, sides: sidesOf(row, withPython) };
  return sha256(canonicalJson(content)).slice(0, 16);
}

/** Its key too, so that a row with compiled peers and one without do not take each other's place. */
const fileOf = (folder: string, name: string, key: string): string => path.join(folder, "rows", `${name}-${key}.json`); // prettier-ignore

/** A row that was kept, if it is the same row; undefined else. */
export function readMeasured(folder: string, name: string, key: string): Measured | undefined {
  const file = fileOf(folder, name, key);
  if (!fs.existsSync(file)) return undefined;
  const kept = JSON.parse(fs.readFileSync(file, "utf8")) as Measured;
  return kept.key === key ? kept : undefined;
}

/** Keeps a row, whole or not at all; what failed is tried anew by the next run. */
export function keepMeasured(folder: string, measured: Measured): void {
  const told = measured.told.filter(({ failure }) => failure === undefined);
  writeFileAtomically(fileOf(folder, measured.name, measured.key), `${JSON.stringify({ ...measured, told }, undefined, 2)}\n`); // prettier-ignore
}

/** A way this much slower in the first round than the fastest of its side is not run again. */
const margin = 1.3;

/** Whether a way takes part in further rounds: it may still be the fastest of its side. */
export function goesOn(
  row: Row,
  told: readonly WayTold[],
  { side, way }: Pick<WayTold, "side" | "way">,
): boolean {
  // prettier-ignore
  const costs = told.flatMap((one) =>
    one.side === side && one.failure === undefined && one.values.length > 0
      ? [{ way: one.way, cost: isRate(row) ? 1 / one.values[0] : one.values[0] }]
      : [],
  );
  const own = costs.find((one) => one.way === way);
  return own !== undefined && own.cost <= margin * Math.min(...costs.map(({ cost }) => cost));
}

/** The best of a side: the median over rounds of the way that is fastest by it. */
export interface Best {
  readonly way: string;
  readonly value: number;
  readonly rounds: number;
  /** The largest of all rounds, in MiB. */
  readonly peak?: number;
}

/** The best of a side; undefined where it did not run or only failed. */
export function bestOf(row: Row, told: readonly WayTold[], side: SideName): Best | undefined {
  const found = told
    .filter((one) => one.side === side && goesOn(row, told, one))
    .map(({ way, values, peaks }): Best => {
      const best = { way, value: median(values), rounds: values.length };
      return peaks.length === 0 ? best : { ...best, peak: Math.max(...peaks) };
    });
  const sign = isRate(row) ? -1 : 1;
  return found.sort((a, b) => sign * (a.value - b.value))[0];
}

/** Whether all that takes part has its rounds. */
export function isWhole(
  row: Row,
  told: readonly WayTold[],
  withPython: boolean,
  rounds: number,
): boolean {
  // prettier-ignore
  return sidesOf(row, withPython).every(([side, { ways }]) =>
    ways.every(({ name }) => {
      const own = told.find((one) => one.side === side && one.way === name);
      if (own === undefined || own.values.length === 0) return false;
      return own.values.length >= rounds || !goesOn(row, told, own);
    }),
  );
}
