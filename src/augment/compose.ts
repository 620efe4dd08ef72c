import {
  define,
  option,
  type Augmentation,
  type Json,
  type Option,
  type OptionTable,
  type Rng,
  type Tensor4D,
} from "../core";
import { augmentation } from "./augmentation";
import { stepsFromSpec } from "./fromSpec";
import { changed, changeOf, type Change } from "./stm/onValues";
import { viewsFor } from "./viewsFor";
import { viewsOption } from "./viewsOption";

/** What is composed. */
export interface ComposeOptions {
  /** One augmentation after the other; has to be given, in plans as a list. */
  readonly steps: readonly Augmentation[];
}

const definition = define("compose", 1, {
  steps: option.required(stepsOption()),
} satisfies OptionTable<ComposeOptions>);

/**
 * One augmentation after the other. Each has draws of its own, told apart by its name, so that adding another kind does
 * not change what the others do. Steps that go by the images' set do so here too. [b,h,w,c] -> what the last one gives
 * @throws InputError if one of them is no function
 */
export function compose(...augmentations: readonly Augmentation[]): Augmentation {
  const { options, settings } = definition.resolve({ steps: augmentations });
  const { steps } = options;
  const names = steps.map(({ name }, i) => {
    const before = steps.slice(0, i).filter((other) => other.name === name).length;
    return `${name} ${before + 1}`;
  });
  const parts = inParts(steps);
  const composed = augmentation(definition.name, settings, (images, rng) => {
    let current = images;
    for (const { first, apply } of parts) {
      const next = apply(current, (i) => rng.fork(names[first + i]));
      // Large batches would otherwise hold every step in memory until the last.
      if (current !== images && current !== next) current.dispose();
      current = next;
    }
    return current;
  });
  if (steps.every(({ forSet }) => forSet === undefined)) return composed;
  const forSet: Augmentation["forSet"] = (about) =>
    compose(...steps.map((step) => viewsFor(step, about)));
  return Object.assign(composed, { forSet });
}
compose.definition = definition;

/** Steps that are done together. */
interface Part {
  /** Number of the first of them. */
  readonly first: number;
  /** Does them, each with the generator of its number within the part. */
  readonly apply: (images: Tensor4D, rng: (step: number) => Rng) => Tensor4D;
}

const alone =
  (step: Augmentation): Part["apply"] =>
  (images, rng) =>
    step(images, rng(0));

const together =
  (run: readonly Change[]): Part["apply"] =>
  (images, rng) =>
    changed(images, (batch) => run.forEach((change, i) => change(batch, rng(i))));

/** Steps one by one, but those that change plain values after each other all on one copy. */
function inParts(steps: readonly Augmentation[]): Part[] {
  const parts: Part[] = [];
  let first = 0;
  while (first < steps.length) {
    const run: Change[] = [];
    for (let change; (change = changeOf(steps[first + run.length])) !== undefined;)
      run.push(change);
    parts.push({ first, apply: run.length < 2 ? alone(steps[first]) : together(run) });
    first += Math.max(1, run.length);
  }
  return parts;
}

function stepsOption(): Option<readonly Augmentation[]> {
  const one = viewsOption();
  return {
    fallback: () => [],
    check: (name, value) => {
      if (!Array.isArray(value)) throw option.wrongOption(name, value, "a list of augmentations");
      return value.map((step, i) => one.check(`${name}[${i}]`, step));
    },
    tell: (steps) => {
      const told: Json[] = [];
      for (const step of steps) {
        const settings = one.tell(step);
        if (settings === undefined) return undefined;
        told.push(settings);
      }
      return told;
    },
    parse: (name, json) => stepsFromSpec(json, name),
  };
}
