import * as fs from "node:fs";
import * as path from "node:path";
import { z } from "zod";
import { checkOneOf, InputError, symmetries, type SetPart, type Symmetry } from "../core";
import type { SimulatedImagesOptions } from "../simulate";

/** One file of a named set. */
export interface CatalogFile {
  /** Its name in the cache and on a mirror. */
  readonly name: string;
  readonly url: string;
  readonly bytes: number;
  readonly sha256?: string;
  readonly md5?: string;
  /** Who published the checksums. */
  readonly checksumSource: string;
  /** The part of the set that it holds; none if it holds all. */
  readonly part?: SetPart;
  /** What it holds of that part, where images and labels are apart. */
  readonly holds?: "images" | "labels";
}

/** What is known of a named set: where it comes from, how it is checked and read, whose it is. */
export interface CatalogCard {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly format: "idx" | "cifar10" | "stl10" | "imageZip" | "simulated";
  readonly files: readonly CatalogFile[];
  readonly classNames?: readonly string[];
  /** What may be done to every image without another class coming out. @default nothing */
  readonly keepsClass?: readonly Symmetry[];
  readonly licence: string;
  readonly citation: string;
  readonly homepage?: string;
  /** How a simulated set is made. */
  readonly simulate?: SimulatedImagesOptions;
  /** What `setSha256` gives for a simulated set. */
  readonly sha256?: string;
}

const hex = (digits: number): z.ZodString => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));

const cardSchema = z.strictObject({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  format: z.enum(["idx", "cifar10", "stl10", "imageZip", "simulated"]),
  files: z.array(
    z
      .strictObject({
        // It becomes a path in the cache.
        name: z.string().regex(/^[\w][\w.-]*$/),
        url: z.url(),
        bytes: z.int().min(1),
        sha256: hex(64).exactOptional(),
        md5: hex(32).exactOptional(),
        checksumSource: z.string(),
        part: z.enum(["train", "test", "unlabelled"]).exactOptional(),
        holds: z.enum(["images", "labels"]).exactOptional(),
      })
      .refine(({ sha256, md5 }) => sha256 !== undefined || md5 !== undefined, {
        error: "sha256 or md5",
      }),
  ),
  classNames: z.array(z.string()).exactOptional(),
  keepsClass: z.array(z.enum(symmetries)).exactOptional(),
  licence: z.string(),
  citation: z.string(),
  homepage: z.url().exactOptional(),
  simulate: z.record(z.string(), z.unknown()).exactOptional(),
  sha256: hex(64).exactOptional(),
});

/** The folder of the cards: beside `src`, and beside `dist` once built. */
const cardFolder = path.join(__dirname, "..", "..", "datasets");

/** Names of all sets that have a card, sorted. */
export function cardNames(): string[] {
  return fs
    .readdirSync(cardFolder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
    .sort();
}

/**
 * The card of a named set.
 * @throws InputError that lists the names and offers the nearest, if there is none of this name
 */
export function card(name: string): CatalogCard {
  checkOneOf("data set", name, cardNames());
  const file = path.join(cardFolder, `${name}.json`);
  return parseCard(fs.readFileSync(file, "utf8"), file, name);
}

/** Checks the text of a card. @throws InputError that names the place */
export function parseCard(text: string, file: string, name: string): CatalogCard {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw wrongCard(file, (error as Error).message);
  }
  const parsed = cardSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw wrongCard(file, `${issue.path.map(String).join(".")}: ${issue.message}`);
  }
  if (parsed.data.name !== name) throw wrongCard(file, `its name is "${parsed.data.name}"`);
  return parsed.data;
}

function wrongCard(file: string, why: string): InputError {
  return new InputError({
    got: `the card "${file}" (${why})`,
    expected: "a card like the others in its folder",
    todo: "Mend it there.",
  });
}
