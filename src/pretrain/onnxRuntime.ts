import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as os from "node:os";
import * as path from "node:path";
import { cacheFolder, InputError } from "../core";

/** What an ONNX file says of an input or an output. */
export interface OnnxPlace {
  readonly name: string;
  /** "float32" or another kind of number; undefined for what is no tensor. */
  readonly type: string | undefined;
  /** Length of each axis; undefined where it is free. */
  readonly shape: readonly (number | undefined)[];
}

/** A network in an ONNX file, ready to run. */
export interface OnnxSession {
  readonly inputs: readonly OnnxPlace[];
  readonly outputs: readonly OnnxPlace[];
  /** Runs it on float32 values of a shape, row-major. @throws Error if the network cannot take them */
  run(input: string, values: Float32Array, shape: readonly number[], output: string): OnnxArray;
  dispose(): void;
}

/** Numbers that come out, row-major. */
export interface OnnxArray {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/** The part of ONNX Runtime that is used: its package's own calls do the same, behind a promise that a step of an encoder cannot wait for. */
interface Runtime {
  readonly binding: { readonly InferenceSession: new () => NativeSession };
  readonly initOrt: () => void;
}

interface NativePlace {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type?: number;
  readonly shape?: readonly number[];
}

interface NativeTensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

interface NativeSession {
  readonly inputMetadata: readonly NativePlace[];
  readonly outputMetadata: readonly NativePlace[];
  loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: object): void;
  run(
    feeds: Readonly<Record<string, NativeTensor>>,
    fetches: Readonly<Record<string, null>>,
    options: object,
  ): Readonly<Record<string, NativeTensor>>;
  dispose(): void;
}

interface Loaded {
  readonly binding: Runtime["binding"];
  readonly Tensor: new (
    type: "float32",
    data: Float32Array,
    dims: readonly number[],
  ) => NativeTensor;
}

/** As in src/runtime/onnx.js, which puts it there. */
const version = "1.30.0";

let loaded: Loaded | undefined;

/** Loaded when it is first needed, from the cache: few need it, and it is large. */
function load(): Loaded {
  if (loaded !== undefined) return loaded;
  const modules = path.join(cacheFolder(), `onnxruntime-${version}`, "node_modules");
  if (!fs.existsSync(modules))
    throw new InputError({
      got: "a fewscope without ONNX Runtime",
      expected: "to find it in the cache",
      todo: "Run `npx fewscope doctor --fix --onnx` once.",
    });
  const from = createRequire(path.join(modules, "fewscope.js"));
  const { binding, initOrt } = from(
    path.join(modules, "onnxruntime-node", "dist", "binding.js"),
  ) as Runtime;
  const { Tensor } = from("onnxruntime-common") as Pick<Loaded, "Tensor">;
  initOrt();
  loaded = { binding, Tensor };
  return loaded;
}

/**
 * Opens the network that bytes of an ONNX file hold, on the cores that TensorFlow may use too.
 * @param file only for messages
 * @throws InputError if they hold none that can be run, or ONNX Runtime is not set up
 */
export function openOnnx(bytes: Uint8Array, file: string): OnnxSession {
  const { binding, Tensor } = load();
  const session = new binding.InferenceSession();
  const threads = Number(process.env["TF_NUM_INTRAOP_THREADS"]) || os.availableParallelism();
  const options = { intraOpNumThreads: threads, interOpNumThreads: 1, logSeverityLevel: 4 };
  try {
    session.loadModel(bytes.buffer, bytes.byteOffset, bytes.byteLength, options);
  } catch (error) {
    throw explain(error, file);
  }
  return {
    inputs: session.inputMetadata.map(place),
    outputs: session.outputMetadata.map(place),
    run: (input, values, shape, output) => {
      const feeds = { [input]: new Tensor("float32", values, shape) };
      const { data, dims } = session.run(feeds, { [output]: null }, {})[output];
      return { values: data, shape: dims };
    },
    dispose: () => session.dispose(),
  };
}

/** By the number that ONNX gives a kind of number. */
const types = "undefined float32 uint8 int8 uint16 int16 int32 int64 string bool float16 float64";

function place({ name, isTensor, type = 0, shape = [] }: NativePlace): OnnxPlace {
  return {
    name,
    type: isTensor ? (types.split(" ").at(type) ?? "another kind") : undefined,
    shape: shape.map((length) => (length < 0 ? undefined : length)),
  };
}

function explain(error: unknown, file: string): InputError {
  const text = error instanceof Error ? error.message : String(error);
  const [got, todo] = /protobuf parsing failed|data pointer is null|ModelProto/i.test(text)
    ? [
        `"${file}", which is no ONNX file, or not a whole one`,
        "Check the path, or export it again.",
      ]
    : /external|model_path/i.test(text)
      ? [
          `"${file}", whose weights lie in other files`,
          "Save it as one file (in Python: onnx.save(onnx.load(file), one, save_as_external_data=False)).",
        ]
      : [
          `"${file}", which ONNX Runtime ${version} cannot take (${text.replace(/\s+/g, " ").trim()})`,
          "Export it again, for this version or an older one.",
        ];
  const expected = "a network in one ONNX file";
  return new InputError({ got, expected, todo }, { cause: error });
}
