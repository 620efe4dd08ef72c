import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { InputError } from "../../../src/core";
import { inBundle, peersScript, ran } from "./programs";
import { sizeWords, type CardSize } from "./sizes";
import { viewNames, type ToldOfSize } from "./told";

/** What the peers run on. */
export interface PeerFacts {
  readonly torch: string;
  readonly python: string;
  readonly cuda: string | null;
  readonly cudnn: number | null;
  /** Whether it finds a card. */
  readonly there: boolean;
  readonly gpu: string | null;
}

/** The peers, if they can run, and a sentence about them. */
export interface Peers {
  readonly python?: string;
  readonly device?: "cuda" | "cpu";
  readonly facts?: PeerFacts;
  readonly note: string;
}

/**
 * Looks for PyTorch, and for the card through it.
 * @param quick takes the processor where there is no card
 * @throws InputError if the Python that was named does not run
 */
export async function findPeers(python: string | undefined, quick: boolean): Promise<Peers> {
  const own = python ?? (await usualPython());
  if (python !== undefined && spawnSync(python, ["--version"]).status !== 0)
    throw new InputError({
      got: `--python ${python}`,
      expected: "a Python that runs",
      todo: "Name the file of one with PyTorch, or leave it out.",
    });
  const found = ran<PeerFacts>(own, [peersScript, "--facts"]);
  if (!("told" in found))
    return { note: `Without PyTorch: ${path.basename(own)} has none (${found.failure}).` };
  const { told: facts } = found;
  const versions = `PyTorch ${facts.torch}, CUDA ${facts.cuda ?? "none"}, cuDNN ${facts.cudnn ?? "none"}, Python ${facts.python}`; // prettier-ignore
  if (facts.there)
    return { python: own, device: "cuda", facts, note: `PyTorch on ${facts.gpu ?? "a card"}: channels last, fp32 with TF32 off, bf16 by autocast, views made on the card (${versions}).` }; // prettier-ignore
  if (quick)
    return { python: own, device: "cpu", facts, note: `PyTorch finds no card and runs on the processor, which only shows that it runs (${versions}).` }; // prettier-ignore
  return { note: `Without PyTorch: it finds no card (${versions}).` };
}

/** That of the peers that are set up, else the one on the path. */
async function usualPython(): Promise<string> {
  if (inBundle) return "python3";
  const { peersPython } = await import("../speed/peersEnvironment.js");
  return peersPython() ?? "python3";
}

/** What the peers tell of a size; nothing where there are none. */
export function peersAt({ python, device }: Peers, size: CardSize): ToldOfSize {
  if (python === undefined || device === undefined) return {};
  const one = ran<{ told: ToldOfSize }>(python, [peersScript, ...sizeWords(size), "--device", device]); // prettier-ignore
  if ("told" in one) return one.told.told;
  const { failure } = one;
  const all = viewNames.flatMap((views) => [`${views} fp32`, `${views} bf16`]);
  return Object.fromEntries(all.map((name) => [name, { failure }]));
}
