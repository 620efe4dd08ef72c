import { parityLimits, type FirstPass, type Parity } from "../../train/gpuParity";
import type { CardSize } from "./sizes";
import { sides, viewNames, type Side, type Told, type ToldOfSize } from "./told";

/** A size with what was found. */
export interface CardLine {
  readonly size: CardSize;
  readonly told: ToldOfSize;
}

/** How far the GPU is from the processor: in small trainings, and in the first pass of the network that is timed; or why it is not known. */
export interface ParityTold {
  readonly small: Parity | { readonly failure: string };
  readonly first: FirstPass | { readonly failure: string };
}

const titles = { photo: "new views", fixed: "fixed views" } as const;

/** Images a second; undefined where there are none. */
const rate = (told: Told | undefined): number | undefined =>
  told !== undefined && "imagesPerSecond" in told ? told.imagesPerSecond : undefined;

/** How many times as fast as another side ours is. */
function ratio(ours: Told | undefined, other: Told | undefined): string {
  const [a, b] = [rate(ours), rate(other)];
  if (a === undefined || b === undefined) return "";
  return `${a < 0.1 * b ? (a / b).toPrecision(2) : (a / b).toFixed(2)}x`;
}

function amount(told: Told | undefined): string {
  if (told === undefined) return "-";
  const value = rate(told);
  if (value === undefined) return "failed";
  return value.toFixed(value < 10 ? 2 : value < 1000 ? 1 : 0);
}

/** The table as text: the notes, a line for each size and kind of views, and what failed, with why. */
export function cardTable(lines: readonly CardLine[], notes: readonly string[]): string {
  const header = ["images a second", "fewscope", "PyTorch fp32", "ratio", "PyTorch bf16", "ratio"];
  const cells = lines.flatMap(({ size, told }) =>
    viewNames.map((views) => {
      const of = (side: Side): Told | undefined => told[`${views} ${side}`];
      const [ours, fp32, bf16] = [of("fewscope"), of("fp32"), of("bf16")];
      const title = `width ${size.width}, batch ${size.batch}, ${titles[views]}`;
      return [
        title,
        amount(ours),
        amount(fp32),
        ratio(ours, fp32),
        amount(bf16),
        ratio(ours, bf16),
      ];
    }),
  );
  const widths = header.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i].length))); // prettier-ignore
  const text = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  ").trimEnd(); // prettier-ignore
  const failed = failures(lines).map((line) => `failed: ${line}`);
  return [...notes, "", text(header), ...cells.map(text), ...failed].join("\n");
}

/** What failed, a line each: where, who, and why. */
export function failures(lines: readonly CardLine[]): readonly string[] {
  return lines.flatMap(({ size, told }) =>
    viewNames.flatMap((views) =>
      sides.flatMap((side) => {
        const one = told[`${views} ${side}`];
        if (one === undefined || !("failure" in one)) return [];
        const who = side === "fewscope" ? side : `PyTorch ${side}`;
        return [`${size.name}, ${titles[views]}, ${who}: ${one.failure}`];
      }),
    ),
  );
}

/** What parity came to, in lines, and whether all is within its limits. */
export function parityLines({ small, first }: ParityTold): {
  readonly lines: readonly string[];
  readonly within: boolean;
} {
  // What is no number became null on its way here.
  const number = (off: number | null): number => off ?? NaN;
  const word = (off: number): string => off.toExponential(1);
  const { loss, gradient, losses, out } = parityLimits;
  const judged: [text: string, within: boolean][] = [];
  const pass = (what: string, told: FirstPass): void => {
    const lossOff = number(told.loss);
    const worst = Math.max(...Object.values(told.gradients).map(number));
    const count = Object.keys(told.gradients).length;
    judged.push([
      `${what}: loss ${word(lossOff)}, the worst of ${count} gradients ${word(worst)}`,
      lossOff < loss && worst < gradient,
    ]);
  };
  if ("failure" in small) judged.push([`small trainings: ${small.failure}`, false]);
  else {
    pass("first pass of a small ResNet", small);
    for (const [name, off] of Object.entries(small.trainings)) {
      const [lossesOff, outOff] = [number(off.losses), number(off.out)];
      judged.push([
        `twenty steps of ${name}: losses ${word(lossesOff)}, what comes out ${word(outOff)}`,
        lossesOff < losses && outOff < out,
      ]);
    }
  }
  if ("failure" in first) judged.push([`the timed network: ${first.failure}`, false]);
  else pass("first pass of the timed network", first);
  return {
    lines: judged.map(
      ([text, within]) => `GPU against processor, ${text}${within ? "" : " (TOO FAR)"}`,
    ),
    within: judged.every(([, within]) => within),
  };
}
