import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { InputErrorParts } from "../../../src/core";
import { lastLine } from "../peer";

/** Whether this is one file in JavaScript, unpacked somewhere. */
export const inBundle = __filename.endsWith(".js");

const project = inBundle ? __dirname : path.join(__dirname, "..", "..", "..");

/** The program of the peers. */
export const peersScript = path.join(__dirname, ...(inBundle ? [] : [".."]), "peers", "card.py");

/** After this long a program hangs. */
const limitSeconds = 600;

/** What a program told in its last line, or why it told nothing. */
export type Ran<T> =
  { readonly told: T } | { readonly failure: string; readonly refused?: InputErrorParts };

/** Runs a program to its end. */
export function ran<T>(program: string, args: readonly string[]): Ran<T> {
  const { status, signal, stdout, stderr, error } = spawnSync(program, args, {
    cwd: project,
    encoding: "utf8",
    timeout: 1000 * limitSeconds,
    killSignal: "SIGKILL",
  });
  if (error !== undefined && "code" in error && error.code === "ETIMEDOUT")
    return { failure: `it took longer than ${limitSeconds} s` };
  if (error !== undefined) return { failure: error.message };
  if (status === 0) return { told: lastLine(stdout) as T };
  const refused = refusal(stdout);
  // The last line that says something: frames and rules say nothing.
  const said = stderr.split("\n").map((line) => line.trim()).filter((line) => /[a-z]/i.test(line) && !/^(?:at |\d+: )/.test(line)).at(-1); // prettier-ignore
  const ended = signal === null ? `exit code ${status ?? "none"}` : `ended by ${signal}`;
  const failure = refused?.got ?? (signal === null ? (said ?? ended) : [ended, said].filter(Boolean).join(": ")); // prettier-ignore
  return { failure, ...(refused && { refused }) };
}

/** What a program of ours refused. */
function refusal(stdout: string): InputErrorParts | undefined {
  const line = stdout.split("\n").find((text) => text.startsWith('{"refused":'));
  return line === undefined
    ? undefined
    : (JSON.parse(line) as { refused: InputErrorParts }).refused;
}

/** Runs our own work, as fewscope was built. */
export function work<T>(...args: readonly string[]): Ran<T> {
  const script = inBundle
    ? [path.join(__dirname, "work.js")]
    : ["--import", "tsx", "--import", "./test/bench/compiled.ts", path.join(__dirname, "work.ts")]; // prettier-ignore
  return ran<T>(process.execPath, [...script, ...args]);
}

/** What a program told, or its failure. */
export const toldOr = <T>(one: Ran<T>): T | { readonly failure: string } =>
  "told" in one ? one.told : { failure: one.failure };

/** The commit of the code: of a bundle the one it was made of. */
export function commitName(): string {
  try {
    if (inBundle) {
      const about = fs.readFileSync(path.join(__dirname, "about.json"), "utf8");
      return (JSON.parse(about) as { commit: string }).commit;
    }
    const args = ["describe", "--always", "--dirty", "--exclude", "*"];
    return execFileSync("git", args, { cwd: project, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim(); // prettier-ignore
  } catch {
    return "unknown";
  }
}
