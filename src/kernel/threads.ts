import type { Header } from "./wire";

/*
 * The kernel has two threads. The main thread runs the cells, so that everything a script can do works there. The socket
 * thread speaks Jupyter's protocol, so that output, heartbeat and interrupt work while a cell keeps the main thread busy.
 */

/** What the socket thread gets at its start. */
export interface SocketThreadData {
  /** Path of Jupyter's connection file. */
  readonly connectionFile: string;
  readonly kernelInfo: object;
  /** Int32, one number for each `slot`. */
  readonly shared: SharedArrayBuffer;
  readonly descriptors: Descriptors;
}

/** Open files of the process, each left out where it cannot be had. */
export interface Descriptors {
  /** Gives what anything writes to descriptor 1 of this process, for example a child that inherits it. */
  readonly out?: number;
  /** The same for descriptor 2. */
  readonly err?: number;
  /** The server's log, which was descriptor 2 at the start. */
  readonly log?: number;
}

/** What both threads can read at any time. */
export const slot = {
  /** 1 while the main thread runs the kernel's own code. */
  machinery: 0,
  /** 1 once code of the running cell asked for the abort signal. */
  signalTaken: 1,
  /** 1 from an interrupt until the main thread heard of it. */
  interrupted: 2,
  /** Characters of output that the socket thread has still to send. */
  backlog: 3,
  /** 1 when everything is sent and the sockets are closed. */
  closed: 4,
  /** How much news of the main thread the socket thread has taken. */
  heard: 5,
  /** 1 if something else may have written since the socket thread heard of the main thread. */
  others: 6,
} as const;

/** Runs the kernel's own code, which no interrupt breaks into. */
export function asMachinery<T>(shared: Int32Array, work: () => T): T {
  const before = Atomics.exchange(shared, slot.machinery, 1);
  try {
    return work();
  } finally {
    Atomics.store(shared, slot.machinery, before);
  }
}

/** A cell to run. */
export interface ExecuteOrder {
  readonly type: "execute";
  readonly cell: number;
  readonly code: string;
  /** What the cell is called in traces, for example "Cell [3]". */
  readonly label: string;
  /** No value of the last expression. */
  readonly silent: boolean;
  readonly executionCount: number;
  /** False for a client that stops listening when the cell ends. */
  readonly interactive: boolean;
  /** What the client wants to know after the cell, by name. */
  readonly expressions: Readonly<Record<string, string>>;
}

/** From the socket thread to the main thread. */
export type Order =
  | ExecuteOrder
  | {
      readonly type: "ask";
      readonly id: number;
      readonly question: Question;
      readonly code: string;
      /** UTF-16 units from the start of the code. */
      readonly position: number;
    }
  | CommOrder
  | { readonly type: "told"; readonly question: number; readonly value?: string }
  | { readonly type: "interrupt"; readonly cell: number | undefined }
  | { readonly type: "shutdown" };

/** What a front end says through a comm. */
export interface CommOrder {
  readonly type: "comm";
  /** Under this number the main thread tells what it shows, as for a cell. */
  readonly cell: number;
  readonly kind: CommKind;
  readonly content: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly buffers: readonly Uint8Array[];
}

export type CommKind = "comm_open" | "comm_msg" | "comm_close";

export type Question = "complete" | "inspect" | "is_complete";

/** What ended a cell early, as the protocol words it. */
export interface CellError {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

/** From the main thread to the socket thread. A plain string is stream text: `1` or `2`, the cell's number, `:`, the text. */
export type News =
  | string
  | { readonly type: "ready" }
  | {
      readonly type: "output";
      readonly cell: number;
      readonly kind: "display_data" | "update_display_data" | "execute_result" | "clear_output";
      readonly displayId?: string;
      /** The content of the message, as JSON. */
      readonly content: string;
    }
  | CommNews
  | { readonly type: "commDone"; readonly cell: number }
  | {
      readonly type: "done";
      readonly cell: number;
      readonly error?: CellError;
      readonly expressions?: object;
      /** What the front end shows beside the notebook. */
      readonly payload?: readonly object[];
    }
  | { readonly type: "answer"; readonly id: number; readonly content: object }
  | {
      readonly type: "question";
      readonly question: number;
      readonly cell: number;
      readonly prompt: string;
      readonly password: boolean;
    }
  | { readonly type: "heard"; readonly cell: number | undefined }
  | { readonly type: "signalled" }
  | { readonly type: "exit" };

/** What a cell says through a comm. */
export interface CommNews {
  readonly type: "comm";
  readonly cell: number | undefined;
  readonly kind: CommKind;
  readonly id: string;
  /** For `comm_open`. */
  readonly target?: string;
  /** JSON. */
  readonly content: string;
  /** JSON. */
  readonly metadata: string;
  readonly buffers: readonly Uint8Array[];
}

/** A message on its way to all clients. */
export interface Publication {
  readonly kind: string;
  readonly parent: Header | undefined;
  readonly content: object | string;
  /** JSON. */
  readonly metadata?: string;
  readonly buffers?: readonly Uint8Array[];
  /** Later updates of the same display may stand in for this one. */
  readonly displayId?: string;
}
