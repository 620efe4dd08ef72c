import { setImmediate } from "node:timers/promises";
import {
  canonicalJson,
  checkInteger,
  defined,
  InputError,
  onCuda,
  openGpu,
  precisionInUse,
  repeatedWork,
  sha256,
  StoppedError,
  tf,
  trainingDevice,
  type Gpu,
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
export interface TrainLoopOptions<Drawn extends Batch, B extends Batch = Drawn> {
  /** What is being done, for progress and errors, for example "SimCLR". */
  readonly task: string;
  /** Everything that changes: weights, running statistics, averages. Goes into the checkpoint. */
  readonly variables: ReadonlyMap<string, Variable>;
  /** Those that gradients change; each must have a part in the loss. */
  readonly trainable: ReadonlyMap<string, Variable>;
  /** Steps in all, at least 0. */
  readonly steps: number;
  /**
   * Draws the batch of a step, outside of the gradient; the loop disposes it. It depends on the step's number and generator alone, not on what training changes,
   * since it is called while the step before is still at work.
   */
  readonly prepare: (step: number, rng: Rng) => Drawn;
  /** Makes of it what the loss takes, outside of the gradient, where that needs the variables: what a teacher says, for example. @default the batch itself */
  readonly aim?: ((drawn: Drawn, step: number, rng: Rng) => B) | undefined;
  /**
   * The loss of a step on its batch. It depends on the batch and the variables alone, so that its kernels can be recorded and repeated: what else changes
   * from step to step, a number or a random one, belongs in the batch. Called inside tf.tidy.
   */
  readonly loss: (batch: B) => Scalar;
  /** Called after each step, for example to update an average of the weights. */
  readonly afterStep?: ((step: number) => void) | undefined;
  /** Variables that the loss assigns and `aim` or `afterStep` reads the values of. @default none */
  readonly reads?: readonly Variable[] | undefined;
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
 * Trains: the only loop there is. On the device webgpu the variables live on the GPU meanwhile, and all but `prepare` is done there. Each step has its own fork of
 * `rng`, so a training that was stopped and goes on from its checkpoint gives the same bits as one that was not. At the end the finished state is left in the checkpoint; the caller removes the file once its result is safe.
 * @throws InputError if the loss is no longer a finite number, or the checkpoint cannot be used
 * @throws StoppedError if `on.signal` says so, after a checkpoint was written
 */
export async function trainLoop<Drawn extends Batch, B extends Batch = Drawn>(
  options: TrainLoopOptions<Drawn, B>,
): Promise<TrainResult> {
  const { task, variables, steps, on = {} } = options;
  const { checkpointSeconds = 30 } = on;
  checkInteger("steps", steps, { min: 0 });
  const gpu = trainingDevice() === "webgpu" ? await openGpu() : undefined;
  const optimiser = options.optimiser(options.trainable);
  const one = stepOf(options, optimiser, gpu);
  const losses = new Float32Array(steps);
  const saved = new Map([
    ...variables,
    ...Array.from(optimiser.state, ([name, state]) => [`optimiser.${name}`, state] as const),
  ]);
  const fingerprint = fingerprintOf(options, saved, gpu);
  const save = async (step: number): Promise<void> => {
    if (on.checkpoint === undefined) return;
    await gpu?.fetch(saved.values());
    writeCheckpoint(on.checkpoint, { fingerprint, step, losses: losses.slice(0, step) }, saved);
  };
  try {
    const found =
      on.checkpoint === undefined ? undefined : readCheckpoint(on.checkpoint, fingerprint, saved);
    losses.set(found?.losses ?? []);
    let savedAt = performance.now();
    for (let step = found?.step ?? 0; step < steps; step++) {
      if (on.signal?.aborted === true) {
        await save(step);
        if (gpu !== undefined) await bringBack(gpu, variables.values());
        throw new StoppedError();
      }
      losses[step] = await one.make(step);
      const done = step + 1;
      on.report?.({ task, done, total: steps, unit: "step", values: { loss: losses[step] } });
      if (done === steps || performance.now() - savedAt >= 1000 * checkpointSeconds) {
        await save(done);
        savedAt = performance.now();
      }
      await setImmediate();
    }
    if (gpu !== undefined) await bringBack(gpu, variables.values());
  } finally {
    one.dispose();
    optimiser.dispose();
  }
  on.keep?.("loss", losses);
  return { losses };
}

interface Step {
  /** Makes one step and gives its loss. */
  readonly make: (step: number) => number | Promise<number>;
  readonly dispose: () => void;
}

/**
 * A step in three parts: the batch, drawn while the step before is at work; what it is aimed at by the variables as they are; and the rest, which can be recorded
 * and repeated.
 */
function stepOf<Drawn extends Batch, B extends Batch>(
  options: TrainLoopOptions<Drawn, B>,
  optimiser: BoundOptimiser,
  gpu: Gpu | undefined,
): Step {
  const { task, steps, variables, trainable, loss, afterStep, schedule, rng, reads = [] } = options;
  const { aim = (drawn: Drawn): B => drawn as unknown as B } = options;
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
  const stepRng = (step: number): Rng => rng.fork(`step ${step}`);
  /** Outlives every tidy; whoever takes it disposes it. */
  const prepare = (step: number): Drawn => {
    const drawn = tidied(() => options.prepare(step, stepRng(step)));
    for (const tensor of tensorsOf(drawn)) tf.keep(tensor);
    return drawn;
  };
  let ahead: { readonly step: number; readonly drawn: Drawn } | undefined;
  const prepareNext = (step: number): void => {
    if (step + 1 < steps) ahead = { step: step + 1, drawn: prepare(step + 1) };
  };
  const take = (step: number): Drawn => {
    const drawn = ahead?.step === step ? ahead.drawn : prepare(step);
    ahead = undefined;
    return drawn;
  };
  /** Gives the loss. */
  const change = (drawn: Drawn, step: number, meanwhile?: () => void): Tensor => {
    batch = tidied(() => aim(drawn, step, stepRng(step)));
    return rest.run([...tensorsOf(batch), ...optimiser.numbers(schedule(step))], meanwhile)[0];
  };
  const check = (value: number, step: number): number => {
    if (!Number.isFinite(value)) throw diverged(task, step, value, schedule(step));
    return value;
  };
  const here = (step: number): number => {
    const drawn = take(step);
    try {
      return tf.tidy(() => {
        const value = check(change(drawn, step, () => prepareNext(step)).dataSync()[0], step);
        afterStep?.(step);
        return value;
      });
    } finally {
      disposeBatch(drawn);
    }
  };
  const there = async (step: number, on: Gpu): Promise<number> => {
    const drawn = take(step);
    let value: Tensor | undefined;
    try {
      value = on.during(() => tf.tidy(() => change(drawn, step)));
      const fetched = on.fetch([value, ...reads]);
      try {
        prepareNext(step);
      } finally {
        await fetched;
      }
      const found = check(value.dataSync()[0], step);
      if (afterStep !== undefined) on.during(() => tf.tidy(() => afterStep(step)));
      return found;
    } finally {
      disposeBatch(drawn);
      value?.dispose();
    }
  };
  return {
    make: (step) => (gpu === undefined ? here(step) : there(step, gpu)),
    dispose: () => {
      if (ahead !== undefined) disposeBatch(ahead.drawn);
      rest.dispose();
    },
  };
}

function disposeBatch(batch: Batch): void {
  tf.dispose([...tensorsOf(batch)]);
}

/** The type of tidy does not know read-only lists. */
function tidied<T extends Batch>(work: () => T): T {
  return tf.tidy(work as () => Tensor) as T;
}

/** Moves variables to where everything else is done. */
async function bringBack(gpu: Gpu, variables: Iterable<Variable>): Promise<void> {
  const all = [...variables];
  await gpu.fetch(all);
  for (const variable of all) {
    const { shape, dtype } = variable;
    tf.tidy(() => variable.assign(tf.tensor(variable.dataSync(), shape, dtype)));
  }
}

function tensorsOf(batch: Batch): readonly Tensor[] {
  if (batch instanceof tf.Tensor) return [batch];
  return Array.isArray(batch)
    ? (batch as Tensor[])
    : Object.values(batch as Record<string, Tensor>);
}

function fingerprintOf<Drawn extends Batch, B extends Batch>(
  { task, steps, rng, trainable, identity = "" }: TrainLoopOptions<Drawn, B>,
  saved: ReadonlyMap<string, Variable>,
  gpu: Gpu | undefined,
): string {
  const shapes = Array.from(saved, ([name, { shape, dtype }]) => [name, shape, dtype]);
  const path = rng.path;
  const training = { task, steps, path, shapes, trainable: [...trainable.keys()], identity };
  // A device and a precision go on with what they began: others have other digits.
  const device = gpu !== undefined ? "webgpu" : onCuda() ? "cuda" : undefined;
  return sha256(
    canonicalJson({ ...training, ...defined({ device, precision: precisionInUse() }) }),
  );
}

function diverged(task: string, step: number, loss: number, rate: number): InputError {
  return new InputError({
    got: `a loss of ${loss} at step ${step + 1} of ${task}, with learning rate ${rate.toPrecision(3)}`,
    expected: "a finite number",
    todo: "Lower the learning rate or raise the warm-up, and check the images for missing or huge values.",
  });
}
