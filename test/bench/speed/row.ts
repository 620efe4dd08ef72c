/** A program that measures once and tells numbers as a line of JSON. */
export interface Way {
  /** What tells it from the others of its side: "two threads". */
  readonly name: string;
  /** Python is that of the peers. */
  readonly program: "node" | "python";
  /** Words behind the program; files are named from the project's folder. */
  readonly words: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** How many run at once; what they do adds up. @default 1 */
  readonly copies?: number;
}

/** One of those that a row compares, with its ways of doing the same; the fastest counts. */
export interface Side {
  readonly by: string;
  readonly ways: readonly Way[];
}

/** What is wanted of a row. */
export type Asked =
  | {
      /** How many times as fast as the other ours is to be, at least. */
      readonly ratio: number;
      /** The same in other words. */
      readonly words?: string;
    }
  | {
      /** What ours is to stay under, in the row's unit. */
      readonly under: number;
    };

/** One line of the table. */
export interface Row {
  /** How `--only` names it. */
  readonly name: string;
  readonly title: string;
  readonly unit: "ms" | "s" | "images/s" | "episodes/s";
  /** Which of the numbers that the programs tell. */
  readonly field: string;
  readonly ours: Side;
  readonly peer?: Side;
  /** The peer in another mode, compiled or with brain floats, which stands beside and decides nothing. */
  readonly other?: Side;
  readonly asked?: Asked;
  /** Seconds after which one of its programs is ended, for what takes longer or shorter than most. */
  readonly limitSeconds?: number;
}

/** Which side of a row. */
export type SideName = "ours" | "peer" | "other";

/** Whether more is better: of rates, not of times. */
export const isRate = ({ unit }: Pick<Row, "unit">): boolean => unit.endsWith("/s");

/** The sides of a row in the order in which they take turns, without those whose Python is missing. */
export function sidesOf(row: Row, withPython: boolean): [SideName, Side][] {
  const all: [SideName, Side | undefined][] = [
    ["ours", row.ours],
    ["peer", row.peer],
    ["other", row.other],
  ];
  return all.flatMap(([name, side]): [SideName, Side][] =>
    side === undefined || (!withPython && side.ways.some(({ program }) => program === "python"))
      ? []
      : [[name, side]],
  );
}
