import * as fs from "node:fs";
import * as path from "node:path";
import { canonicalJson, sha256, writeFileAtomically } from "../../../src/core";

/** Images a second, or why there are none. */
export type Told = { readonly imagesPerSecond: number } | { readonly failure: string };

/** What is timed with each way of making views, ours and by PyTorch with both kinds of numbers. */
export const sides = ["fewscope", "fp32", "bf16"] as const;

/** Who is timed. */
export type Side = (typeof sides)[number];

/** Views drawn anew in each step, or the images as they are. */
export const viewNames = ["photo", "fixed"] as const;

/** What views are made. */
export type ViewName = (typeof viewNames)[number];

/** What was told of a size: each side with each kind of views, as far as it was tried. */
export type ToldOfSize = Readonly<Partial<Record<`${ViewName} ${Side}`, Told>>>;

const fileOf = (folder: string, name: string): string => path.join(folder, "rows", `${name}.json`);

/** What a piece of work depends on, as a short name. */
export const keyOf = (content: object): string => sha256(canonicalJson(content)).slice(0, 16);

/** A piece of work that was kept, if it was the same; undefined else. */
export function readKept<T>(folder: string, name: string, key: string): T | undefined {
  const file = fileOf(folder, name);
  if (!fs.existsSync(file)) return undefined;
  const kept = JSON.parse(fs.readFileSync(file, "utf8")) as { key: string; told: T };
  return kept.key === key ? kept.told : undefined;
}

/** Keeps a piece of work, whole or not at all. */
export function keep(folder: string, name: string, key: string, told: unknown): void {
  writeFileAtomically(
    fileOf(folder, name),
    `${JSON.stringify({ key, finishedAt: new Date().toISOString(), told }, undefined, 2)}\n`,
  );
}

/** Whether nothing of it failed, so that it need not be tried again. */
export const isWhole = (told: ToldOfSize): boolean =>
  Object.values(told).every((one) => "imagesPerSecond" in one);
