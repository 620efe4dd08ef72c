import type { CellDesk } from "./cellDesk";
import type { Speaker } from "./speaker";
import type { CommKind, CommNews, Order } from "./threads";
import type { Request } from "./wire";

/** Passes on what both sides of comms say, and knows which are open, so that it can tell while a cell runs. */
export interface CommDesk {
  /** Takes what a front end says; `done` is called when the main thread has dealt with it. */
  hear(request: Request, done: () => void): void;
  /** The main thread has dealt with what a front end said. */
  done(cell: number): void;
  /** Says what a cell says. */
  say(news: CommNews): void;
  /** The content of a `comm_info_reply`. */
  info(target: unknown): object;
}

export function createCommDesk(
  speaker: Speaker,
  cells: CellDesk,
  post: (order: Order) => void,
): CommDesk {
  const targets = new Map<string, string>();
  const waiting = new Map<number, () => void>();

  const note = (kind: CommKind, id: string, target: unknown): void => {
    if (kind === "comm_open") targets.set(id, String(target));
    else if (kind === "comm_close") targets.delete(id);
  };

  return {
    hear: (request, done) => {
      const { header, content, metadata, buffers } = request;
      const kind = header.msg_type as CommKind;
      note(kind, String(content["comm_id"]), content["target_name"]);
      const cell = cells.number(request);
      waiting.set(cell, done);
      post({ type: "comm", cell, kind, content, metadata, buffers });
    },
    done: (cell) => {
      waiting.get(cell)?.();
      waiting.delete(cell);
    },
    say: ({ kind, id, target, cell, content, metadata, buffers }) => {
      note(kind, id, target);
      const parent = cell === undefined ? cells.newest : cells.parentOf(cell);
      speaker.show({ kind, parent, content, metadata, buffers });
    },
    info: (target) => {
      const open = [...targets].filter(([, name]) => typeof target !== "string" || name === target);
      const comms = open.map(([id, name]) => [id, { target_name: name }] as const);
      return { status: "ok", comms: Object.fromEntries(comms) };
    },
  };
}
