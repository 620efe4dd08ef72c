import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { sha256, StoppedError, type Progress } from "../../src/core";
import { gpuParity, gpuTrainings, trainOn } from "./gpuParity";

/*
 * The program of a process with a GPU: trains on both devices and tells what came out, as JSON. Words: "parity", "bytes", or "again" for the bytes of trainings that
 * are not stopped.
 */

/** Of a training whose bits are compared. */
const steps = 6;

/** What trainings on the GPU gave: their bits, in hexadecimal. */
export interface Bytes {
  readonly whole: string;
  readonly resumed: string;
  /** The checkpoint's refusal on the other device. */
  readonly refused: string;
}

async function bytes(alsoStopped: boolean): Promise<Bytes> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-gpu-"));
  const checkpoint = path.join(folder, "checkpoint");
  const hash = ({ buffer }: Float32Array): string => sha256(Buffer.from(buffer));
  const resumed: string[] = [];
  const whole: string[] = [];
  let refused = "";
  try {
    for (const name of Object.keys(gpuTrainings)) {
      whole.push(hash((await trainOn("webgpu", name, steps)).out));
      if (!alsoStopped) continue;
      const stop = new AbortController();
      const report: Progress["report"] = ({ done }) => {
        if (done === 3) stop.abort();
      };
      const stopped = await trainOn("webgpu", name, steps, { checkpoint, signal: stop.signal, report }).catch((error: unknown) => error); // prettier-ignore
      if (!(stopped instanceof StoppedError)) throw new Error(`${name} did not stop`);
      if (refused === "")
        refused = String(await trainOn("tensorflow", name, steps, { checkpoint }).catch((error: unknown) => error)); // prettier-ignore
      resumed.push(hash((await trainOn("webgpu", name, steps, { checkpoint })).out));
      fs.rmSync(checkpoint);
    }
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
  return { whole: whole.join(), resumed: resumed.join(), refused };
}

async function main(): Promise<void> {
  const word = process.argv[2];
  const told = word === "parity" ? await gpuParity() : await bytes(word === "bytes");
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

void main();
