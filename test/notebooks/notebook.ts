/** What the tests need of the notebook format 4. */
export interface Notebook {
  readonly cells: Cell[];
  readonly metadata: Record<string, unknown>;
}

export interface Cell {
  readonly id: string;
  readonly cell_type: "code" | "markdown" | "raw";
  readonly source: readonly string[];
  readonly metadata: { fewscope?: CellNotes };
  outputs?: Output[];
  execution_count?: number | null;
}

/** What we note of a cell: what it printed when run with FEWSCOPE_FAST=1, and how far other machines may be off. */
export interface CellNotes {
  fast?: string;
  readonly tolerance?: Tolerance;
  /** Whether it prints this only where FEWSCOPE_DATA names a folder of data. */
  readonly needsData?: boolean;
}

export interface Tolerance {
  /** @default 0 */
  readonly absolute?: number;
  /** Share of the number. @default 1e-3, for the last digits shown */
  readonly relative?: number;
}

export interface Output {
  readonly output_type: "stream" | "display_data" | "execute_result" | "error";
  readonly text?: string | readonly string[];
  readonly data?: Readonly<Record<string, unknown>>;
  readonly ename?: string;
  readonly evalue?: string;
}

const plotly = "application/vnd.plotly.v1+json";

/** Text of the format, which comes whole or as lines. */
export const textOf = (text: unknown): string =>
  Array.isArray(text) ? text.join("") : String((text as string | undefined) ?? "");

/** What a cell printed, as text, without progress bars: their rates are of one machine. */
export function printedText({ outputs = [] }: Cell): string {
  return outputs
    .filter(({ data }) => !textOf(data?.["text/html"]).includes("<progress"))
    .map(({ text, data }) =>
      // A stream may come in pieces that end anywhere.
      text === undefined ? `${textOf(data?.["text/plain"])}\n` : textOf(text),
    )
    .join("")
    .trimEnd();
}

/** What is wrong with the outputs of a notebook, whatever they say: errors, and figures that do not show everywhere. */
export function outputProblems({ cells }: Notebook): string[] {
  return cells.flatMap(({ id, outputs = [] }) =>
    outputs.flatMap(({ output_type: type, ename = "", evalue = "", data = {} }) => {
      if (type === "error") return [`${id} failed: ${ename}: ${evalue}`];
      if (!(plotly in data)) return [];
      const lacking = ["image/png", "text/plain"].filter((mime) => textOf(data[mime]) === "");
      return lacking.map((mime) => `${id} shows a figure without ${mime}`);
    }),
  );
}

/**
 * Compares what was printed with what was noted: the words must be the same, the numbers within the tolerance.
 * @returns what differs, in words; nothing if all is well
 */
export function difference(
  printed: string,
  noted: string,
  tolerance: Tolerance = {},
): string | undefined {
  const { absolute = 0, relative = 1e-3 } = tolerance;
  const [now, then] = [split(printed), split(noted)];
  if (now.words !== then.words) return `printed\n${printed}\nand not\n${noted}`;
  const far = now.numbers.findIndex((value, i) => {
    const wanted = then.numbers[i] ?? NaN;
    return Math.abs(value - wanted) > absolute + relative * Math.abs(wanted);
  });
  if (far < 0) return undefined;
  return `printed ${now.numbers[far]} and not ${then.numbers[far]}, in\n${printed}`;
}

/**
 * Takes the numbers out of a text; blanks and rules of tables go with them, as they depend on the numbers' widths, and whether a probability is just below the smallest
 * that is told.
 */
function split(given: string): { words: string; numbers: number[] } {
  const text = given.replace(/\bp < (?=0\.001\b)/g, "p = ");
  const number = /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi;
  const words = text
    .replace(number, "#")
    .replace(/[-─]{2,}/g, "-")
    .replace(/[ \t]+/g, " ");
  return { words, numbers: Array.from(text.matchAll(number), ([found]) => Number(found)) };
}
