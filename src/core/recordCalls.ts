import { isDeepStrictEqual } from "node:util";
import type { KernelAttribute, StepBackend } from "./stepBackend";

/** A call of a kernel; numbers are slots. */
export interface RecordedCall {
  readonly name: string;
  readonly attributes: readonly KernelAttribute[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** What no later call reads. */
  readonly frees: readonly number[];
}

/** Values that were uploaded while something was recorded. */
export interface Upload {
  readonly shape: readonly number[];
  readonly dtype: number;
  readonly values: unknown;
}

/** A list of calls. Slots hold first what is given, then constants, then what the calls make. */
export interface Recording {
  readonly given: number;
  readonly slots: number;
  /** Uploads, and ids of tensors that were there already and are not given. */
  readonly constants: readonly (Upload | number)[];
  readonly calls: readonly RecordedCall[];
  /** Slots. */
  readonly outputs: readonly number[];
}

/** What was written down, in terms of the native library's ids. */
export interface Calls {
  /** The recording, or undefined if its work cannot be repeated without JavaScript. Ids of what was given, and of what is wanted. */
  finish(given: readonly number[], outputs: readonly number[]): Recording | undefined;
}

interface RawCall {
  readonly name: string;
  readonly attributes: readonly KernelAttribute[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** Does some work and writes down the kernels that it calls. */
export function recordCalls<T>(
  backend: StepBackend,
  work: () => T,
): { readonly results: T; readonly calls: Calls } {
  const calls: RawCall[] = [];
  const uploads = new Map<number, Upload>();
  let readsBack = false;
  const results = backend.during(
    (binding) => ({
      executeOp: (name, attributes, inputs, count) => {
        const made = binding.executeOp(name, attributes, inputs, count);
        calls.push({ name, attributes, inputs: [...inputs], outputs: made.map(({ id }) => id) });
        return made;
      },
      createTensor: (shape, dtype, values) => {
        const id = binding.createTensor(shape, dtype, values);
        // A copy, since its owner may write to it again.
        uploads.set(id, { shape: [...shape], dtype, values: copyOf(values) });
        return id;
      },
      tensorDataSync: (id) => {
        // What comes next may depend on the values.
        readsBack = true;
        return binding.tensorDataSync(id);
      },
    }),
    work,
  );
  return {
    results,
    calls: {
      finish: (given, outputs) =>
        readsBack ? undefined : inSlots(calls, uploads, { given, outputs }),
    },
  };
}

function copyOf(values: unknown): unknown {
  return ArrayBuffer.isView(values) && "slice" in values
    ? (values as Float32Array).slice()
    : Array.from(values as ArrayLike<unknown>);
}

/** Whether two recordings do the same. */
export function sameRecording(a: Recording, b: Recording): boolean {
  return isDeepStrictEqual(a, b);
}

interface Ends {
  readonly given: readonly number[];
  readonly outputs: readonly number[];
}

/** Calls with slots in the place of ids. */
function inSlots(
  calls: readonly RawCall[],
  uploads: ReadonlyMap<number, Upload>,
  { given, outputs }: Ends,
): Recording {
  const slotOf = new Map<number, number>();
  given.forEach((id, slot) => {
    if (!slotOf.has(id)) slotOf.set(id, slot);
  });
  const made = new Set(calls.flatMap((call) => call.outputs));
  const read = [...calls.flatMap((call) => call.inputs), ...outputs];
  const outside = [...new Set(read)].filter((id) => !slotOf.has(id) && !made.has(id));
  outside.forEach((id, i) => slotOf.set(id, given.length + i));
  let slots = given.length + outside.length;
  for (const id of made) slotOf.set(id, slots++);
  const slot = (id: number): number => slotOf.get(id) as number;
  const wanted = new Set(outputs);
  const lastRead = new Map<number, number>();
  calls.forEach(({ inputs }, i) => inputs.forEach((id) => lastRead.set(id, i)));
  return {
    given: given.length,
    slots,
    constants: outside.map((id) => uploads.get(id) ?? id),
    calls: calls.map(({ name, attributes, inputs, outputs: own }, i) => ({
      name,
      attributes,
      inputs: inputs.map(slot),
      outputs: own.map(slot),
      frees: [
        ...new Set(inputs.filter((id) => made.has(id) && lastRead.get(id) === i)),
        ...own.filter((id) => !lastRead.has(id)),
      ]
        .filter((id) => !wanted.has(id))
        .map(slot),
    })),
    outputs: outputs.map(slot),
  };
}
