import { option, type Augmentation, type Option } from "../core";
import { fromSpec } from "./fromSpec";

/** An augmentation as an option: a function in code, the names of augmentations in a plan. */
export function viewsOption(make: () => Augmentation): Option<Augmentation>;
export function viewsOption(): Option<Augmentation, Augmentation | undefined>;
export function viewsOption(
  make?: () => Augmentation,
): Option<Augmentation, Augmentation | undefined> {
  return {
    fallback: () => make?.(),
    check: (name, value) => {
      if (typeof value === "function") return value as Augmentation;
      throw option.wrongOption(name, value, "an augmentation, such as augment.photo.views()");
    },
    tell: ({ settings }) => settings,
    parse: (name, json) => fromSpec(json, name),
    open: make === undefined,
  };
}
