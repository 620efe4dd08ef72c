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
  /** Whether it is the word on what experts disagreed about. */
  readonly isDecision?: true;
}

/** What each expert said of an item, the first one first. */
export type Opinions = ReadonlyMap<string, Answer>;

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
  /** The answer of each item that has one: the last that was given in sight of those before, or the word on a dispute. */
  readonly answers: ReadonlyMap<string, Answer>;
  /** What experts said of an item without seeing each other's answer, where it was more than one. */
  readonly opinions: ReadonlyMap<string, Opinions>;
  /** Items that such experts gave different classes and nobody has decided about; they have no class until then. */
  readonly disputed: ReadonlySet<string>;
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
  const said = new Sayings();
  const added = new Map<string, AddedFeature>();
  const removed = new Set<string>();
  for (const event of events) {
    if (!standing.has(event.uuid)) continue;
    const { action, by, seq, at, model } = event;
    if (action.kind === "label" || action.kind === "skip" || action.kind === "unsure") {
      const { kind, how } = action;
      const told = kind === "label" ? { class: action.class } : {};
      for (const item of action.items) said.hear(item, { kind, ...told, by, seq, at, model, how });
    } else if (action.kind === "adjudicate") {
      const { class: word, how } = action;
      for (const item of action.items)
        said.decide(item, {
          kind: "label",
          class: word,
          by,
          seq,
          at,
          model,
          how,
          isDecision: true,
        });
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
  const resolve = (id: string): string => {
    let found = id;
    // A class that was merged may have been merged again; into itself it cannot be.
    for (let next = merged.get(found); next !== undefined; next = merged.get(found)) found = next;
    return found;
  };
  const { answers } = said;
  const opinions = said.several();
  return {
    classes: Array.from(classes, ([id, name]) => ({ id, name })),
    answers,
    opinions,
    disputed: new Set(
      [...opinions].flatMap(([item, of]) =>
        answers.get(item)?.isDecision !== true && classesOf(of, resolve).size > 1 ? [item] : [],
      ),
    ),
    added: [...added.values()],
    removed,
    resolve,
    undoable: (by) => history.done.get(by)?.at(-1),
    redoable: (by) => history.undone.get(by)?.at(-1),
  };
}

/** Which classes experts gave an item, as they stand. */
export function classesOf(of: Opinions, resolve: (id: string) => string): Set<string> {
  return new Set(
    [...of.values()].flatMap((answer) =>
      answer.class === undefined ? [] : [resolve(answer.class)],
    ),
  );
}

/** What was said of items, by whom, and what stands of it. */
class Sayings {
  readonly answers = new Map<string, Answer>();
  private readonly opinions = new Map<string, Map<string, Answer>>();

  /** What is said blind of an item that another expert has answered is a second opinion; what is said in sight of it takes its place. */
  hear(item: string, answer: Answer): void {
    const { by, how } = answer;
    const before = this.answers.get(item);
    const own = this.opinions.get(item) ?? new Map<string, Answer>();
    const isSecond = before !== undefined && before.by !== by && (how.blind || own.has(by));
    if (isSecond) own.set(by, answer);
    else {
      if (before !== undefined && before.by !== by) own.clear();
      own.set(by, answer);
      this.answers.set(item, answer);
    }
    this.opinions.set(item, own);
  }

  /** What was said before stays said, and decides nothing any more. */
  decide(item: string, answer: Answer): void {
    this.answers.set(item, answer);
  }

  several(): ReadonlyMap<string, Opinions> {
    return new Map([...this.opinions].filter(([, of]) => of.size > 1));
  }
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
