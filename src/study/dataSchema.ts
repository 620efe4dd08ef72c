import { z } from "zod";

/** Whether exactly one of some keys is there. */
export const onlyOne =
  (keys: readonly string[]) =>
  (value: object): boolean =>
    keys.filter((key) => key in value).length === 1;

const sources = ["npz", "folder", "zip", "named"] as const;
const count = z.int().min(1);

/** Where images come from, as a plan may say it. */
export const dataSchema = z
  .strictObject({
    npz: z.string().optional(),
    images: z.string().optional(),
    labels: z.string().optional(),
    groups: z.string().optional(),
    positions: z.string().optional(),
    positionOrder: z.enum(["xy", "yx"]).optional(),
    unit: z.string().optional(),
    nmPerPixel: z.number().positive().optional(),
    group: z
      .union([z.enum(["file", "folder"]), z.strictObject({ pattern: z.string().min(1) })])
      .optional(),
    groupColumn: z.string().min(1).optional(),
    channels: z.union([z.literal(1), z.literal(3)]).optional(),
    windows: z
      .union([z.number().positive(), z.record(z.string(), z.number().positive())])
      .optional(),
    classNames: z.array(z.string()).min(2).optional(),
    folder: z.string().optional(),
    zip: z.string().optional(),
    named: z.string().optional(),
    firstPerClass: z
      .union([count, z.strictObject({ train: count.optional(), test: count.optional() })])
      .optional(),
    onlyGroups: z.array(z.string()).min(1).optional(),
    standardise: z.enum(["none", "group", "image"]).optional(),
  })
  .refine(onlyOne(sources), { error: `exactly one of ${sources.join(", ")}` });
