import type { How, SessionEvent } from "./events";
import { readEventsThatStand } from "./standing";

/** A class as it stands now. */
export interface SessionClass {
  readonly id: string;
  readonly name: string;
}

/** The classes that are there from the start; they mean different things. */
export const builtInClasses: readonly SessionClass[] = [
  { id: "unknown", name: "unknown" },
  { id: "artefact", name: "artefact" },
  { id: "nothing", name: "nothing there" },
];

/** The last thing that was said of an item. */
export interface Answer {
  readonly kind: "label" | "skip" | "unsure";
  /** As it was given; `SessionState.resolve` says what has become of it. */
  readonly class?: string;
  readonly by: string;
  readonly seq: number;
  readonly at: string;
  readonly model: number;
  readonly how: How;
}

/** A feature that somebody pointed at. */
export interface AddedFeature {
  readonly item: string;
  readonly scan: number;
  readonly xNm: number;
  readonly yNm: number;
}

/** What stands after all events that were not undone. */
export interface SessionState {
  /** In the order in which they were made, without those that were merged into others. */
  readonly classes: readonly SessionClass[];
  /** The last answer of each item that has one. */
  readonly answers: ReadonlyMap<string, Answer>;
  readonly added: readonly AddedFeature[];
  readonly removed: ReadonlySet<string>;
  /** What a class has been merged into; itself if it was not. */
  resolve(id: string): string;
  /** The event that an undo of this expert would take back; undefined if there is none. */
  undoable(by: string): string | undefined;
  /** The event that a redo would bring back, as long as nothing was done since it was undone. */
  redoable(by: string): string | undefined;
}

/** The state after some events. */
export function foldEvents(events: readonly SessionEvent[]): SessionState {
  const history = readHistory(events);
  const standing = readEventsThatStand(events);
  const classes = new Map(builtInClasses.map((known) => [known.id, known.name]));
  const merged = new Map<string, string>();
  const answers = new Map<string, Answer>();
  const added = new Map<string, AddedFeature>();
  const removed = new Set<string>();
  for (const event of events) {
    if (!standing.has(event.uuid)) continue;
    const { action, by, seq, at, model } = event;
    if (action.kind === "label" || action.kind === "skip" || action.kind === "unsure") {
      const { kind, how } = action;
      const told = kind === "label" ? { class: action.class } : {};
      for (const item of action.items)
        answers.set(item, { kind, ...told, by, seq, at, model, how });
    } else if (action.kind === "add class") classes.set(action.class, action.name);
    else if (action.kind === "rename class") classes.set(action.class, action.name);
    else if (action.kind === "merge class") {
      classes.delete(action.class);
      merged.set(action.class, action.into);
    } else if (action.kind === "add feature") {
      const { item, scan, xNm, yNm } = action;
      added.set(item, { item, scan, xNm, yNm });
    } else if (action.kind === "remove feature") for (const item of action.items) removed.add(item);
  }
  return {
    classes: Array.from(classes, ([id, name]) => ({ id, name })),
    answers,
    added: [...added.values()],
    removed,
    resolve: (id) => {
      let found = id;
      // A class that was merged may have been merged again; into itself it cannot be.
      for (let next = merged.get(found); next !== undefined; next = merged.get(found)) found = next;
      return found;
    },
    undoable: (by) => history.done.get(by)?.at(-1),
    redoable: (by) => history.undone.get(by)?.at(-1),
  };
}

interface History {
  readonly done: ReadonlyMap<string, readonly string[]>;
  readonly undone: ReadonlyMap<string, readonly string[]>;
}

/** What each expert may take back and bring back. Undo and redo are events too, so that nothing is ever forgotten; each takes back what is theirs. */
function readHistory(events: readonly SessionEvent[]): History {
  const done = new Map<string, string[]>();
  const undone = new Map<string, string[]>();
  const stack = (of: Map<string, string[]>, by: string): string[] => {
    const found = of.get(by) ?? [];
    of.set(by, found);
    return found;
  };
  for (const { uuid, by, action } of events) {
    if (action.kind === "undo") {
      if (action.target === undefined) continue;
      stack(done, by).pop();
      stack(undone, by).push(action.target);
    } else if (action.kind === "redo") {
      if (action.target === undefined) continue;
      stack(undone, by).pop();
      stack(done, by).push(action.target);
    } else {
      stack(done, by).push(uuid);
      undone.set(by, []);
    }
  }
  return { done, undone };
}
