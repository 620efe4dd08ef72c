import { checkOneOf } from "../core";
import type { MethodSpec } from "./plan";

/** What any technique has to beat, by the names that a plan asks for them with. */
export const baselines: Readonly<Record<string, MethodSpec>> = {
  majority: { name: "majority", pretrain: { pixels: {} }, classify: { majority: {} } },
  pixels: {
    name: "pixels + logistic",
    pretrain: { pixels: {} },
    classify: { logisticRegression: {} },
  },
  "random network": {
    name: "random network + logistic",
    pretrain: { none: {} },
    classify: { logisticRegression: {} },
  },
  "from scratch": { name: "from scratch", pretrain: { none: {} }, classify: { fineTune: {} } },
};

/**
 * Adds the baselines that a plan asks for behind its own methods, but for those it has already.
 * @throws InputError if there is no such baseline
 */
export function withBaselines<P extends { readonly methods: readonly MethodSpec[] }>({
  baselines: wanted,
  ...plan
}: P & { readonly baselines?: boolean | readonly string[] }): Omit<P, "baselines"> {
  if (wanted === undefined || wanted === false) return plan;
  const names = wanted === true ? Object.keys(baselines) : wanted;
  const { methods } = plan as unknown as { readonly methods: readonly MethodSpec[] };
  const added = names
    .map((name) => baselines[checkOneOf("baselines", name, Object.keys(baselines))])
    .filter(({ name }) => methods.every((method) => method.name !== name));
  return { ...plan, methods: [...methods, ...added] };
}
