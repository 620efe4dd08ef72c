/**
 * How well features are found, and how fast:
 *
 *   node --import tsx test/bench/detection.ts [real] [extent] [false-alarms] [calibration] [conditions] [settings] [clicks] [ceiling] [speed] [large]
 *
 * Without words, all but `large`. "real": beside the masks of the authors, on the scans that FEWSCOPE_DATA (else ../shared/data)
 * has. Settings that come from these masks: the pixel of the search, the rule for surfaces on which everything is bright and the lift
 * of outlines, which a study before this one took from them; and the default of `extent`, for which "extent" shows what each scan gets
 * with the value that is best on the two others.
 */
import { detect, type DetectOptions } from "../../src/scans";
import { agreement } from "./agreement";
import { ceiling } from "./detectionCeiling";
import { clickGains } from "./detectionClicks";
import { calibration, conditions, falseAlarms, settings } from "./detectionSimulated";
import { large } from "./detectionSpeed";
import { timeRoad } from "./scans";
import { maskedScans } from "./realScans";

const cell = (dice: number, f1?: number): string => `${dice.toFixed(3)}${f1 === undefined ? "      " : ` / ${f1.toFixed(2)}`}`.padEnd(16); // prettier-ignore

function real(): void {
  const cases = maskedScans();
  console.log("Dice / F1 beside the authors' masks");
  const row = (name: string, cells: readonly string[]): void => console.log(`  ${name.padEnd(44)} ${cells.join(" ")}`); // prettier-ignore
  row(
    "",
    cases.map(({ name }) => name.padEnd(16)),
  );
  row("published U-Net, on masks of that surface (*)", cases.map(({ published }) => cell(published))); // prettier-ignore
  const ways: Readonly<Record<string, DetectOptions>> = {
    threshold: { method: "threshold" },
    "learned, no click": {},
    "learned, bright only": { polarity: "bright" },
    "learned, dark only": { polarity: "dark" },
  };
  for (const [name, how] of Object.entries(ways))
    row(name, cases.map(({ scan, mask }) => {
      const a = agreement(detect(scan, how), mask);
      return cell(a.dice, a.f1);
    })); // prettier-ignore
  console.log("  (*) as the paper gives it, in data/README.md; everything else is computed here");
  for (const { name, scan, mask } of cases) {
    const { precision, recall, found, drawn } = agreement(detect(scan), mask);
    console.log(`  ${name}: ${found} found, ${drawn} drawn, precision ${precision.toFixed(2)}, recall ${recall.toFixed(2)}`); // prettier-ignore
  }
}

function extent(): void {
  const cases = maskedScans();
  const tried = [0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7];
  console.log("\nDice / F1 by extent");
  const all = tried.map((value) => {
    const row = cases.map(({ scan, mask }) => agreement(detect(scan, { extent: value }), mask));
    console.log(`  ${value.toFixed(2)}  ${row.map(({ dice, f1 }) => cell(dice, f1)).join(" ")}`);
    return row;
  });
  cases.forEach(({ name }, left) => {
    const others = all.map((row) =>
      row.reduce((sum, { dice }, k) => sum + (k === left ? 0 : dice), 0),
    );
    const best = others.indexOf(Math.max(...others));
    const { dice, f1 } = all[best][left];
    console.log(`  ${name}: ${cell(dice, f1)} at ${tried[best]}, which is best on the others`);
  });
}

function clicks(): void {
  console.log("\nten clicks, 20 draws: mean rise of F1 (least), mean rise of Dice");
  for (const { name, scan, mask } of maskedScans())
    for (const kind of ["random", "corrective"] as const) {
      const { f1, dice } = clickGains(scan, mask, kind);
      const mean = (values: readonly number[]): string => (values.reduce((a, b) => a + b, 0) / values.length).toFixed(3); // prettier-ignore
      console.log(`  ${name.padEnd(11)} ${kind.padEnd(11)} ${mean(f1)} (${Math.min(...f1).toFixed(3)})  ${mean(dice)}`); // prettier-ignore
    }
}

function mostTaught(): void {
  console.log(
    "\nF1 as it is; the best of scores from all that is drawn but a tenth; and of the candidates, all told rightly",
  );
  for (const one of maskedScans()) {
    const { now, taught, perfect } = ceiling(one);
    console.log(
      `  ${one.name.padEnd(11)} ${now.toFixed(3)} ${taught.toFixed(3)} ${perfect.toFixed(3)}`,
    );
  }
}

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const parts: Readonly<Record<string, () => void | Promise<void>>> = {
    real,
    extent,
    "false-alarms": () => falseAlarms(),
    calibration,
    conditions,
    settings,
    clicks,
    ceiling: mostTaught,
    speed: () => timeRoad(),
    large: () => large(),
  };
  for (const [name, part] of Object.entries(parts))
    if (words.includes(name) || (words.length === 0 && name !== "large")) await part();
}

if (require.main === module) void main();
