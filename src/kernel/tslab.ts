import { createRequire } from "node:module";
import type { Output } from "./output";

/**
 * tslab's public module, which cells may import, with its display functions connected to the kernel's. Nothing else of tslab
 * is used.
 */
export function loadTslabForCells(output: Output): unknown {
  const fromTslab = createRequire(require.resolve("tslab"));
  const jupyter = fromTslab("tslab/dist/jupyter") as { lastWriteDisplayData: unknown };
  jupyter.lastWriteDisplayData = ({ data, transient }: DisplayContent, update?: boolean) =>
    output.display(data, {
      update: update === true,
      ...(transient?.display_id === undefined ? {} : { displayId: transient.display_id }),
    });
  return fromTslab("tslab");
}

/** What tslab's display functions send. */
interface DisplayContent {
  readonly data: Readonly<Record<string, unknown>>;
  readonly transient?: { readonly display_id?: string };
}
