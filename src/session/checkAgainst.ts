import { InputError } from "../core";
import type { Action, EventRequest } from "./events";
import type { Item } from "./items";
import type { SessionState } from "./state";

/**
 * Passes an action that fits what there is, with what it undoes filled in.
 * @throws InputError if it names an item or a class that is not there, or there is nothing to undo
 */
export function checkAgainst(
  { by, action }: EventRequest,
  state: SessionState,
  index: ReadonlyMap<string, number>,
): Action {
  if ("items" in action) checkItems(action.items, index);
  switch (action.kind) {
    case "label":
    case "adjudicate":
      return { ...action, class: checkClass(action.class, state) };
    case "add class":
      checkNewName(action.name, state);
      if (state.resolve(action.class) !== action.class || isClass(action.class, state))
        throw wrong(`the class "${action.class}" again`, "a new one", "Load the page again.");
      return action;
    case "rename class":
      checkClass(action.class, state);
      checkNewName(action.name, state, action.class);
      return action;
    case "merge class": {
      const [from, into] = [checkClass(action.class, state), checkClass(action.into, state)];
      if (from !== into) return { ...action, class: from, into };
      throw wrong("a class to merge into itself", "two classes", "Choose another one.");
    }
    case "add feature":
      if (!index.has(action.item)) return action;
      throw wrong(`the feature "${action.item}" again`, "a new one", "Load the page again.");
    case "undo":
      return { kind: "undo", target: given(state.undoable(by), "undo") };
    case "redo":
      return { kind: "redo", target: given(state.redoable(by), "redo") };
    default:
      return action;
  }
}

/** The item that an added feature is. Nothing is measured of it but its place. */
export function addedItem(action: Extract<Action, { kind: "add feature" }>): Item {
  const { item, scan, xNm, yNm } = action;
  const unmeasured = { widthNm: 0, heightNm: 0, areaNm2: 0, height: 0, score: 0 };
  return { id: item, scan, place: { xNm, yNm, ...unmeasured, polarity: "bright" } };
}

function checkItems(items: readonly string[], index: ReadonlyMap<string, number>): void {
  const unknown = items.find((id) => !index.has(id));
  if (unknown === undefined) return;
  throw wrong(
    `the item "${unknown}", which is not in this session`,
    "an item of it",
    "Load the page again.",
  );
}

const isClass = (id: string, state: SessionState): boolean =>
  state.classes.some((known) => known.id === id);

function checkClass(id: string, state: SessionState): string {
  const found = state.resolve(id);
  if (isClass(found, state)) return found;
  throw wrong(
    `the class "${id}", which is not there`,
    `one of ${state.classes.map(({ name }) => name).join(", ")}`,
    "Make it first, or choose another.",
  );
}

function checkNewName(name: string, state: SessionState, own?: string): void {
  const plain = (text: string): string => text.trim().normalize("NFC").toLowerCase();
  if (plain(name) === "") throw wrong("a class without a name", "a name", "Give it one.");
  const same = state.classes.find((known) => plain(known.name) === plain(name) && known.id !== own);
  if (same === undefined) return;
  throw wrong(
    `the class name "${name}", which is there already`,
    "a new name",
    "Merge the classes instead, or choose another name.",
  );
}

function given(target: string | undefined, what: string): string {
  if (target !== undefined) return target;
  throw wrong(
    `${what} with nothing to ${what}`,
    "something done before",
    "There is nothing to do.",
  );
}

function wrong(got: string, expected: string, todo: string): InputError {
  return new InputError({ got, expected, todo });
}
