/** What was run in this session. */
export interface History {
  add(executionCount: number, code: string): void;
  /** The content of a `history_reply`. */
  answer(request: Readonly<Record<string, unknown>>): object;
}

/**
 * Remembers the cells of this session; earlier sessions are not kept.
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#history
 */
export function createHistory(): History {
  const lines: [session: number, line: number, code: string][] = [];
  return {
    add: (executionCount, code) => {
      lines.push([0, executionCount, code]);
    },
    answer: ({ hist_access_type, n, start, stop, pattern, output }) => {
      const count = typeof n === "number" ? n : lines.length;
      const from = typeof start === "number" ? start : 0;
      const to = typeof stop === "number" ? stop : Infinity;
      const found =
        hist_access_type === "range"
          ? lines.filter(([, line]) => line >= from && line < to)
          : lines.filter(([, , code]) => matches(code, hist_access_type, pattern)).slice(-count);
      const shaped = output === true ? found.map(([s, l, code]) => [s, l, [code, null]]) : found;
      return { status: "ok", history: count === 0 ? [] : shaped };
    },
  };
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
