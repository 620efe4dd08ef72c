import * as path from "node:path";
import type { Command } from "commander";
import { InputError, writeFileAtomically } from "../../core";
import { exportFigure, scan as scanFigure } from "../../figures";
import { writeGsf, writeGwy, writeNpy } from "../../formats";
import { flatten } from "../../scans";
import {
  instruments,
  scan,
  surfaceNames,
  type Defect,
  type ScanOptions,
  type SimulatedScan,
  type SurfaceName,
} from "../../simulate";
import { examples } from "../examples";

/** How the command was called. */
interface SimulateWords {
  readonly surface: string;
  readonly bias?: string;
  readonly variety?: string;
  readonly instrument?: string;
  readonly seed: string;
  readonly pixels?: string;
  readonly nmPerPixel?: string;
  readonly density?: string;
  readonly steps?: string;
  readonly out: string;
  readonly truth?: string;
  readonly mask?: string;
  readonly picture?: string;
}

/** Adds `simulate --surface ... --seed ... --out scan.gwy`. */
export function simulate(program: Command): void {
  program
    .command("simulate")
    .description("simulate a scan whose defects are known")
    .addHelpText(
      "after",
      examples(
        "simulate --picture scan.png",
        'simulate --surface "Ge(001)" --seed 3 --out scan.gwy --truth truth.csv',
      ),
    )
    .option("--surface <name>", surfaceNames.join(", "), "Si(001)-2x1")
    .option("--bias <states>", "filled or empty; the usual one where nothing is said")
    .option("--variety <how>", "textbook, or measured: as scans of real samples show it")
    .option(
      "--instrument <name>",
      `${Object.keys(instruments).join(", ")}; else noise and tilt alone`,
    )
    .option("--seed <number>", "another seed, another scan", "1")
    .option("--pixels <number>", "edge of the frame; 224")
    .option("--nm-per-pixel <nm>", "size of a pixel; 0.12")
    .option("--density <number>", "defects for each square nanometre; else some of each class")
    .option("--steps <number>", "steps that cross the frame; none")
    .requiredOption("--out <file>", "the scan as recorded, .gwy with trace and retrace, or .gsf")
    .option(
      "--truth <csv>",
      "class and place of each defect, and with what it was made as .json beside it",
    )
    .option("--mask <npy>", "class of each pixel, 0 for the clean surface")
    .option("--picture <png>", "the levelled scan")
    .action(run);
}

async function run(words: SimulateWords): Promise<void> {
  const ending = path.extname(words.out);
  if (ending !== ".gwy" && ending !== ".gsf") {
    throw new InputError({
      got: `--out ${words.out}`,
      expected: "a name that ends in .gwy or .gsf",
      todo: "Change --out.",
    });
  }
  const made = scan(optionsOf(words));
  const { observed } = made;
  writeFileAtomically(words.out, ending === ".gwy" ? writeGwy(observed) : writeGsf(observed));
  if (words.truth !== undefined) writeTruth(words.truth, made);
  if (words.mask !== undefined) {
    const shape = [observed.height, observed.width];
    writeFileAtomically(words.mask, writeNpy({ shape, data: made.mask }));
  }
  if (words.picture !== undefined) {
    const { dir, name } = path.parse(words.picture);
    const title = `${made.parameters.surface}, seed ${made.seed}`;
    await exportFigure(scanFigure(flatten(observed), { title }), path.join(dir, name), ["png"]);
  }
  const edge = (observed.sizeMetres[0] * 1e9).toFixed(1);
  console.log(
    `${edge} nm of ${made.parameters.surface} with ${made.defects.length} defects: ${words.out}`,
  );
}

/** What was said and nothing else, so that `simulate.scan` gives the same scan in a cell. */
function optionsOf(words: SimulateWords): ScanOptions {
  const number = (word: string | undefined): number | undefined => word === undefined ? undefined : Number(word); // prettier-ignore
  const steps = number(words.steps);
  // What a word may be is checked where it is used.
  const options = {
    surface: words.surface as SurfaceName,
    bias: words.bias as ScanOptions["bias"],
    variety: words.variety as ScanOptions["variety"],
    instrument: words.instrument as ScanOptions["instrument"],
    seed: Number(words.seed),
    pixels: number(words.pixels),
    nmPerPixel: number(words.nmPerPixel),
    density: number(words.density),
    steps: steps === undefined ? undefined : [steps, steps],
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** A line for each defect; all that was drawn goes into a file beside it. */
function writeTruth(file: string, { defects, parameters, seed }: SimulatedScan): void {
  const { dir, name } = path.parse(file);
  writeFileAtomically(
    file,
    ["class,x_nm,y_nm,overlaps,picked_up", ...defects.map(row), ""].join("\n"),
  );
  const record = JSON.stringify({ seed, ...parameters }, undefined, 1);
  writeFileAtomically(path.join(dir, `${name}.json`), `${record}\n`);
}

function row({ className, xNm, yNm, overlaps, pickedUp }: Defect): string {
  return [className, xNm.toFixed(3), yNm.toFixed(3), overlaps, pickedUp].join(",");
}
