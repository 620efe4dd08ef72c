/**
 * The density of states of two real curves of a Nanonis (pynxtools-stm, Apache-2.0), and how far onsets of simulated curves with a known gap are off.
 *
 *   FEWSCOPE_DATA=folder node --import tsx test/bench/curves.ts [OUT]
 *
 * Draws OUT/curves.png: dI/dV, the lock-in on its scale, and normalised; onsets where there is a gap, with what temperature and modulation make of their error.
 */
import * as path from "node:path";
import { figures, formats, physics } from "../../src";
import { createRng, type Figure } from "../../src/core";
import { seriesStyle } from "../../src/figures/palette";
import { paperAxis, paperLayout } from "../../src/figures/paperLayout";
import { dataFolder } from "../notebooks/runNotebook";

interface Shown {
  readonly file: string;
  readonly title: string;
  /** Channel of the lock-in in phase with the current. */
  readonly lockIn: string;
  readonly window: number;
  readonly kelvin: number;
  readonly modulationVolts: number;
  readonly broadenVolts: number;
}

/** The first is of a tip that was withdrawn, as its comment says: a measurement of noise. Temperatures are not in the files: liquid helium by the name of its session, room temperature assumed for the second. */
const curves: readonly Shown[] = [
  { file: "STS_generic_5e_1.dat", title: "tip withdrawn from Au(111), noise only", lockIn: "LI Demod 1 Y", window: 61, kelvin: 5, modulationVolts: 2e-3 / Math.SQRT2, broadenVolts: 0 }, // prettier-ignore
  { file: "STS_generic_4_5.dat", title: "unnamed sample", lockIn: "LI Demod X", window: 21, kelvin: 300, modulationVolts: 0, broadenVolts: 1 }, // prettier-ignore
];

function measured(
  folder: string,
  shown: Shown,
): physics.Ldos & { readonly fromLockIn: Float64Array } {
  const read = formats.readCurves(path.join(folder, "spm", "nanonis-dat", shown.file));
  const column = (start: string): Float64Array => {
    const found = read.columns.find(({ name, direction, filtered }) => name.startsWith(start) && direction === "forward" && !filtered); // prettier-ignore
    if (found === undefined) throw new Error(`no ${start} among ${read.columns.map(({ name }) => name).join(", ")}`); // prettier-ignore
    return found.data;
  };
  const [volts, amperes, lockIn] = [read.columns[0].data, column("Current"), column(shown.lockIn)];
  const { window, kelvin, modulationVolts, broadenVolts } = shown;
  const options = { window, kelvin, modulationVolts, broadenVolts };
  const { conductance } = physics.ldos({ volts, amperes, lockIn }, options);
  return { ...physics.ldos({ volts, amperes }, options), fromLockIn: conductance };
}

/** All but the outermost hundredth, where sweeps begin and 0 V lies. */
function rangeOf(values: Float64Array): readonly [number, number] {
  const order = values.slice().sort();
  const [low, high] = [0.01, 0.99].map((share) => order[Math.floor(share * order.length)]);
  const air = 0.15 * (high - low);
  return [low - air, high + air];
}

function figureOf(list: readonly { shown: Shown; found: ReturnType<typeof measured> }[]): Figure {
  const data: object[] = [];
  const axes: Record<string, object> = {};
  const notes: string[] = [];
  list.forEach(({ shown, found }, c) => {
    const volts = Array.from(found.volts, (v) => Number(v.toPrecision(6)));
    const line = (name: string, y: ArrayLike<number>, row: number, style: number): object => ({
      type: "scatter",
      mode: "lines",
      name,
      x: volts,
      y: Array.from(y, (v) => Number(v.toPrecision(5))),
      line: { color: seriesStyle(style).colour, width: style === 0 ? 2 : 1.3 },
      showlegend: c === 0,
      xaxis: `x${2 * c + row + 1}`.replace(/x1$/, "x"),
      yaxis: `y${2 * c + row + 1}`.replace(/y1$/, "y"),
    });
    const nano = (values: Float64Array): Float64Array => values.map((v) => 1e9 * v);
    data.push(line("lock-in, scaled", nano(found.fromLockIn), 0, 1));
    data.push(line("dI/dV of the current", nano(found.conductance), 0, 0));
    data.push(line("(dI/dV)/(I/V)", found.normalised, 1, 2));
    for (const row of [0, 1]) {
      const n = 2 * c + row + 1;
      const name = n === 1 ? "" : String(n);
      axes[`xaxis${name}`] = paperAxis("bias (V)", { domain: [c * 0.56, c * 0.56 + 0.44], anchor: `y${n}`.replace(/y1$/, "y") }); // prettier-ignore
      axes[`yaxis${name}`] = paperAxis(row === 0 ? "nS" : "normalised", { domain: row === 0 ? [0.6, 1] : [0, 0.4], anchor: `x${n}`.replace(/x1$/, "x"), range: rangeOf(row === 0 ? nano(found.conductance) : found.normalised) }); // prettier-ignore
    }
    const onset = ({ volts: at, errorVolts }: physics.Onset): string => Number.isNaN(at) ? "none" : `${at.toFixed(3)} ± ${errorVolts.toFixed(3)} V`; // prettier-ignore
    notes.push(`${c === 0 ? "Left" : "Right"}, ${shown.title}: onsets below ${onset(found.below)}, above ${onset(found.above)}; window of ${shown.window} points.`); // prettier-ignore
  });
  const legend = ["lock-in, scaled", "dI/dV of the current", "(dI/dV)/(I/V)"];
  const layout = paperLayout({ title: "Two real curves", notes, width: 900, plotHeight: 520, legend }); // prettier-ignore
  return { data, layout: { ...layout, ...axes } };
}

/** Worst and mean error of onsets in mV for curves with a linear density of states outside of a gap. */
function simulated(): void {
  const volts = Float64Array.from({ length: 401 }, (_, i) => -2 + i / 100);
  const table = [0.0005, 0.001, 0.002].map((noise) => {
    const rng = createRng(3).fork(String(noise));
    const offs: number[] = [];
    for (let draw = 0; draw < 200; draw++) {
      const [low, high] = [-rng.between(0.3, 1), rng.between(0.3, 1)];
      const current = volts.map((v) => {
        const over = v > high ? v - high : v < low ? v - low : 0;
        return Math.sign(over) * over * over;
      });
      const most = Math.max(...current.map(Math.abs));
      const found = physics.ldos({ volts, amperes: current.map((i) => i + noise * most * rng.normal()) }, { window: 31 }); // prettier-ignore
      offs.push(
        1000 * Math.abs(found.below.volts - low),
        1000 * Math.abs(found.above.volts - high),
      );
    }
    offs.sort((a, b) => a - b);
    return { "noise, of the largest current": noise, "median mV": offs[offs.length >> 1].toFixed(1), "95 % mV": offs[Math.floor(0.95 * offs.length)].toFixed(1), "largest mV": offs[offs.length - 1].toFixed(1), "within 30 mV": offs.filter((o) => o < 30).length / offs.length }; // prettier-ignore
  });
  console.table(table);
}

async function main(): Promise<void> {
  const [, , out = "runs/curves"] = process.argv;
  simulated();
  const folder = dataFolder();
  if (folder === undefined) {
    console.log("No curves drawn: FEWSCOPE_DATA names no folder of data.");
    return;
  }
  const figure = figureOf(curves.map((shown) => ({ shown, found: measured(folder, shown) })));
  await figures.exportFigure(figure, path.join(out, "curves"), ["png", "svg"]);
  console.log(path.join(out, "curves.png"));
}

void main();
