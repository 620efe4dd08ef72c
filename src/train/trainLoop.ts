import { setImmediate } from "node:timers/promises";
import {
  canonicalJson,
  checkInteger,
  InputError,
  repeatedWork,
  sha256,
  StoppedError,
  tf,
  type Progress,
  type Rng,
  type Scalar,
  type Tensor,
  type Variable,
} from "../core";
import { readCheckpoint, writeCheckpoint } from "./checkpoint";
import type { BoundOptimiser, Optimiser } from "./optimiser";
import type { Schedule } from "./schedules";

/** What a step works on: one tensor, or several. */
export type Batch = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>;

/** A training, of whatever method. */
export interface TrainLoopOptions<P extends Batch, B extends Batch = P> {
  /** What is being done, for progress and errors, for example "SimCLR". */
  readonly task: string;
  /** Everything that changes: weights, running statistics, averages. Goes into the checkpoint. */
  readonly variables: ReadonlyMap<string, Variable>;
  /** Those that gradients change; each must have a part in the loss. */
  readonly trainable: ReadonlyMap<string, Variable>;
  /** Steps in all, at least 0. */
  readonly steps: number;
  /**
   * Makes the batch of a step, outside of the gradient; the loop disposes it. It depends on the step's number and generator alone, not on what training
   * changes, since it is called while the step before is still at work.
   */
  readonly prepare: (step: number, rng: Rng) => P;
  /** Makes of it what the loss gets, of the variables as they are now: what a teacher says of the images, say. @default the batch as it is */
  readonly aim?: ((prepared: P, step: number, rng: Rng) => B) | undefined;
  /**
   * The loss of a step on its batch. It depends on the batch and the variables alone, so that its kernels can be recorded and repeated: what else changes
   * from step to step, a number or a random one, belongs in the batch. Called inside tf.tidy.
   */
  readonly loss: (batch: B) => Scalar;
  /** Called after each step, for example to update an average of the weights. */
  readonly afterStep?: ((step: number) => void) | undefined;
  readonly optimiser: Optimiser;
  readonly schedule: Schedule;
  readonly rng: Rng;
  /** Whatever else determines the training: what `identify` gives. @default "" */
  readonly identity?: string;
  readonly on?: Progress | undefined;
}

/** What a training gives, beside the changed variables. */
export interface TrainResult {
  /** Loss of each step. */
  readonly losses: Float32Array;
}

/**
 * Trains: the only loop there is. Each step has its own fork of `rng`, so a training that was stopped and goes on from its checkpoint gives the
 * same bits as one that was not. At the end the finished state is left in the checkpoint; the caller removes the file once its result is safe.
 * @throws InputError if the loss is no longer a finite number, or the checkpoint cannot be used
 * @throws StoppedError if `on.signal` says so, after a checkpoint was written
 */
export async function trainLoop<P extends Batch, B extends Batch = P>(
  options: TrainLoopOptions<P, B>,
): Promise<TrainResult> {
  const { task, variables, steps, on = {} } = options;
  const { checkpointSeconds = 30 } = on;
  checkInteger("steps", steps, { min: 0 });
  const optimiser = options.optimiser(options.trainable);
  const one = stepOf(options, optimiser);
  const losses = new Float32Array(steps);
  const saved = new Map([
    ...variables,
    ...Array.from(optimiser.state, ([name, state]) => [`optimiser.${name}`, state] as const),
  ]);
  const fingerprint = fingerprintOf(options, saved);
  const save = (step: number): void => {
    if (on.checkpoint === undefined) return;
    writeCheckpoint(on.checkpoint, { fingerprint, step, losses: losses.slice(0, step) }, saved);
  };
  try {
    const found =
      on.checkpoint === undefined ? undefined : readCheckpoint(on.checkpoint, fingerprint, saved);
    losses.set(found?.losses ?? []);
    let savedAt = performance.now();
    for (let step = found?.step ?? 0; step < steps; step++) {
      if (on.signal?.aborted === true) {
        save(step);
        throw new StoppedError();
      }
      losses[step] = one.make(step);
      const done = step + 1;
      on.report?.({ task, done, total: steps, unit: "step", values: { loss: losses[step] } });
      if (done === steps || performance.now() - savedAt >= 1000 * checkpointSeconds) {
        save(done);
        savedAt = performance.now();
      }
      await setImmediate();
    }
  } finally {
    one.dispose();
    optimiser.dispose();
  }
  on.keep?.("loss", losses);
  return { losses };
}

