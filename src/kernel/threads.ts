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
} as const;

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
  | { readonly type: "interrupt"; readonly cell: number | undefined }
  | { readonly type: "shutdown" };

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
      readonly kind: "display_data" | "update_display_data" | "execute_result";
      readonly displayId?: string;
      /** The content of the message, as JSON. */
      readonly content: string;
    }
  | { readonly type: "done"; readonly cell: number; readonly error?: CellError }
  | { readonly type: "answer"; readonly id: number; readonly content: object }
  | { readonly type: "heard" }
  | { readonly type: "signalled" }
  | { readonly type: "exit" };

/** A message on its way to all clients. */
export interface Publication {
  readonly kind: string;
  readonly parent: Header | undefined;
  readonly content: object | string;
  /** Later updates of the same display may stand in for this one. */
  readonly displayId?: string;
}
