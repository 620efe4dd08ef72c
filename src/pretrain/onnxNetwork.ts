import { InputError } from "../core";
import { onnxRows } from "./onnxRows";
import { openOnnx, type OnnxPlace, type OnnxSession } from "./onnxRuntime";

/** What has to be known of an ONNX network where its file leaves it open. */
export interface OnnxChoice {
  /** Edge of its square images in pixels, where the file leaves it free. */
  readonly size: number | undefined;
  /** Which output, where there are several. */
  readonly output: string | undefined;
  /** What is taken of several tokens of an image. */
  readonly pool: "first" | "mean";
}

/** A frozen ONNX network of images, and how images have to come. */
export interface OnnxNetwork {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Channels before rows, as PyTorch has them, or after columns. */
  readonly channelsFirst: boolean;
  /** Length of an embedding. */
  readonly dim: number;
  /** Embeds images that lie as it takes them. [b*c*h*w] -> [b*dim] */
  embed(values: Float32Array, count: number): Float32Array;
  dispose(): void;
}

/** Images that run together where the file leaves the number free: a vision transformer's steps in between then stay small. */
const together = 16;

/**
 * Opens the network in the bytes of an ONNX file and looks how it takes images.
 * @param file only for messages
 * @throws InputError if it takes no images, or something has to be chosen
 */
export function onnxNetwork(bytes: Uint8Array, file: string, choice: OnnxChoice): OnnxNetwork {
  const session = openOnnx(bytes, file);
  try {
    return fitted(session, file, choice);
  } catch (error) {
    session.dispose();
    throw error;
  }
}

function fitted(session: OnnxSession, file: string, choice: OnnxChoice): OnnxNetwork {
  const input = imageInput(session.inputs, file);
  const [batch, ...others] = input.shape;
  const channelsFirst = others[0] === 1 || others[0] === 3 || !(others[2] === 1 || others[2] === 3);
  const [channels = 3, rows, columns] = channelsFirst ? others : [others[2], others[0], others[1]];
  if (channels !== 1 && channels !== 3)
    throw wrong(file, input, "1 or 3 channels, as the second or the last axis");
  const [height, width] = [edge("height", rows, choice.size), edge("width", columns, choice.size)];
  const output = chosenOutput(session.outputs, file, choice.output);
  const shape = channelsFirst ? [channels, height, width] : [height, width, channels];
  const pooled = (count: number, values: Float32Array): Float32Array => {
    const made = session.run(input.name, values, [count, ...shape], output);
    return onnxRows(made, { count, channelsFirst, pool: choice.pool, file });
  };
  const step = batch ?? together;
  const size = channels * height * width;
  const dim = firstRun(() => pooled(step, new Float32Array(step * size)), file).length / step;
  return {
    height,
    width,
    channels,
    channelsFirst,
    dim,
    embed: (values, count) => inSteps(pooled, { values, count, size, dim, step, whole: batch !== undefined }), // prettier-ignore
    dispose: () => session.dispose(),
  };
}

/** The one input of a network of images, [b,c,h,w] or [b,h,w,c]. */
function imageInput(inputs: readonly OnnxPlace[], file: string): OnnxPlace {
  const [input] = inputs;
  if (inputs.length !== 1)
    throw new InputError({
      got: `"${file}" with ${inputs.length} inputs: ${inputs.map(told).join(", ")}`,
      expected: "one, which takes images",
      todo: "Export the part of the network that makes features of images.",
    });
  if (input.type !== "float32") throw wrong(file, input, "float32");
  if (input.shape.length !== 4) throw wrong(file, input, "4 axes: images, channels, rows, columns");
  return input;
}

function edge(name: string, stated: number | undefined, given: number | undefined): number {
  if (stated === undefined && given === undefined)
    throw new InputError({
      option: "size",
      got: `size left out for a network whose ${name} is free`,
      expected: "the edge of the images that it was trained on, in pixels",
      todo: "Give size, for example 224; of a vision transformer a multiple of its patch.",
    });
  if (stated !== undefined && given !== undefined && stated !== given)
    throw new InputError({
      option: "size",
      got: `size ${given} for a network whose ${name} is ${stated}`,
      expected: `${stated}`,
      todo: "Leave size out.",
    });
  const pixels = stated ?? given ?? 0;
  if (pixels >= 1 && pixels <= largestEdge) return pixels;
  throw new InputError({
    option: "size",
    got: `size ${pixels} as the ${name} of images`,
    expected: `1 to ${largestEdge} pixels`,
    todo: "Change size, or export the network again.",
  });
}

/** More than any network of images takes; a damaged file may ask for all memory. */
const largestEdge = 4096;

function chosenOutput(
  outputs: readonly OnnxPlace[],
  file: string,
  name: string | undefined,
): string {
  const found = name === undefined ? outputs[0] : outputs.find((one) => one.name === name);
  if (found === undefined || (name === undefined && outputs.length > 1))
    throw new InputError({
      option: "output",
      got: `output ${name === undefined ? "left out" : `"${name}"`} for "${file}"`,
      expected: `one of ${outputs.map(told).join(", ")}`,
      todo: "Name the one whose numbers are the features.",
    });
  if (found.type !== "float32") throw wrong(file, found, "float32");
  return found.name;
}

/** "pixels float32 [?,3,224,224]" */
const told = ({ name, type = "no tensor", shape }: OnnxPlace): string =>
  `${name} ${type} [${shape.map((length) => length ?? "?").join(",")}]`;

function wrong(file: string, place: OnnxPlace, expected: string): InputError {
  return new InputError({
    got: `"${file}" with ${told(place)}`,
    expected,
    todo: "Export the network again, so that it takes images and gives features as float32.",
  });
}

/** What is only seen when it runs: sizes that do not fit its layers. */
function firstRun<T>(run: () => T, file: string): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof InputError) throw error;
    const text = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, " ");
    throw new InputError(
      {
        got: `"${file}", which does not run on images of this size (${text.slice(0, 200)})`,
        expected: "the size that it was trained on",
        todo: "Change size.",
      },
      { cause: error },
    );
  }
}

/** How many images lie where, and how many go at once. */
interface Steps {
  readonly values: Float32Array;
  readonly count: number;
  /** Numbers of an image. */
  readonly size: number;
  /** Numbers of an embedding. */
  readonly dim: number;
  readonly step: number;
  /** Whether only whole steps can go; the last is then filled up with empty images. */
  readonly whole: boolean;
}

function inSteps(
  run: (count: number, values: Float32Array) => Float32Array,
  { values, count, size, dim, step, whole }: Steps,
): Float32Array {
  const out = new Float32Array(count * dim);
  for (let from = 0; from < count; from += step) {
    const some = Math.min(step, count - from);
    const filled = new Float32Array((whole ? step : some) * size);
    filled.set(values.subarray(from * size, (from + some) * size));
    const rows = run(filled.length / size, filled);
    out.set(rows.subarray(0, some * dim), from * dim);
  }
  return out;
}
