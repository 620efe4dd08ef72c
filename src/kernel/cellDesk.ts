import { createCellQueue, type QueuedCell } from "./cellQueue";
import type { History } from "./history";
import { refuseExpressions } from "./refusals";
import type { Speaker } from "./speaker";
import type { CellError, Order } from "./threads";
import type { Header, Request } from "./wire";

/** Cells whose late output still finds its place. */
const rememberedCells = 1000;

/** Takes cells from clients, one after the other to the main thread, and tells clients what comes of them. */
export interface CellDesk {
  add(request: Request): void;
  /** The main thread can take cells from now on. */
  open(): void;
  /** A cell has ended. */
  end(id: number, error: CellError | undefined): void;
  /** The request that a cell came with, for what it shows. */
  parentOf(id: number): Header | undefined;
  readonly running: QueuedCell | undefined;
}

export function createCellDesk(
  speaker: Speaker,
  history: History,
  post: (order: Order) => void,
): CellDesk {
  const parents = new Map<number, Header>();

  const start = (cell: QueuedCell): void => {
    const { id, code, silent, executionCount } = cell;
    const { header, content } = cell.request;
    parents.set(id, header);
    parents.delete(id - rememberedCells);
    speaker.status("busy", header);
    if (!silent) {
      speaker.publish("execute_input", header, { code, execution_count: executionCount });
      history.add(executionCount, code);
    }
    const isCounted = !silent && content["store_history"] !== false;
    post({
      type: "execute",
      cell: id,
      code,
      label: isCounted ? `Cell [${executionCount}]` : `Cell [*${id}]`,
      silent,
      executionCount,
      interactive: content["allow_stdin"] !== false,
    });
  };

  const drop = (request: Request): void => {
    speaker.status("busy", request.header);
    speaker.replyTo("shell", request)("execute_reply", { status: "aborted" });
    speaker.status("idle", request.header);
  };

  const report = ({ request, executionCount }: QueuedCell, error: CellError | undefined): void => {
    const { header, content } = request;
    if (error !== undefined) speaker.publish("error", header, error);
    speaker.replyTo("shell", request)("execute_reply", {
      status: error === undefined ? "ok" : "error",
      execution_count: executionCount,
      payload: [],
      user_expressions: refuseExpressions(content["user_expressions"]),
      ...error,
    });
    speaker.status("idle", header);
  };

  const queue = createCellQueue(start, drop);
  return {
    add: queue.add,
    open: queue.open,
    end: (id, error) => {
      if (queue.running?.id !== id) return;
      queue.end(error !== undefined, (cell) => report(cell, error));
    },
    parentOf: (id) => parents.get(id),
    get running() {
      return queue.running;
    },
  };
}
