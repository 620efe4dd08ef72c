import type { SessionEvent } from "./events";

/** The uuids of the events that were not undone. */
export function readEventsThatStand(events: readonly SessionEvent[]): ReadonlySet<string> {
  const standing = new Set<string>();
  for (const { uuid, action } of events) {
    if (action.kind === "undo") standing.delete(action.target ?? "");
    else if (action.kind === "redo") standing.add(action.target ?? "");
    else standing.add(uuid);
  }
  return standing;
}
