import { availableParallelism } from "node:os";
import { readlinkSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { startKernel, valueOf } from "./jupyterClient";

/** What went wrong with kernels that were started, asked something and told to end. */
export interface StartsAndStops {
  readonly kernels: number;
  /** Exit codes that are not 0. */
  readonly codes: readonly (number | null)[];
  /** What they wrote to the server's log. */
  readonly logs: readonly string[];
  /** What their standard input was, where it was not empty. */
  readonly inputs: readonly string[];
  readonly wrongValues: number;
}

/** Keeps all cores busy while something is done. */
export async function whileBusy<T>(act: () => Promise<T>): Promise<T> {
  const workers = Array.from(
    { length: availableParallelism() },
    () => new Worker("for (;;) Math.sqrt(2);", { eval: true }),
  );
  try {
    return await act();
  } finally {
    for (const worker of workers) await worker.terminate();
  }
}

/** Starts and stops kernels, some at a time. */
export async function startAndStop(
  folder: string,
  kernels: number,
  atOnce: number,
): Promise<StartsAndStops> {
  const codes: (number | null)[] = [];
  const logs: string[] = [];
  const inputs: string[] = [];
  let wrongValues = 0;
  let left = kernels;
  const one = async (): Promise<void> => {
    while (left-- > 0) {
      const kernel = await startKernel(folder);
      const input =
        process.platform === "linux" ? readlinkSync(`/proc/${kernel.pid}/fd/0`) : "/dev/null";
      if (input !== "/dev/null") inputs.push(input);
      if (valueOf(await kernel.execute("20 + 3")) !== "23") wrongValues += 1;
      await kernel.request("shutdown_request", { restart: false }, "control");
      const code = await kernel.exited;
      if (code !== 0) codes.push(code);
      if (kernel.log() !== "") logs.push(kernel.log());
      await kernel.stop();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return { kernels, codes, logs, inputs, wrongValues };
}