interface Step {
  /** Makes one step and gives its loss. */
  readonly make: (step: number) => number;
  readonly dispose: () => void;
}

/**
 * A step in three parts: the batch, made while the step before is at work; what it gets of the variables as they are; and the rest, which can be recorded and
 * repeated.
 */
function stepOf<P extends Batch, B extends Batch>(
  options: TrainLoopOptions<P, B>,
  optimiser: BoundOptimiser,
): Step {
  const { task, steps, variables, trainable, loss, afterStep, schedule, rng } = options;
  // Without an aim, what is prepared is what the loss gets.
  const { aim = (prepared: P): B => prepared as unknown as B } = options;
  const stepRng = (step: number): Rng => rng.fork(`step ${step}`);
  const prepare = (step: number): P =>
    // The type of tidy does not know read-only lists.
    tf.tidy((() => options.prepare(step, stepRng(step))) as () => Tensor) as P;
  let ahead: { readonly step: number; readonly prepared: P } | undefined;
  let batch: B;
  const state = [
    ...new Set([...variables.values(), ...optimiser.state.values(), ...optimiser.memory]),
  ];
  const rest = repeatedWork({
    state,
    usual: () => optimiser.usual(),
    assigned: () => optimiser.assigned(),
    work: (given) => {
      const counted = tensorsOf(batch).length;
      const { value, grads } = tf.variableGrads(() => loss(batch), [...trainable.values()]);
      const gradients = new Map(
        Array.from(trainable, ([name, variable]) => [name, grads[variable.name]] as const),
      );
      const missing = [...trainable.keys()].find((name) => gradients.get(name) === undefined);
      if (missing !== undefined) throw new Error(`"${missing}" has no part in the loss of ${task}`);
      optimiser.step(gradients, given.slice(counted));
      return [value];
    },
  });
  const prepareNext = (step: number): void => {
    if (step + 1 === steps) return;
    ahead = { step: step + 1, prepared: prepare(step + 1) };
    for (const tensor of tensorsOf(ahead.prepared)) tf.keep(tensor);
  };
  return {
    make: (step) => {
      const rate = schedule(step);
      const own = ahead;
      ahead = undefined;
      const make = (): number => {
        const prepared = own?.step === step ? own.prepared : prepare(step);
        batch = tf.tidy((() => aim(prepared, step, stepRng(step))) as () => Tensor) as B;
        const given = [...tensorsOf(batch), ...optimiser.numbers(rate)];
        const [value] = rest.run(given, () => prepareNext(step));
        const found = value.dataSync()[0];
        if (!Number.isFinite(found)) throw diverged(task, step, found, rate);
        afterStep?.(step);
        return found;
      };
      try {
        return tf.tidy(make);
      } finally {
        disposePrepared(own?.prepared);
      }
    },
    dispose: () => {
      disposePrepared(ahead?.prepared);
      rest.dispose();
    },
  };
}

function disposePrepared(prepared: Batch | undefined): void {
  if (prepared !== undefined) tf.dispose([...tensorsOf(prepared)]);
}

function tensorsOf(batch: Batch): readonly Tensor[] {
  if (batch instanceof tf.Tensor) return [batch];
  return Array.isArray(batch)
    ? (batch as Tensor[])
    : Object.values(batch as Record<string, Tensor>);
}

/** What of the options a checkpoint must agree with. */
type FingerprintedOptions = Pick<
  TrainLoopOptions<Batch>,
  "task" | "steps" | "rng" | "trainable" | "identity"
>;

function fingerprintOf(
  { task, steps, rng, trainable, identity = "" }: FingerprintedOptions,
  saved: ReadonlyMap<string, Variable>,
): string {
  const shapes = Array.from(saved, ([name, { shape, dtype }]) => [name, shape, dtype]);
  const path = rng.path;
  return sha256(
    canonicalJson({ task, steps, path, shapes, trainable: [...trainable.keys()], identity }),
  );
}

function diverged(task: string, step: number, loss: number, rate: number): InputError {
  return new InputError({
    got: `a loss of ${loss} at step ${step + 1} of ${task}, with learning rate ${rate.toPrecision(3)}`,
    expected: "a finite number",
    todo: "Lower the learning rate or raise the warm-up, and check the images for missing or huge values.",
  });
}
