import { option, type DefaultTable } from "../core";
import { lars, type Optimiser } from "../train";

const recipes = ["short", "paper"] as const;

/** Options that go by how long a training is. */
export interface RecipeOptions {
  /**
   * Where the options come from that are not given. "short": found by a search for some hundred steps on small sets. "paper": what the paper has for ImageNet,
   * rate, decay, warm-up, widths and optimiser, for batches and trainings like those there. @default "short"
   */
  readonly recipe?: (typeof recipes)[number];
}

/** These options as a table. */
export function recipeOptions(): DefaultTable<RecipeOptions> {
  return { recipe: option.choice(recipes, { default: "short" }) };
}

/** Options with those of the paper filled in, if its recipe is asked for; what is given stays. */
export function fromRecipe<O extends RecipeOptions>(given: O, paper: O): O {
  if (given.recipe !== "paper") return given;
  const own = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...paper, ...Object.fromEntries(own) };
}

/** The papers' optimiser for large batches, where the paper's recipe is asked for; else the usual one. */
export function paperOptimiser({
  recipe,
}: RecipeOptions): ((weightDecay: number) => Optimiser) | undefined {
  if (recipe !== "paper") return undefined;
  return (weightDecay) => lars({ momentum: 0.9, weightDecay, variant: "facebook" });
}
