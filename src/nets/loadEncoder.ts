import * as fs from "node:fs/promises";
import { createRng, explainFileError, InputError, type Encoder, type ImageSet } from "../core";
import { buildNetwork } from "./buildNetwork";
import { encoderFrom } from "./encoderFrom";
import type { EncoderSpec } from "./encoderSpec";
import { readSafetensors } from "./safetensors";
import { assignVariables } from "./weights";

/**
 * Reads an encoder that `Encoder.save` wrote.
 * @throws InputError if the file cannot be read, is damaged, or holds no network
 */
export async function loadEncoder(file: string): Promise<Encoder> {
  let bytes: Uint8Array;
  try {
    bytes = await fs.readFile(file);
  } catch (error) {
    throw explainFileError(error, file, "read");
  }
  const { tensors, metadata } = readSafetensors(bytes);
  const { spec, shape } = readSpec(metadata["encoder"], file);
  const network = buildNetwork(spec, shape, createRng(1));
  try {
    assignVariables(network.variables, tensors);
  } catch (error) {
    network.dispose();
    throw error;
  }
  return encoderFrom(network);
}

function readSpec(
  text: string | undefined,
  file: string,
): { spec: EncoderSpec; shape: ImageSet["shape"] } {
  let value: unknown;
  try {
    value = JSON.parse(text ?? "");
  } catch {
    value = undefined;
  }
  const { kind, shape, ...spec } = (value ?? {}) as Record<string, unknown>;
  if (kind !== "network" || !Array.isArray(shape) || shape.length !== 3) {
    throw new InputError({
      got: `"${file}", which holds no network of ours${typeof kind === "string" ? ` but "${kind}"` : ""}`,
      expected: "a file that an encoder with a network was saved to",
      todo: "Check the path.",
    });
  }
  return { spec: spec as unknown as EncoderSpec, shape: shape as unknown as ImageSet["shape"] };
}
