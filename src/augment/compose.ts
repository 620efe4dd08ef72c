import {
  define,
  option,
  type Augmentation,
  type Json,
  type Option,
  type OptionTable,
} from "../core";
import { augmentation } from "./augmentation";
import { stepsFromSpec } from "./fromSpec";
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
 * not change what the others do. [b,h,w,c] -> what the last one gives
 * @throws InputError if one of them is no function
 */
export function compose(...augmentations: readonly Augmentation[]): Augmentation {
  const { options, settings } = definition.resolve({ steps: augmentations });
  const { steps } = options;
  const names = steps.map(({ name }, i) => {
    const before = steps.slice(0, i).filter((other) => other.name === name).length;
    return `${name} ${before + 1}`;
  });
  return augmentation(definition.name, settings, (images, rng) => {
    let current = images;
    steps.forEach((apply, i) => {
      const next = apply(current, rng.fork(names[i]));
      // Large batches would otherwise hold every step in memory until the last.
      if (current !== images && current !== next) current.dispose();
      current = next;
    });
    return current;
  });
}
compose.definition = definition;

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
