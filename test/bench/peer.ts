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

/** The middle one, of an even number the upper. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** Prints what was measured as a line of JSON, with the largest memory of this process in MiB. */
export function tell(measured: Readonly<Record<string, unknown>>): void {
  const peakMemory = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(JSON.stringify({ ...measured, peakMemory }));
}
