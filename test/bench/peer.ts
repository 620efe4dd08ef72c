import { spawnSync } from "node:child_process";

/** What a program printed. @throws Error with what it complained of, if it failed */
export function printed(
  program: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv = {},
): string {
  const { stdout, stderr, status } = spawnSync(program, words, { encoding: "utf8", env: { ...process.env, ...env } }); // prettier-ignore
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** The JSON of a text's last line. */
export function lastLine(text: string): unknown {
  return JSON.parse(text.trim().split("\n").at(-1) ?? "");
}

/** The milliseconds that a program tells in its last line. @throws Error if it failed */
export function milliseconds(...program: Parameters<typeof printed>): number {
  return (lastLine(printed(...program)) as { milliseconds: number }).milliseconds;
}

/** The middle one, of an even number the upper. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
