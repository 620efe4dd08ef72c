import { checkOneOf, inPlace, InputError, option } from "../core";
import { halves, readSpec, type OptionsSpec } from "./methodSpecs";
import type { MethodSpec } from "./plan";

type Half = keyof typeof halves;

/** A plan whose methods may leave out what its defaults say. */
interface WithDefaults {
  readonly defaults?: object;
  readonly methods: readonly MethodSpec[];
}

/**
 * Puts a plan's defaults into every method that takes them and does not say otherwise. Those under "pretrain" and "classify" are for that half only.
 * @throws InputError if no method of the plan takes one of them
 */
export function fillDefaults<P extends WithDefaults>({
  defaults,
  ...plan
}: P): Omit<P, "defaults"> {
  if (defaults === undefined) return plan;
  const { pretrain = {}, classify = {}, ...both } = defaults as Record<string, unknown>;
  const byHalf = { pretrain, classify };
  for (const [half, own] of Object.entries(byHalf))
    if (!option.isRecord(own)) throw option.wrongOption(`defaults.${half}`, own, "options by name");
  const { methods } = plan as WithDefaults;
  for (const half of Object.keys(halves) as Half[])
    checkTaken(byHalf[half] as OptionsSpec, methods, [half], `defaults.${half}`);
  checkTaken(both, methods, ["pretrain", "classify"], "defaults");
  const filled = methods.map((method, m) => {
    const fill = (half: Half): object =>
      inPlace(`methods[${m}].${half}`, () =>
        fillHalf(half, method[half], { ...both, ...(byHalf[half] as OptionsSpec) }),
      );
    return { ...method, pretrain: fill("pretrain"), classify: fill("classify") };
  });
  return { ...plan, methods: filled };
}

function fillHalf(half: Half, spec: object, defaults: OptionsSpec): object {
  const { name, factory, options } = readSpec(halves[half], spec);
  const taken = Object.entries(defaults).filter(([key]) => key in factory.definition.options);
  return { [name]: { ...Object.fromEntries(taken), ...options } };
}

/** A default that nothing takes is a mistake. */
function checkTaken(
  defaults: OptionsSpec,
  methods: readonly MethodSpec[],
  of: readonly Half[],
  place: string,
): void {
  const names = Object.keys(defaults);
  if (names.length === 0) return;
  const known = new Set(
    methods.flatMap((method) =>
      of.flatMap((half) => {
        const specs = method[half];
        const [name] = Object.keys(specs);
        const factory = halves[half][name];
        return factory === undefined ? [] : Object.keys(factory.definition.options);
      }),
    ),
  );
  for (const name of names) {
    if (known.has(name)) continue;
    try {
      checkOneOf(name, name, [...known].sort());
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const { expected, todo } = error;
      throw new InputError({
        got: `the key "${name}" in ${place}, which no method of this plan takes`,
        expected,
        todo,
      });
    }
  }
}
