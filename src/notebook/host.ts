/** One output in several forms, by MIME type; the front end takes the richest it can show. */
export type Bundle = Readonly<Record<string, unknown>>;

/** What the fewscope kernel offers to code that runs in a cell. */
export interface KernelHost {
  /** Sends an output; with `update`, replaces the one sent before under the same id. */
  display(bundle: Bundle, options?: { displayId?: string; update?: boolean }): void;
  /** Set when the running cell is interrupted. */
  readonly signal: AbortSignal;
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
