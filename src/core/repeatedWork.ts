import { tf, type Tensor, type Variable } from "./backend";
import { defined } from "./defined";
import { pace, type Pace } from "./pace";
import { recordCalls, sameRecording, type Recording } from "./recordCalls";
import { stepBackend, type StepBackend } from "./stepBackend";

/** Work on tensors that is done over and over, of the same kernels each time. */
export interface Work {
  /**
   * Computes new tensors and may assign to variables of `state`. It must depend on nothing but `given` and `state`: a number of its own may not
   * change from one time to the next, nor may a random one be drawn. Called inside `tf.tidy`.
   */
  readonly work: (given: readonly Tensor[]) => readonly Tensor[];
  /** Every variable that is read or assigned and not the same for ever. */
  readonly state: readonly Variable[];
  /** Whether the work would go its usual way now; where it would not, it is done without a recording. @default always */
  readonly usual?: () => boolean;
  /** Called after the variables were assigned from a recording. */
  readonly assigned?: () => void;
}

/** Work that is recorded, then repeated. */
export interface RepeatedWork {
  /**
   * Does the work once; the caller disposes the results. Results and variables have the same bits however it was done. `meanwhile` is done beside a
   * recording or after it, whichever was faster, else after the work; it must neither change `given` or `state` nor read what the work assigns.
   */
  readonly run: (given: readonly Tensor[], meanwhile?: () => void) => Tensor[];
  /** How many times a recording did the work. */
  readonly repeats: number;
  /** Frees what was recorded. */
  readonly dispose: () => void;
}

/** Recordings that may differ from the one before until the work counts as never the same. */
const mostTries = 4;
/** Kinds of shapes that are recorded; work that meets more of them would fill the memory with recordings. */
const mostKinds = 16;

/** What is known of the work on tensors of certain shapes. */
interface Known {
  before: Recording | undefined;
  tries: number;
  program: Program | undefined;
}

interface Program {
  readonly id: number;
  /** Which variables are assigned, by their place in the state; their new values come after the results. */
  readonly assigned: readonly number[];
  /** Whether something else is done beside it or after it. */
  readonly beside: Pace;
}

/**
 * Work that is done over and over: its kernels are written down twice, and if both lists are the same they are from then on run by one call of the native
 * library, in the same order and so with the same bits. Where the lists go on to differ, values are read back meanwhile, or the backend cannot, the work
 * is simply done each time.
 */
export function repeatedWork(work: Work): RepeatedWork {
  const known = new Map<string, Known>();
  const plainly = (given: readonly Tensor[], meanwhile?: () => void): Tensor[] => {
    const results = tidied(() => work.work(given));
    meanwhile?.();
    return results;
  };
  let repeats = 0;
  return {
    run: (given, meanwhile) => {
      const backend = stepBackend();
      if (backend === undefined || work.usual?.() === false) return plainly(given, meanwhile);
      const key = given.map(({ shape, dtype }) => `${dtype}[${shape.join()}]`).join();
      const found = known.get(key) ?? { before: undefined, tries: 0, program: undefined };
      if (!known.has(key) && known.size >= mostKinds) return plainly(given, meanwhile);
      known.set(key, found);
      if (found.program !== undefined) {
        repeats++;
        return runProgram(backend, found.program, defined({ given, meanwhile }), work);
      }
      if (found.tries >= mostTries) return plainly(given, meanwhile);
      const results = recordOnce(backend, found, given, work);
      meanwhile?.();
      return results;
    },
    get repeats() {
      return repeats;
    },
    dispose: () => {
      for (const { program } of known.values()) {
        if (program !== undefined) stepBackend()?.dropProgram(program.id);
      }
      known.clear();
    },
  };
}

function tidied(work: () => readonly Tensor[]): Tensor[] {
  // The type of tidy does not know read-only lists.
  return tf.tidy(work as () => Tensor[]);
}

/** Does the work from JavaScript, and learns from it. */
function recordOnce(
  backend: StepBackend,
  known: Known,
  given: readonly Tensor[],
  work: Work,
): Tensor[] {
  const { state } = work;
  const before = state.map(({ dataId }) => dataId);
  return tidied(() => {
    const inputs = backend.ids([...given, ...state]);
    const { results, calls } = recordCalls(backend, () => work.work(given));
    const assigned = state.flatMap(({ dataId }, i) => (dataId === before[i] ? [] : [i]));
    const outputs = backend.ids([...results, ...assigned.map((i) => state[i])]);
    const recording = calls.finish(inputs, outputs);
    known.tries++;
    if (recording !== undefined && known.before !== undefined) {
      if (sameRecording(recording, known.before)) {
        known.program = { id: backend.makeProgram(recording), assigned, beside: pace() };
      }
    }
    known.before = known.program === undefined ? recording : undefined;
    return results;
  });
}

/** Does the work by its recording. */
function runProgram(
  backend: StepBackend,
  { id, assigned, beside }: Program,
  { given, meanwhile }: { readonly given: readonly Tensor[]; readonly meanwhile?: () => void },
  work: Work,
): Tensor[] {
  return tidied(() => {
    const { state } = work;
    const all = [...given, ...state];
    let made: Tensor[];
    if (meanwhile === undefined) made = backend.runProgram(id, all);
    else {
      // Beside it both have less of the cores and of what is kept near them; which costs more depends on both.
      const goesBeside = beside.goFirst();
      const began = performance.now();
      made = backend.runProgram(id, all, goesBeside ? meanwhile : undefined);
      if (!goesBeside) meanwhile();
      beside.took(goesBeside, performance.now() - began);
    }
    const results = made.slice(0, made.length - assigned.length);
    const values = made.slice(results.length);
    assigned.forEach((place, i) => state[place].assign(values[i]));
    work.assigned?.();
    return results;
  });
}
