import { checkOneOf, inPlace, option, type Augmentation, type InputError } from "../core";
import { augmentations } from "./augmentations";
import { compose } from "./compose";

/** One augmentation by its name with its options, for example { "flip": { "horizontal": 0.5 } }. */
export type AugmentationStep = Readonly<Record<string, object | undefined>>;

/** Augmentations as plain JSON: the name of ready views, or a list of steps. */
export type AugmentationSpec = string | AugmentationStep | readonly AugmentationStep[];

/**
 * Makes an augmentation of its JSON form: "photo", "grey", "stm", "mild" or "strong" for ready views, one step such as
 * { "photo": { "strength": 1 } }, or a list of steps such as
 * [{ "randomResizedCrop": { "scale": [0.2, 1] } }, { "flip": {} }]. What `specOf` makes of settings is one step too.
 * @param place of the JSON in what holds it, for messages: "views" is told as "views[1].flip.horizontal"
 * @throws InputError if a name or an option is unknown, with the nearest known one, or a value is out of range
 */
export function fromSpec(spec: unknown, place = "augmentation"): Augmentation {
  if (typeof spec === "string") return makeStep({ [spec]: {} }, place);
  if (!Array.isArray(spec)) return makeStep(spec, place);
  if (spec.length === 0) throw notASpec(spec, place);
  return compose(...stepsFromSpec(spec, place));
}

/**
 * Makes each augmentation of a list of steps.
 * @throws InputError as `fromSpec` does, or if it is no list
 */
export function stepsFromSpec(list: unknown, place: string): readonly Augmentation[] {
  if (!Array.isArray(list)) throw notASpec(list, place);
  return list.map((step: unknown, i) => makeStep(step, `${place}[${i}]`));
}

function makeStep(step: unknown, place: string): Augmentation {
  if (!option.isRecord(step) || Object.keys(step).length !== 1) throw notASpec(step, place);
  const [given, options] = Object.entries(step)[0];
  const factories = new Map(augmentations().map((one) => [one.definition.name, one]));
  const factory = factories.get(checkOneOf(place, given, [...factories.keys()]));
  if (factory === undefined || !option.isRecord(options)) throw notASpec(step, place);
  const { definition } = factory;
  return inPlace(`${place}.${given}`, () => factory(definition.parse(options) as never));
}

function notASpec(got: unknown, place: string): InputError {
  const names = augmentations().map(({ definition }) => definition.name);
  return option.wrongOption(
    place,
    got,
    `a name, or steps with one name each, such as [{ "flip": { "horizontal": 0.5 } }]; names are ${names.join(", ")}`,
  );
}
