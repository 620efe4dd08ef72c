import type { notebook } from "../../src";

const symbol = Symbol.for("fewscope.kernel");
const holder = globalThis as Record<symbol, unknown>;

/** What a kernel sent to the page. */
export interface Sent {
  readonly data: Record<string, unknown>;
  readonly buffers: readonly Uint8Array[];
}

/** The page's side of a kernel with one widget. */
export interface Page {
  readonly opened: { target: string; data: Record<string, unknown>; metadata: object }[];
  readonly sent: Sent[];
  readonly shown: notebook.Bundle[];
  /** Says something through the widget's comm. */
  say(data: object, buffers?: readonly Uint8Array[]): void;
  /** Opens a comm of its own and gives what comes back. */
  ask(target: string, data: object): Sent[];
}

/** Runs something as in a cell, with a page before it; waits for it where it takes time. */
export function inPage(act: (page: Page) => Promise<void>, interactive?: boolean): Promise<void>;
export function inPage(act: (page: Page) => void, interactive?: boolean): void;
export function inPage(
  act: (page: Page) => void | Promise<void>,
  interactive = true,
): void | Promise<void> {
  let hear: ((message: notebook.CommMessage) => void) | undefined;
  const targets = new Map<string, (comm: notebook.Comm) => void>();
  const page: Page = {
    opened: [],
    sent: [],
    shown: [],
    say: (data, buffers = []) => hear?.({ data: data as Sent["data"], buffers }),
    ask: (target, data) => {
      const answers: Sent[] = [];
      targets.get(target)?.({
        send: (answer, { buffers = [] } = {}) =>
          void answers.push({ data: answer as Sent["data"], buffers }),
        close: () => undefined,
        onMessage: (handler) => handler({ data: data as Sent["data"], buffers: [] }),
      });
      return answers;
    },
  };
  const host: Pick<notebook.KernelHost, "comms" | "interactive" | "display"> = {
    interactive,
    display: (bundle) => void page.shown.push(bundle),
    comms: {
      open: (target, data, { metadata }) => {
        page.opened.push({ target, data: data as Sent["data"], metadata });
        return {
          send: (said, { buffers = [] } = {}) =>
            void page.sent.push({ data: said as Sent["data"], buffers }),
          close: () => void page.sent.push({ data: { closed: true }, buffers: [] }),
          onMessage: (handler) => void (hear = handler),
        };
      },
      onOpen: (target, handler) => void targets.set(target, handler),
    },
  };
  holder[symbol] = host;
  const leave = (): void => void Reflect.deleteProperty(holder, symbol);
  let doing: void | Promise<void>;
  try {
    doing = act(page);
  } catch (error) {
    leave();
    throw error;
  }
  if (doing instanceof Promise) return doing.finally(leave);
  leave();
}
