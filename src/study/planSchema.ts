import { z } from "zod";
import { devices, InputError, nearestName, precisions } from "../core";
import { resultMetrics } from "../metrics";
import { dataSchema, onlyOne } from "./dataSchema";

const count = z.int().min(1);

/** Options by name; what they may be, the techniques say themselves. */
const options = z.record(z.string(), z.unknown());

const groupNames = z.array(z.string()).min(1);
const splits = ["test", "testGroups", "adaptGroups"] as const;

const split = z
  .strictObject({
    test: z.number().gt(0).lt(1).optional(),
    testGroups: groupNames.optional(),
    adaptGroups: groupNames.optional(),
  })
  .refine(onlyOne(splits), { error: `exactly one of ${splits.join(", ")}` });

const budgets = ["labelsPerClass", "labelsInTotal", "labelsAsTheyCome"] as const;

/** What a plan may hold, but for the options of its techniques. */
export const planSchema: z.ZodType = z
  .strictObject({
    name: z.string().min(1),
    data: dataSchema,
    split: split.optional(),
    labelsPerClass: z.array(count).min(1).optional(),
    labelsInTotal: z.array(count).min(1).optional(),
    labelsAsTheyCome: z.array(count).min(1).optional(),
    counting: z.enum(["perClass", "total", "asTheyCome"]).optional(),
    tuning: z
      .strictObject({
        trials: z.int().min(2).max(64),
        by: z.enum(["validation", "pool", "oracle"]).optional(),
        share: z.number().gt(0).lt(1).optional(),
        at: z.array(count).min(1).optional(),
        pool: count.optional(),
        steps: count.optional(),
        seconds: z.number().positive().optional(),
        halves: z
          .array(z.enum(["pretrain", "classify"]))
          .min(1)
          .optional(),
      })
      .optional(),
    allLabels: z.boolean().optional(),
    draws: count,
    seed: z.int(),
    threads: z.int().min(1).max(1024).optional(),
    device: z.enum(devices).optional(),
    precision: z.enum(precisions).optional(),
    pretrainings: count.optional(),
    transductive: z.boolean().optional(),
    ladder: z.string().optional(),
    audit: z.enum(["refuse", "flag", "off"]).optional(),
    metric: z.enum(resultMetrics).optional(),
    baseline: z.string().optional(),
    chance: z.number().min(0).max(1).optional(),
    notes: z.array(z.string()).optional(),
    defaults: options.optional(),
    baselines: z.union([z.boolean(), z.array(z.string())]).optional(),
    methods: z
      .array(
        z.strictObject({
          name: z.string().min(1),
          pretrain: options,
          classify: options,
        }),
      )
      .min(1),
  })
  .refine(onlyOne(budgets), { error: `exactly one of ${budgets.join(", ")}` });

/** Turns the first complaint about a plan into a sentence that says what to do. */
export function explainSchemaError(
  error: z.ZodError,
  json: unknown,
  schema = planSchema,
): InputError {
  const issue = error.issues[0];
  const place = placeName(issue.path);
  if (issue.code === "unrecognized_keys") {
    const wrong = issue.keys[0];
    const valid = keysAt(schema, issue.path);
    const near = nearestName(wrong, valid);
    return new InputError({
      got: `the key "${wrong}" in ${place}`,
      expected: `one of ${valid.join(", ")}`,
      todo: near === undefined ? "Remove it." : `Did you mean "${near}"?`,
    });
  }
  const value = issue.path.reduce<unknown>(
    (inside, key) => (inside as Record<PropertyKey, unknown> | undefined)?.[key],
    json,
  );
  const got = value === undefined ? `no ${place}` : `${place} ${shorten(JSON.stringify(value))}`;
  return new InputError({
    got,
    expected: issue.code === "custom" ? issue.message : issue.message.replace(/^.*expected /i, ""),
    todo: value === undefined ? `Add ${place}.` : `Change ${place}.`,
  });
}

function placeName(keys: readonly PropertyKey[]): string {
  if (keys.length === 0) return "the plan";
  return keys
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** The keys that the schema knows at a place. */
function keysAt(schema: z.ZodType, place: readonly PropertyKey[]): string[] {
  let here: unknown = schema;
  for (const key of place) {
    here = unwrap(here);
    if (here instanceof z.ZodArray) here = here.element;
    else if (here instanceof z.ZodObject) here = (here.shape as Record<PropertyKey, unknown>)[key];
  }
  here = unwrap(here);
  if (here instanceof z.ZodUnion)
    here = here.options.find((option) => option instanceof z.ZodObject);
  return here instanceof z.ZodObject ? Object.keys(here.shape) : [];
}

function unwrap(schema: unknown): unknown {
  return schema instanceof z.ZodOptional ? unwrap(schema.unwrap()) : schema;
}
