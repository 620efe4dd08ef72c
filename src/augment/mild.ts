import { define, known, option, type Augmentation, type OptionTable } from "../core";
import { compose } from "./compose";
import { flip } from "./flip";
import { randomCrop } from "./randomCrop";

/** What mild views keep. */
export interface MildViewsOptions {
  /** Whether half of the views are mirrored left to right. @default true */
  readonly mirror?: boolean;
}

const definition = define("mild", 1, {
  mirror: option.flag({ default: true }),
} satisfies OptionTable<MildViewsOptions>);

/**
 * Views that keep what is up and how bright it is: mirrored left to right in half of the cases, and shifted by up to an eighth of the shorter edge,
 * the border mirrored: the usual weak augmentation, for images of any size. Values stay as they are, bit by bit. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function views(given: MildViewsOptions = {}): Augmentation {
  const { options, settings } = definition.resolve(given);
  // No draws under a name of their own: these are the draws of the two steps, however they are called.
  return known(
    compose(...(options.mirror ? [flip({ horizontal: 0.5 })] : []), randomCrop()),
    settings,
  );
}
views.definition = definition;
