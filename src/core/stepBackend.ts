import * as os from "node:os";
import { tf, type Tensor } from "./backend";
import type { Recording } from "./recordCalls";

/** An attribute of a kernel, as tfjs-node gives it to TensorFlow. */
export interface KernelAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** What TensorFlow says of a tensor that it made. */
export interface TensorFacts {
  readonly id: number;
  readonly dtype: number;
  readonly shape: readonly number[];
}

/** The binding to TensorFlow, as far as a recording needs it; the last five are our own addition to it. */
export interface Binding {
  executeOp(
    name: string,
    attributes: readonly KernelAttribute[],
    ids: readonly number[],
    outputs: number,
  ): TensorFacts[];
  createTensor(shape: readonly number[], dtype: number, values: unknown): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): unknown;
  readonly makeProgram?: (program: object) => number;
  readonly beginProgram?: (
    program: number,
    given: readonly number[],
    twoCores: boolean,
    alone: boolean,
  ) => number;
  readonly endProgram?: (run: number) => TensorFacts[];
  readonly dropProgram?: (program: number) => void;
  /** Whether there are kernels of our own, which then are registered. */
  readonly fusedKernels?: () => boolean;
  /** TensorFlow's number for an attribute that is a number. */
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_INT: number;
}

/** What tfjs-node's backend has beyond the public interface. */
export interface NativeBackend {
  binding: Binding;
  getInputTensorIds(tensors: readonly Tensor[]): number[];
  createOutputTensor(facts: TensorFacts): Tensor;
}

/** The native backend, seen as what records and repeats lists of kernel calls. */
export interface StepBackend {
  /** Ids of tensors in the native library, to which values go now that were not yet there. */
  ids(tensors: readonly Tensor[]): number[];
  /** Has another binding take the calls while `work` runs. */
  during<T>(replace: (binding: Binding) => Partial<Binding>, work: () => T): T;
  makeProgram(recording: Recording): number;
  /** Results, and new values of what the recording assigns. `meanwhile` is done while it runs, where there are cores for both. */
  runProgram(program: number, given: readonly Tensor[], meanwhile?: () => void): Tensor[];
  dropProgram(program: number): void;
}

/** Set to "off", every kernel is called from JavaScript: for finding out whether a fault lies in the recordings. */
const switchName = "FEWSCOPE_PROGRAMS";

/**
 * "on" or "off": whether calls that do not wait for each other may run at the same time, on two cores, and the next step be prepared meanwhile. Bits are the same
 * both ways; which calls are faster so is found out while they run.
 */
export const sideBySideName = "FEWSCOPE_SIDE_BY_SIDE";

/** Asked for once, since every step wants to know. */
const cores = os.availableParallelism();

function sideBySide(): boolean {
  const told = process.env[sideBySideName];
  return told === undefined ? cores > 1 : told === "on";
}

/** The native backend, or undefined where it cannot repeat a list of calls. */
export function stepBackend(): StepBackend | undefined {
  if (process.env[switchName] === "off" || tf.getBackend() !== "tensorflow") return undefined;
  const backend = tf.backend() as unknown as NativeBackend;
  const { makeProgram, beginProgram, endProgram, dropProgram } = backend.binding;
  if (makeProgram === undefined || dropProgram === undefined) return undefined;
  if (beginProgram === undefined || endProgram === undefined) return undefined;
  return {
    ids: (tensors) => backend.getInputTensorIds(tensors),
    during: (replace, work) => {
      const { binding } = backend;
      // The binding's own members cannot be written to, so they are covered instead.
      const covers = Object.getOwnPropertyDescriptors(replace(binding));
      backend.binding = Object.create(binding, covers) as Binding;
      try {
        return work();
      } finally {
        backend.binding = binding;
      }
    },
    makeProgram: ({ given, calls, constants, outputs, slots }) => {
      const made = constants.map((constant) =>
        typeof constant === "number"
          ? { id: constant, own: false }
          : {
              id: backend.binding.createTensor(constant.shape, constant.dtype, constant.values),
              own: true,
            },
      );
      try {
        return makeProgram({ given, calls, outputs, slots, constants: made.map(({ id }) => id) });
      } finally {
        for (const { id, own } of made) if (own) backend.binding.deleteTensor(id);
      }
    },
    runProgram: (program, given, meanwhile) => {
      const alone = meanwhile === undefined;
      const run = beginProgram(program, backend.getInputTensorIds(given), sideBySide(), alone);
      try {
        meanwhile?.();
      } catch (error) {
        for (const { id } of endProgram(run)) backend.binding.deleteTensor(id);
        throw error;
      }
      return endProgram(run).map((facts) => backend.createOutputTensor(facts));
    },
    dropProgram,
  };
}
