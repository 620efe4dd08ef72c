import { bestOf, type Best, type WayTold } from "./measured";
import { isRate, type Row, type SideName } from "./row";

/** A row with what was found. */
export interface Line {
  readonly row: Row;
  readonly ours?: Best;
  readonly peer?: Best;
  readonly other?: Best;
  /** How many times as fast as the peer ours is. */
  readonly ratio?: number;
  /** The same beside the peer in its other mode; decides nothing. */
  readonly otherRatio?: number;
  /** Undefined where nothing is asked or it is not known. */
  readonly reached?: boolean;
  readonly failures: readonly string[];
}

/** Puts what was measured of a row beside what is asked of it. */
export function lineOf(row: Row, told: readonly WayTold[]): Line {
  const best = (side: SideName): Best | undefined => bestOf(row, told, side);
  const [ours, peer, other] = [best("ours"), best("peer"), best("other")];
  const ratio = ratioOf(row, ours, peer);
  return {
    row,
    ...given("ours", ours),
    ...given("peer", peer),
    ...given("other", other),
    ...given("ratio", ratio),
    ...given("otherRatio", ratioOf(row, ours, other)),
    ...given("reached", isReached(row, ours, ratio)),
    failures: told.flatMap(({ side, way, failure }) =>
      failure === undefined ? [] : [`${row.name}, ${side}, ${way}: ${failure}`],
    ),
  };
}

function given<K extends string, T>(name: K, value: T | undefined): Partial<Record<K, T>> {
  return (value === undefined ? {} : { [name]: value }) as Partial<Record<K, T>>;
}

/** How many times as fast as the other ours is. */
function ratioOf(row: Row, ours: Best | undefined, other: Best | undefined): number | undefined {
  if (ours === undefined || other === undefined) return undefined;
  return isRate(row) ? ours.value / other.value : other.value / ours.value;
}

function isReached(
  { asked }: Row,
  ours: Best | undefined,
  ratio: number | undefined,
): boolean | undefined {
  if (asked === undefined) return undefined;
  if ("under" in asked) return ours === undefined ? undefined : ours.value < asked.under;
  return ratio === undefined ? undefined : ratio >= asked.ratio;
}

/** What is asked, in words; empty for nothing. */
function askedText({ asked, unit }: Row): string {
  if (asked === undefined) return "";
  if ("under" in asked) return `under ${asked.under} ${unit}`;
  return asked.words ?? `${asked.ratio}x`;
}

/** Whether it was reached, in words; empty where nothing is asked. */
function reachedText({ row, reached }: Line): string {
  if (row.asked === undefined) return "";
  if (reached === undefined) return "not known";
  return reached ? "reached" : "NOT reached";
}

const times = (ratio: number | undefined): string =>
  ratio === undefined ? "" : `${ratio.toFixed(2)}x`;

function amount({ unit }: Row, best: Best | undefined): string {
  if (best === undefined) return "";
  const digits = best.value < 10 ? 2 : best.value < 1000 ? 1 : 0;
  return `${best.value.toFixed(digits)} ${unit}`;
}

/** The table as text, a line a row; in colour, what was asked and not reached is red. */
export function tableText(
  lines: readonly Line[],
  notes: readonly string[],
  colour: boolean,
): string {
  // prettier-ignore
  const withOther = lines.some(({ row }) => row.other !== undefined);
  const cells = lines.map((line) => {
    const { row, ours, peer, other, ratio, otherRatio } = line;
    return [
      row.title,
      ours === undefined ? "failed" : amount(row, ours),
      row.peer === undefined ? "" : `${peer === undefined ? "-" : amount(row, peer)} ${row.peer.by}`, // prettier-ignore
      times(ratio),
      ...(withOther
        ? [
            other === undefined ? "" : `${amount(row, other)} ${row.other?.by ?? ""}`,
            times(otherRatio),
          ]
        : []),
      askedText(row),
      reachedText(line),
      ours?.peak === undefined ? "" : `${ours.peak} MiB`,
    ];
  });
  const header = ["", "fewscope", "peer", "ratio", ...(withOther ? ["its other mode", "ratio"] : []), "asked", "", "peak memory"]; // prettier-ignore
  const widths = header.map((name, i) => Math.max(...[name, ...cells.map((row) => row[i])].map((cell) => cell.length))); // prettier-ignore
  const text = (row: readonly string[]): string =>
    row
      .map((cell, i) => cell.padEnd(widths[i]))
      .join("  ")
      .trimEnd();
  const red = (line: string, on: boolean): string => (on ? `\u001b[31m${line}\u001b[0m` : line);
  return [
    ...notes,
    text(header),
    ...cells.map((row, i) => red(text(row), colour && lines[i].reached === false)),
  ].join("\n");
}

const columns = [
  "row",
  "unit",
  "fewscope",
  "peer",
  "peerValue",
  "ratio",
  "other",
  "otherValue",
  "otherRatio",
  "peakMiB",
  "rounds",
  "way",
  "peerWay",
  "asked",
  "reached",
];

/** The table as CSV. */
export function tableCsv(lines: readonly Line[]): string {
  const number = (value: number | undefined): string =>
    value === undefined ? "" : String(Number(value.toPrecision(6)));
  const quoted = (text: string): string => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text); // prettier-ignore
  const rows = lines.map((line) => {
    const { row, ours, peer, other, ratio, otherRatio } = line;
    return [
      row.name,
      row.unit,
      number(ours?.value),
      row.peer?.by ?? "",
      number(peer?.value),
      number(ratio),
      row.other?.by ?? "",
      number(other?.value),
      number(otherRatio),
      number(ours?.peak),
      number(ours?.rounds),
      ours?.way ?? "",
      peer?.way ?? "",
      askedText(row),
      reachedText(line),
    ];
  });
  return `${[columns, ...rows].map((row) => row.map(quoted).join(",")).join("\n")}\n`;
}
