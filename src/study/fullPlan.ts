import { specOf, type Json, type Method, type Settings } from "../core";
import { halves, outsideOptions, readSpec } from "./methodSpecs";
import type { Plan } from "./plan";

/** A plan with every default filled in; it can be read and run again, and `null` stands for what goes by the images. */
export function fullPlan(plan: Plan, methods: readonly Method[]): object {
  return {
    allLabels: false,
    threads: 2,
    pretrainings: 1,
    transductive: false,
    metric: "balancedAccuracy",
    ...plan,
    methods: plan.methods.map(({ name, ...specs }, m) => ({
      name,
      pretrain: fullSpec("pretrain", specs.pretrain, methods[m].pretrain.settings),
      classify: fullSpec("classify", specs.classify, methods[m].classify.settings),
    })),
  };
}

/** Every option; what lies outside stands as the plan gives it, since settings tell what it holds, not where it is. */
function fullSpec(half: keyof typeof halves, spec: object, settings: Settings | undefined): object {
  if (settings === undefined) return spec;
  const { name, options } = readSpec(halves[half], spec);
  const outside = outsideOptions(halves[half], spec).map(([key]) => [key, options[key] as Json]);
  const full = specOf(settings)[name] as object;
  return { [name]: { ...full, ...(Object.fromEntries(outside) as object) } };
}
