import { z } from "zod";
import { InputError } from "../core";

/** Longest text that anybody gives for a name; names come from outside. */
const name = z.string().min(1).max(200);
const id = z.string().min(1).max(400);
const items = z.array(id).min(1).max(100_000);
const finite = z.number();

/** What is kept of how an answer came about, so that its worth can be judged later. */
const how = z.strictObject({
  /** ISO times at which the item was shown and answered. */
  shownAt: z.string().max(40).optional(),
  answeredAt: z.string().max(40).optional(),
  /** Milliseconds in front of a visible page, at most a minute. */
  activeMs: finite.min(0).max(60_000).optional(),
  /** Values in the first and last shade, in the unit of the images. */
  low: finite.optional(),
  high: finite.optional(),
  /** Whether no prediction and no label of anybody was to be seen. */
  blind: z.boolean(),
  /** Why it was shown: "audit", "second opinion", the name of a strategy, "gallery", "scan". */
  reason: z.string().max(60),
  /** The class that the model told and was to be seen. */
  shownPrediction: id.optional(),
  /** Number of the last label of the item that the page knew of; a later one of another window was not seen. */
  knew: z.number().int().min(0).optional(),
});

const label = z.strictObject({ kind: z.literal("label"), items, class: id, how });
const adjudicate = z.strictObject({ kind: z.literal("adjudicate"), items, class: id, how });
const skip = z.strictObject({ kind: z.literal("skip"), items, how });
const unsure = z.strictObject({ kind: z.literal("unsure"), items, how });
const addClass = z.strictObject({ kind: z.literal("add class"), class: id, name });
const renameClass = z.strictObject({ kind: z.literal("rename class"), class: id, name });
const mergeClass = z.strictObject({ kind: z.literal("merge class"), class: id, into: id });
const addFeature = z.strictObject({
  kind: z.literal("add feature"),
  item: id,
  scan: z.number().int().min(0),
  xNm: finite,
  yNm: finite,
});
const removeFeature = z.strictObject({ kind: z.literal("remove feature"), items });
const undo = z.strictObject({ kind: z.literal("undo"), target: id.optional() });
const redo = z.strictObject({ kind: z.literal("redo"), target: id.optional() });

const action = z.discriminatedUnion("kind", [
  label,
  adjudicate,
  skip,
  unsure,
  addClass,
  renameClass,
  mergeClass,
  addFeature,
  removeFeature,
  undo,
  redo,
]);

const request = z.strictObject({ uuid: id, by: name, action });
const stored = request.extend({
  seq: z.number().int().min(1),
  at: z.string().max(40),
  /** Which fit of the model was the last one; 0 where there was none. */
  model: z.number().int().min(0),
});

/** How an answer came about. */
export type How = z.infer<typeof how>;
/** Something that an expert did. */
export type Action = z.infer<typeof action>;
/** Something that an expert did, as a page asks to keep it; the same `uuid` is kept once. */
export type EventRequest = z.infer<typeof request>;
/** Something that an expert did, as it is kept: numbered from 1 without gaps. */
export type SessionEvent = z.infer<typeof stored>;

/**
 * Passes what a page asks to keep.
 * @throws InputError if it is none of the known actions
 */
export function checkRequest(value: unknown): EventRequest {
  return parsed(request, value, "an event");
}

/**
 * Passes an event of a file.
 * @throws InputError if it is none
 */
export function checkEvent(value: unknown, where: string): SessionEvent {
  return parsed(stored, value, where);
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const found = schema.safeParse(value);
  if (found.success) return found.data;
  const [{ path, message }] = found.error.issues;
  throw new InputError({
    got: `${where} that is none: ${path.map(String).join(".") || "it"}: ${message}`,
    expected: "a label, word on a dispute, skip, unsure, class, feature, undo or redo",
    todo: "Load the page again; if it is a file, take the last copy of it.",
  });
}
