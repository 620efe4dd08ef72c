/** One output in several forms, by MIME type; the front end takes the richest it can show. */
export type Bundle = Readonly<Record<string, unknown>>;

/** What the fewscope kernel offers to code that runs in a cell. */
export interface KernelHost {
  /** Sends an output; with `update`, replaces the one sent before under the same id. */
  display(bundle: Bundle, options?: { displayId?: string; update?: boolean }): void;
  /** Clears what the cell has shown; with `wait` only when something new is shown. */
  clear(wait?: boolean): void;
  /** Asks the person in front of the notebook for a line; rejects where nobody can be asked. */
  ask(prompt: string, options?: { readonly password?: boolean }): Promise<string>;
  /** Lines to the front end. */
  readonly comms: Comms;
  /** Whether somebody sits in front of the notebook; not so where a program runs it from top to bottom. */
  readonly interactive: boolean;
  /** Set when the running cell is interrupted. */
  readonly signal: AbortSignal;
}

/** A line between a cell and code in the front end. @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#custom-messages */
export interface Comm {
  /** Sends plain JSON, and bytes beside it. */
  send(data: object, extras?: { readonly buffers?: readonly Uint8Array[] }): void;
  /** Ends it on both sides. */
  close(): void;
  /** Called for each message of the front end. */
  onMessage(handler: (message: CommMessage) => void): void;
}

/** What a front end says. */
export interface CommMessage {
  readonly data: Readonly<Record<string, unknown>>;
  readonly buffers: readonly Uint8Array[];
}

/** The comms of a kernel. */
export interface Comms {
  /** Opens a comm to whatever in the front end knows this target. */
  open(
    target: string,
    data: object,
    extras: {
      readonly id: string;
      readonly buffers: readonly Uint8Array[];
      readonly metadata: Readonly<Record<string, unknown>>;
    },
  ): Comm;
  /** Takes comms that a front end opens for this target, from now on. */
  onOpen(target: string, handler: (comm: Comm) => void): void;
}

/** The kernel that this code runs in, if it does. */
export function kernelHost(): KernelHost | undefined {
  return (globalThis as Record<symbol, unknown>)[Symbol.for("fewscope.kernel")] as
    KernelHost | undefined;
}

/** Sends an output to the notebook, or its plain text to the terminal. */
export function present(bundle: Bundle & { "text/plain": string }): void {
  const host = kernelHost();
  if (host === undefined) process.stdout.write(`${bundle["text/plain"]}\n`);
  else host.display(bundle);
}
