import { type Cells, currentCell } from "./cells";

/**
 * Makes `process.exit()` in a cell the end of that cell: what it printed stays, the kernel and its variables go on.
 * @param stop ends the cell
 */
export function guardExit(cells: Cells, stop: (error: unknown) => void): void {
  const exit = process.exit.bind(process);
  process.exit = (code?: number | string | null): never => {
    if (currentCell(cells) === undefined) return exit(code);
    const error = new Error(
      `process.exit(${code ?? ""}) was called. The cell ends here; the kernel goes on with its variables.`,
    );
    error.name = "ProcessExit";
    stop(error);
    throw error;
  };
}
