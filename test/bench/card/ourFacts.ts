import { spawnSync } from "node:child_process";
import { InputError } from "../../../src/core";
import { work } from "./programs";

/** What our side runs on. */
export interface OurFacts {
  readonly gpu: string;
  /** The backend of TensorFlow on the processor. */
  readonly processor: string;
}

/** @throws InputError if there is no GPU or, unless it is `quick`, only one in software, or WebGPU is not set up */
export function ourFacts(quick: boolean): OurFacts {
  const facts = work<OurFacts>("facts");
  if ("told" in facts) {
    const { gpu, processor } = facts.told;
    if (!quick && /llvmpipe|swiftshader/i.test(gpu)) throw inSoftware(gpu);
    return { gpu, processor };
  }
  throw new InputError(
    facts.refused ?? {
      got: `"${facts.failure}" from WebGPU`,
      expected: "a GPU whose driver works",
      todo: "Bring its driver up to date, or name another GPU by FEWSCOPE_GPU.",
    },
  );
}

const inSoftware = (gpu: string): InputError =>
  new InputError({
    got: `the GPU "${gpu}", which is one in software`,
    expected: "a real one, since the whole table would take days on it",
    todo: "Install the driver of the card, or name the card by FEWSCOPE_GPU; --quick shows that all runs.",
  });

/** The driver of NVIDIA's card, in a word for a note; empty where there is none. */
export function nvidiaDriver(): string {
  const args = ["--query-gpu=driver_version", "--format=csv,noheader"];
  const { status, stdout } = spawnSync("nvidia-smi", args, { encoding: "utf8" });
  return status === 0 ? `, driver ${stdout.trim().split("\n")[0]}` : "";
}
