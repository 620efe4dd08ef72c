/** What was run in this session. */
export interface History {
  add(executionCount: number, code: string): void;
  /** Takes the value that a cell gave, as text. */
  addResult(executionCount: number, text: string): void;
  /** The content of a `history_reply`. */
  answer(request: Readonly<Record<string, unknown>>): object;
}

interface Line {
  readonly count: number;
  readonly code: string;
  result: string | null;
}

/** Earlier sessions are not kept, so this is the first and only one. */
const session = 1;

/**
 * Remembers the cells of this session.
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#history
 */
export function createHistory(): History {
  const lines: Line[] = [];
  return {
    add: (count, code) => void lines.push({ count, code, result: null }),
    addResult: (count, text) => {
      const line = lines.findLast((each) => each.count === count);
      if (line !== undefined) line.result = text;
    },
    answer: ({ hist_access_type, n, start, stop, pattern, unique, output }) => {
      const count = typeof n === "number" ? n : lines.length;
      const from = typeof start === "number" ? start : 0;
      const to = typeof stop === "number" ? stop : Infinity;
      const fitting =
        hist_access_type === "range"
          ? lines.filter((line) => line.count >= from && line.count < to)
          : lines.filter(({ code }) => matches(code, hist_access_type, pattern));
      const kept = unique === true && hist_access_type === "search" ? newest(fitting) : fitting;
      const found = hist_access_type === "range" ? kept : count === 0 ? [] : kept.slice(-count);
      const history = found.map(({ count: line, code, result }) => [
        session,
        line,
        output === true ? [code, result] : code,
      ]);
      return { status: "ok", history };
    },
  };
}

/** Of cells with the same code the newest. */
function newest(lines: readonly Line[]): Line[] {
  return lines.filter(({ code }, i) => lines.findLastIndex((line) => line.code === code) === i);
}

/** Glob patterns of `search`: `*` and `?`. */
function matches(code: string, access: unknown, pattern: unknown): boolean {
  if (access !== "search" || typeof pattern !== "string") return true;
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${source}$`, "s").test(code);
}
