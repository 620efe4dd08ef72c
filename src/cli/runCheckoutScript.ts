import { spawn } from "node:child_process";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { InputError } from "../core";

const project = path.join(__dirname, "..", "..");

/**
 * Runs a script of test/bench, which lies beside the tests and so in a checkout alone, and ends as it does.
 * @param command that the user gave
 * @throws InputError if there is no such script or what runs it is not installed
 */
export async function runCheckoutScript(
  command: string,
  name: string,
  words: readonly string[] = [],
): Promise<void> {
  const script = path.join(project, "test", "bench", name);
  if (!fs.existsSync(script) || !hasTsx())
    throw new InputError({
      got: `${command} in a package of fewscope`,
      expected: "a checkout of the project: what it measures with lies beside the tests",
      todo: "Run it in a checkout, by `npm run bench`.",
    });
  const child = spawn(process.execPath, ["--import", "tsx", script, ...words], {
    cwd: project,
    stdio: "inherit",
  });
  // Ctrl-C reaches both; this one waits for the script to end.
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, pass);
  try {
    process.exitCode = await new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve(code ?? 1));
    });
  } finally {
    for (const signal of signals) process.off(signal, pass);
  }
}

function hasTsx(): boolean {
  try {
    createRequire(path.join(project, "package.json")).resolve("tsx");
    return true;
  } catch {
    return false;
  }
}
