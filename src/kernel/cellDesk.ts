import { createCellQueue, type QueuedCell } from "./cellQueue";
import type { History } from "./history";
import type { Speaker } from "./speaker";
import type { News, Order } from "./threads";
import type { Header, Request } from "./wire";

/** Cells whose late output still finds its place. */
const rememberedCells = 1000;

/** What a cell came to. */
export type Outcome = Extract<News, { type: "done" }>;

/** Takes cells from clients, one after the other to the main thread, and tells clients what comes of them. */
export interface CellDesk {
  add(request: Request): void;
  /** Gives a number to something else that clients ask for and that shows outputs. */
  number(request: Request): number;
  /** The main thread can take cells from now on. */
  open(): void;
  /** A cell has ended. */
  end(outcome: Outcome): void;
  /** The request that a cell came with, for what it shows. */
  parentOf(id: number): Header | undefined;
  requestOf(id: number): Request | undefined;
  readonly running: QueuedCell | undefined;
  /** The newest cell that was started; what nobody in particular writes is shown there. */
  readonly newest: Header | undefined;
}

export function createCellDesk(
  speaker: Speaker,
  history: History,
  post: (order: Order) => void,
): CellDesk {
  const requests = new Map<number, Request>();
  let numbers = 0;
  let newest: Header | undefined;

  const number = (request: Request): number => {
    numbers += 1;
    requests.set(numbers, request);
    requests.delete(numbers - rememberedCells);
    return numbers;
  };

  const start = (cell: QueuedCell): void => {
    const { id, code, silent, executionCount, counts } = cell;
    const { header, content } = cell.request;
    newest = header;
    speaker.status("busy", header);
    if (!silent)
      speaker.publish("execute_input", header, { code, execution_count: executionCount });
    if (counts) history.add(executionCount, code);
    post({
      type: "execute",
      cell: id,
      code,
      label: counts ? `Cell [${executionCount}]` : `Cell [*${id}]`,
      silent,
      executionCount,
      interactive: content["allow_stdin"] !== false,
      expressions: textsOf(content["user_expressions"]),
    });
  };

  const drop = (request: Request): void => {
    speaker.status("busy", request.header);
    speaker.replyTo("shell", request)("execute_reply", { status: "aborted" });
    speaker.status("idle", request.header);
  };

  const report = ({ request, executionCount }: QueuedCell, outcome: Outcome): void => {
    const { error, expressions = {}, payload = [] } = outcome;
    const { header } = request;
    if (error !== undefined) speaker.publish("error", header, error);
    speaker.replyTo("shell", request)("execute_reply", {
      status: error === undefined ? "ok" : "error",
      execution_count: executionCount,
      payload,
      user_expressions: expressions,
      ...error,
    });
    speaker.status("idle", header);
  };

  const queue = createCellQueue(start, drop, number);
  return {
    add: queue.add,
    number,
    open: queue.open,
    end: (outcome) => {
      if (queue.running?.id !== outcome.cell) return;
      queue.end(outcome.error !== undefined, (cell) => report(cell, outcome));
    },
    parentOf: (id) => requests.get(id)?.header,
    requestOf: (id) => requests.get(id),
    get running() {
      return queue.running;
    },
    get newest() {
      return newest;
    },
  };
}

/** The expressions that a client wants to know, by name. */
function textsOf(expressions: unknown): Record<string, string> {
  if (typeof expressions !== "object" || expressions === null) return {};
  return Object.fromEntries(
    Object.entries(expressions).map(([name, code]) => [name, String(code)]),
  );
}
