import * as fs from "node:fs/promises";
import {
  define,
  explainFileError,
  InputError,
  known,
  option,
  tf,
  writeFileAtomically,
  type Encoder,
  type ImageSet,
  type Option,
  type OptionTable,
  type Pretrain,
  type Tensor4D,
} from "../core";
import { channelStatistics, writeSafetensors } from "../nets";
import { fileOption } from "./fileOption";
import { onnxNetwork, type OnnxNetwork } from "./onnxNetwork";

/** Which network in an ONNX file, and how images come to it. */
export interface OnnxOptions {
  /** Where it lies; it is known by what the file holds. */
  readonly file: string;
  /** Edge of the images that it takes, in pixels; images are brought to it. @default what the file says; where it leaves that free, it must be given */
  readonly size?: number;
  /**
   * What is taken off the images: their own mean and spread, which suits any unit, or the `mean` and `std` of images from 0 to 1, as the network's authors
   * state them. @default "images"
   */
  readonly statistics?: "images" | "stated";
  /** Mean of red, green and blue that the authors state. @default [0.485, 0.456, 0.406], of ImageNet */
  readonly mean?: readonly number[];
  /** Spread of red, green and blue that the authors state. @default [0.229, 0.224, 0.225], of ImageNet */
  readonly std?: readonly number[];
  /** Which output, by its name. @default the only one */
  readonly output?: string;
  /** What is taken of an output with several tokens an image: the first, which is the class token of most, or the mean of all. @default "first" */
  readonly pool?: "first" | "mean";
}

const definition = define("onnx", 1, {
  file: fileOption(),
  size: option.count({}),
  statistics: option.choice(["images", "stated"], { default: "images" }),
  mean: perChannel([0.485, 0.456, 0.406], -Infinity),
  std: perChannel([0.229, 0.224, 0.225], 0),
  output: option.plainOption<string, object>({}, (name, value) => option.text().check(name, value)),
  pool: option.choice(["first", "mean"], { default: "first" }),
} satisfies OptionTable<OnnxOptions>);

/** A number for each channel, above a bound. */
function perChannel(
  standard: readonly number[],
  above: number,
): Option<readonly number[], readonly number[]> {
  const list = option.numbers({ default: standard });
  return {
    ...list,
    check: (name, value) => {
      const numbers = list.check(name, value);
      if ([1, 3].includes(numbers.length) && numbers.every((x) => x > above)) return numbers;
      const bound = above === 0 ? " above 0" : "";
      throw option.wrongOption(name, value, `one number${bound}, or three`);
    },
  };
}

/** The options with their defaults. */
type Filled = ReturnType<typeof definition.resolve>["options"];

/**
 * A frozen vision network in an ONNX file, such as DINOv2 or MobileNet: it is not trained, and cannot be fine-tuned. Images of one channel, as scans are, go
 * into each of its three. Feature maps are averaged over their places.
 * @throws InputError if the file holds no such network, or an option does not fit it
 * @see https://onnx.ai
 */
export function onnx(given: string | OnnxOptions): Pretrain {
  const { options, settings } = definition.resolve(
    typeof given === "string" ? { file: given } : given,
  );
  if (options.std.length !== options.mean.length)
    throw option.wrongOption("std", options.std, `${options.mean.length}, as many as of mean`);
  const pretrain: Pretrain = async (images) => {
    const bytes = await readBytes(options.file);
    const network = onnxNetwork(bytes, options.file, options);
    try {
      checkImages(images, network, options);
      const scale = scaleOf(images, network.channels, options);
      return onnxEncoder(network, scale, { settings, shape: images.shape });
    } catch (error) {
      network.dispose();
      throw error;
    }
  };
  return known(pretrain, settings);
}
onnx.definition = definition;

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await fs.readFile(file);
  } catch (error) {
    throw explainFileError(error, file, "read");
  }
}

function checkImages(
  { name, shape, unit }: ImageSet,
  { channels }: OnnxNetwork,
  { statistics, mean }: Filled,
): void {
  if (shape[2] !== channels && shape[2] !== 1)
    throw new InputError({
      got: `"${name}" with ${shape[2]} channels for a network of ${channels}`,
      expected: `1 or ${channels}`,
      todo: "Take one channel of the images.",
    });
  if (statistics === "images") return;
  if (unit !== "byte")
    throw new InputError({
      option: "statistics",
      got: `statistics "stated" for "${name}", whose unit is ${unit}`,
      expected: "images from 0 to 1, which the stated mean and std are of",
      todo: 'Take "images".',
    });
  if (mean.length !== channels)
    throw option.wrongOption("mean", mean, `${channels}, one for each channel of the network`);
}

/** What is taken off each channel of the network, and what it is divided by. */
interface Scale {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

function scaleOf(images: ImageSet, channels: number, { statistics, mean, std }: Filled): Scale {
  if (statistics === "stated") return { mean, std };
  const own = channelStatistics(images);
  const each = (values: readonly number[]): number[] =>
    Array.from({ length: channels }, (_, c) => values[Math.min(c, values.length - 1)]);
  return { mean: each(own.mean), std: each(own.std) };
}

/** What rebuilds the encoder, where the file is at hand. */
type Told = Readonly<Record<"settings" | "shape", unknown>>;

/** Copies share the network, which never changes; it is freed with the last of them. */
function onnxEncoder(network: OnnxNetwork, scale: Scale, told: Told, uses = { count: 0 }): Encoder {
  uses.count++;
  let disposed = false;
  return {
    dim: network.dim,
    embed: (images) =>
      tf.tidy(() => {
        const values = fittedImages(images, network, scale).dataSync<"float32">();
        const rows = network.embed(values, images.shape[0]);
        return tf.tensor2d(rows, [images.shape[0], network.dim]);
      }),
    clone: () => onnxEncoder(network, scale, told, uses),
    save: (file) => {
      const metadata = { encoder: JSON.stringify({ kind: "onnx", ...told, ...scale }) };
      writeFileAtomically(file, writeSafetensors(new Map(), metadata));
      return Promise.resolve();
    },
    dispose: () => {
      if (disposed) return;
      disposed = true;
      if (--uses.count === 0) network.dispose();
    },
  };
}

/** Normalised, of the network's size and with its channels. [b,h,w,c] -> [b,c',h',w'] or [b,h',w',c'] */
function fittedImages(
  images: Tensor4D,
  { height, width, channels, channelsFirst }: OnnxNetwork,
  { mean, std }: Scale,
): Tensor4D {
  const all: Tensor4D =
    images.shape[3] === channels ? images : tf.tile<Tensor4D>(images, [1, 1, 1, channels]);
  const scaled = all.sub<Tensor4D>(tf.tensor1d([...mean])).div<Tensor4D>(tf.tensor1d([...std]));
  const [rows, columns] = [images.shape[1], images.shape[2]];
  const sized =
    rows === height && columns === width
      ? scaled
      : tf.image.resizeBilinear(scaled, [height, width], false, true);
  return channelsFirst ? tf.transpose(sized, [0, 3, 1, 2]) : sized;
}
