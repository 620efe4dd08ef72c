import * as fs from "node:fs/promises";
import { createRng, explainFileError, InputError, type Encoder, type ImageSet } from "../core";
import { adaptChannels } from "./adaptChannels";
import { buildNetwork } from "./buildNetwork";
import { encoderFrom } from "./encoderFrom";
import type { EncoderSpec } from "./encoderSpec";
import { readSafetensors } from "./safetensors";
import { fromTorchvision, isTorchvision } from "./torchvision";
import { assignVariables } from "./weights";

/** Which images the encoder is for. */
export interface LoadEncoderOptions {
  /** The images' height, width and channels. @default those the file was made for */
  readonly shape?: ImageSet["shape"];
}

/**
 * Reads an encoder that `Encoder.save` wrote, or the safetensors weights of torchvision's ResNet-18, 34 or 50. Where the images have another number of
 * channels, the first kernels are averaged over theirs and keep their sum.
 * @throws InputError if the file cannot be read, is damaged, or holds no such network
 */
export async function loadEncoder(
  file: string,
  options: LoadEncoderOptions = {},
): Promise<Encoder> {
  let bytes: Uint8Array;
  try {
    bytes = await fs.readFile(file);
  } catch (error) {
    throw explainFileError(error, file, "read");
  }
  const { tensors, metadata } = readSafetensors(bytes);
  const found = isTorchvision(tensors)
    ? fromTorchvision(tensors)
    : { ...readSpec(metadata["encoder"], file), tensors };
  const shape = options.shape ?? found.shape;
  const same = shape[2] === found.shape[2];
  const network = buildNetwork(found.spec, shape, createRng(1));
  try {
    assignVariables(
      network.variables,
      same ? found.tensors : adaptChannels(found.tensors, shape[2]),
    );
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
