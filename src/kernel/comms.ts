import { randomUUID } from "node:crypto";
import { type Cells, currentCell, newCell } from "./cells";
import type { CommKind, CommOrder, News } from "./threads";

/** What goes through a comm beside its data. */
export interface CommExtras {
  /** Bytes that would be long as JSON. */
  readonly buffers?: readonly ArrayBufferView[];
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** What a front end said. */
export interface CommMessage {
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly buffers: readonly Uint8Array[];
}

/** A line between code in the kernel and code in the front end, on which both speak when they like. */
export interface Comm {
  readonly id: string;
  /** What it is for, for example "jupyter.widget". */
  readonly target: string;
  /** Sends data, which must be plain JSON. */
  send(data: object, extras?: CommExtras): void;
  close(data?: object): void;
  /** Called for each message; replaces the function before. */
  onMessage(handler: (message: CommMessage) => void): void;
  /** Called when the other side closes it. */
  onClose(handler: (message: CommMessage) => void): void;
}

/** The comms of the kernel. @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#custom-messages */
export interface Comms {
  /** Opens a comm to whatever in the front end knows this target. */
  open(target: string, data?: object, extras?: CommExtras & { readonly id?: string }): Comm;
  /** Takes comms that a front end opens for this target, from now on. */
  onOpen(target: string, handler: (comm: Comm, message: CommMessage) => void): void;
}

interface OpenComm {
  readonly comm: Comm;
  message?: (message: CommMessage) => void;
  closed?: (message: CommMessage) => void;
}

/** @param tell takes an error of code that a front end has called */
export function createComms(
  cells: Cells,
  post: (news: News) => void,
  tell: (error: unknown) => void,
): { readonly comms: Comms; readonly hear: (order: CommOrder) => void } {
  const open = new Map<string, OpenComm>();
  const targets = new Map<string, (comm: Comm, message: CommMessage) => void>();

  const say = (
    kind: CommKind,
    id: string,
    content: object,
    { buffers = [], metadata = {} }: CommExtras = {},
    target?: string,
  ): void =>
    post({
      type: "comm",
      cell: currentCell(cells)?.id,
      kind,
      id,
      ...(target === undefined ? {} : { target }),
      content: JSON.stringify({ comm_id: id, ...content }),
      metadata: JSON.stringify(metadata),
      // A copy, so that the cell may go on writing into them.
      buffers: buffers.map(({ buffer, byteOffset, byteLength }) =>
        new Uint8Array(buffer, byteOffset, byteLength).slice(),
      ),
    });

  const make = (id: string, target: string): Comm => {
    const entry: OpenComm = {
      comm: {
        id,
        target,
        send: (data, extras) => say("comm_msg", id, { data }, extras),
        close: (data = {}) => {
          if (open.delete(id)) say("comm_close", id, { data });
        },
        onMessage: (handler) => void (entry.message = handler),
        onClose: (handler) => void (entry.closed = handler),
      },
    };
    open.set(id, entry);
    return entry.comm;
  };

  const obey = ({ kind, content, metadata, buffers }: CommOrder): void => {
    const id = String(content["comm_id"]);
    const data = (content["data"] ?? {}) as CommMessage["data"];
    const message: CommMessage = { data, metadata, buffers };
    if (kind === "comm_open") {
      const target = String(content["target_name"]);
      const handler = targets.get(target);
      if (handler === undefined) say("comm_close", id, { data: {} });
      else handler(make(id, target), message);
    } else if (kind === "comm_msg") open.get(id)?.message?.(message);
    else {
      const entry = open.get(id);
      open.delete(id);
      entry?.closed?.(message);
    }
  };

  return {
    comms: {
      open: (target, data = {}, { id = randomUUID(), ...extras } = {}) => {
        const comm = make(id, target);
        say("comm_open", id, { target_name: target, data }, extras, target);
        return comm;
      },
      onOpen: (target, handler) => void targets.set(target, handler),
    },
    hear: (order) => {
      // What the called code shows belongs to the message that called it.
      const cell = newCell({ id: order.cell, label: "Comm", interactive: true });
      cell.state = "ended";
      cells.context.run(cell, () => {
        try {
          obey(order);
        } catch (error) {
          tell(error);
        }
      });
      post({ type: "commDone", cell: order.cell });
    },
  };
}
