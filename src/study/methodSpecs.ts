import {
  checkOneOf,
  inPlace,
  InputError,
  option,
  type Classify,
  type Factory,
  type ImageSet,
  type Option,
  type Pretrain,
} from "../core";
import { classifiers, pretrainings } from "./methods";
import type { MethodSpec, PlanData } from "./plan";
import type { Changes, Setting, VariableMethod } from "./work/tuning";

/** The options of a method as a plan writes them: plain JSON, with names for augmentations and a place for another set. */
export type OptionsSpec = Readonly<Record<string, unknown>>;

/** One pretraining with its options, for example { "simclr": { "epochs": 100 } }. */
export type PretrainSpec = { readonly [Name in keyof typeof pretrainings]?: OptionsSpec };

/** One classifier with its options, for example { "logisticRegression": {} }. */
export type ClassifySpec = { readonly [Name in keyof typeof classifiers]?: OptionsSpec };

type Factories<Made> = Readonly<Record<string, Factory<Made>>>;

/** Both halves of a method, with the techniques that each may name. */
export const halves: Readonly<Record<"pretrain" | "classify", Factories<unknown>>> = {
  pretrain: pretrainings,
  classify: classifiers,
};

/**
 * The technique that a specification names, with its options.
 * @throws InputError if it names none, several, or one that is not there
 */
export function readSpec<Made>(
  factories: Factories<Made>,
  spec: unknown,
): { readonly name: string; readonly factory: Factory<Made>; readonly options: OptionsSpec } {
  const names = Object.keys(factories);
  const given = option.isRecord(spec) ? Object.keys(spec) : [];
  const [name] = given;
  if (!option.isRecord(spec) || given.length !== 1) {
    throw new InputError({
      got: given.length === 0 ? JSON.stringify(spec) : `${given.join(" and ")} together`,
      expected: `exactly one of ${names.join(", ")}`,
      todo: `Write for example { "${names[0]}": {} }.`,
    });
  }
  checkOneOf("technique", name, names);
  const options = spec[name];
  if (!option.isRecord(options)) throw option.wrongOption(name, options, "an object, such as {}");
  return { name, factory: factories[name], options };
}

/**
 * Checks a specification as far as that goes without opening a file or another set.
 * @param place where it stands in the plan
 * @throws InputError that tells the place
 */
export function checkSpec(factories: Factories<unknown>, spec: unknown, place: string): void {
  const { name, factory, options } = inPlace(place, () => readSpec(factories, spec));
  inPlace(`${place}.${name}`, () => {
    const { definition } = factory;
    const given = definition.parse(options);
    const outside = Object.entries(definition.options).filter(([, known]) => isOutside(known));
    if (outside.length === 0) {
      factory(given as never);
      return;
    }
    for (const [key, known] of outside) if (given[key] === undefined) known.fallback(key);
    for (const [key, known] of Object.entries(definition.options))
      if (!isOutside(known) && given[key] !== undefined) known.check(key, given[key]);
  });
}

/** The options of a specification that name a file or another set, by their names. */
export function outsideOptions(
  factories: Factories<unknown>,
  spec: unknown,
): readonly (readonly [name: string, kind: "file" | "images"])[] {
  const { factory, options } = readSpec(factories, spec);
  return Object.entries(factory.definition.options).flatMap(([name, { outside }]) =>
    outside === undefined || options[name] === undefined ? [] : [[name, outside] as const],
  );
}

/** Opens another set that a plan names. */
export type OpenSource = (source: PlanData) => Promise<ImageSet>;

/** The options of both halves of a method, with other sets opened. */
export interface GivenOptions {
  readonly pretrain: Readonly<Record<string, unknown>>;
  readonly classify: Readonly<Record<string, unknown>>;
}

/** Makes the options that a method's factories take, and opens what they name. */
export async function openOptions(
  { pretrain, classify }: Pick<MethodSpec, "pretrain" | "classify">,
  open: OpenSource,
): Promise<GivenOptions> {
  return {
    pretrain: await openHalf(pretrainings, pretrain, open),
    classify: await openHalf(classifiers, classify, open),
  };
}

async function openHalf(
  factories: Factories<unknown>,
  spec: object,
  open: OpenSource,
): Promise<Record<string, unknown>> {
  const { factory, options } = readSpec(factories, spec);
  const given = factory.definition.parse(options);
  for (const [name, kind] of outsideOptions(factories, spec))
    if (kind === "images") given[name] = await open(options[name] as PlanData);
  return given;
}

/** Makes the method that a plan names, so that it can be made with other options too. */
export function makeMethod(spec: MethodSpec, given: GivenOptions): VariableMethod {
  const pretrain = readSpec<Pretrain>(pretrainings, spec.pretrain).factory;
  const classify = readSpec<Classify>(classifiers, spec.classify).factory;
  const vary = (changes: Changes): Setting => ({
    pretrain: pretrain({ ...given.pretrain, ...changes.pretrain } as never),
    classify: classify({ ...given.classify, ...changes.classify } as never),
  });
  return {
    name: spec.name,
    ...vary({ pretrain: {}, classify: {} }),
    vary,
    halves: {
      pretrain: { definition: pretrain.definition, given: given.pretrain },
      classify: { definition: classify.definition, given: given.classify },
    },
  };
}

function isOutside({ outside }: Option<unknown, unknown>): boolean {
  return outside !== undefined;
}
