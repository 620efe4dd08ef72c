import * as fs from "node:fs";
import {
  checkOneOf,
  define,
  defined,
  inPlace,
  InputError,
  known,
  option,
  tf,
  type Encoder,
  type Factory,
  type Json,
  type Option,
  type OptionTable,
  type Pretrain,
  type Tensor2D,
} from "../core";
import { barlowTwins } from "./barlowTwins";
import { byol } from "./byol";
import { denoisingAutoencoder } from "./denoisingAutoencoder";
import { dino } from "./dino";
import { hog } from "./hog";
import { moco } from "./moco";
import { none } from "./none";
import { physics } from "./physics";
import { pixels } from "./pixels";
import { rotation } from "./rotation";
import { simclr } from "./simclr";
import { simSiam } from "./simSiam";
import { vicreg } from "./vicreg";

/** Which techniques are joined. */
export interface JoinedOptions {
  /** At least two; in a plan their specifications, such as [{ "physics": {} }, { "simclr": { "epochs": 20 } }]. @default what physics measures, and SimCLR */
  readonly of?: readonly Pretrain[];
}

/** What a plan can join: all that need no file and no other set. */
const parts: readonly Factory<Pretrain>[] = [none, pixels, hog, physics, simclr, moco, byol, simSiam, barlowTwins, vicreg, dino, rotation, denoisingAutoencoder]; // prettier-ignore

const definition = define("joined", 2, {
  of: partsOption(),
} satisfies OptionTable<JoinedOptions>);

/**
 * Several embeddings side by side, for example what physics measures beside what SimCLR learns. Each part learns as it does alone. Parts are not brought to one
 * scale: choose a classifier that standardises, such as logistic regression.
 * @throws InputError if fewer than two are given
 */
export function joined(given: JoinedOptions = {}): Pretrain {
  const { options, settings } = definition.resolve(given);
  const pretrain: Pretrain = async (images, rng, on) => {
    const made: Encoder[] = [];
    // One checkpoint holds one training, so that each part has its own.
    const files = options.of.map((_, i) => on?.checkpoint && `${on.checkpoint}-${i}`);
    try {
      for (const [i, part] of options.of.entries())
        made.push(await part(images, rng, { ...on, ...defined({ checkpoint: files[i] }) }));
    } catch (error) {
      for (const encoder of made) encoder.dispose();
      throw error;
    }
    for (const file of files) if (file !== undefined) fs.rmSync(file, { force: true });
    return sideBySide(made);
  };
  return known(pretrain, settings);
}
joined.definition = definition;

/** Embeddings one behind the other. [b,h,w,c] -> [b, sum of d] */
function sideBySide(encoders: readonly Encoder[]): Encoder {
  return {
    dim: encoders.reduce((sum, { dim }) => sum + dim, 0),
    embed: (images) =>
      tf.tidy(() =>
        tf.concat<Tensor2D>(
          encoders.map((encoder) => encoder.embed(images)),
          1,
        ),
      ),
    clone: () => sideBySide(encoders.map((encoder) => encoder.clone())),
    save: () =>
      Promise.reject(
        new InputError({
          got: "an encoder of several joined ones",
          expected: "a single one",
          todo: "Save its parts.",
        }),
      ),
    dispose: () => {
      for (const encoder of encoders) encoder.dispose();
    },
  };
}

function partsOption(): Option<readonly Pretrain[]> {
  return {
    fallback: () => [physics(), simclr()],
    check: (name, value) => {
      if (
        Array.isArray(value) &&
        value.length > 1 &&
        value.every((one) => typeof one === "function")
      )
        return value as readonly Pretrain[];
      throw option.wrongOption(name, value, "a list of at least two techniques, such as pretrain.physics() and pretrain.simclr()"); // prettier-ignore
    },
    tell: (list) => {
      const told = list.map(({ settings }) => settings);
      return told.includes(undefined) ? undefined : (told as Json[]);
    },
    parse: (name, json) => {
      if (!Array.isArray(json)) throw option.wrongOption(name, json, "a list of specifications");
      return json.map((spec: unknown, i) => partOf(spec, `${name}[${i}]`));
    },
  };
}

function partOf(spec: unknown, place: string): Pretrain {
  const names = parts.map((part) => part.definition.name);
  if (!option.isRecord(spec) || Object.keys(spec).length !== 1)
    throw option.wrongOption(place, spec, `one of ${names.join(", ")} with its options, such as { "physics": {} }`); // prettier-ignore
  const [[name, options]] = Object.entries(spec);
  const found = parts[names.indexOf(checkOneOf(place, name, names))];
  return inPlace(`${place}.${name}`, () => found(found.definition.parse(options) as never));
}
