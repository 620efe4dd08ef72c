import { SingleBar } from "cli-progress";
import type { ProgressEvent } from "../core";

/** Shows what a long run reports; `end` takes the bar away. */
export interface ProgressDisplay {
  readonly report: (event: ProgressEvent) => void;
  /** Prints a line of its own. */
  readonly note: (text: string) => void;
  readonly end: () => void;
}

/** A bar with rate and time left on a terminal, a plain line now and then elsewhere. */
export function showProgress(stream: NodeJS.WriteStream = process.stderr): ProgressDisplay {
  return stream.isTTY ? bar(stream) : lines(stream);
}

/** Where one task stands, and how fast it goes. */
interface Pace {
  readonly task: string;
  readonly since: number;
  readonly from: number;
}

function describe(event: ProgressEvent, pace: Pace): string {
  const seconds = (performance.now() - pace.since) / 1000;
  const rate = (event.done - pace.from) / Math.max(seconds, 1e-3);
  const left = rate > 0 ? (event.total - event.done) / rate : NaN;
  const numbers = Object.entries(event.values ?? {}).map(
    ([name, x]) => `${name} ${x.toPrecision(4)}`,
  );
  const timing =
    event.done > pace.from && event.done < event.total
      ? [`${rate.toPrecision(3)} ${event.unit ?? "step"}/s`, `${formatSeconds(left)} left`]
      : [];
  return [...timing, ...numbers].join(", ");
}

function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

function follow(): (event: ProgressEvent) => Pace {
  let pace: Pace | undefined;
  return (event) => {
    if (pace?.task !== event.task || event.done < pace.from)
      pace = { task: event.task, since: performance.now(), from: event.done };
    return pace;
  };
}

/** Two nested counts: which trial, and which step inside it. */
function nesting(): (event: ProgressEvent) => { outer?: ProgressEvent; inner?: ProgressEvent } {
  let outer: ProgressEvent | undefined;
  return (event) => {
    if (event.unit === "trial") {
      outer = event;
      return { outer };
    }
    return { ...(outer === undefined ? {} : { outer }), inner: event };
  };
}

function bar(stream: NodeJS.WriteStream): ProgressDisplay {
  const view = new SingleBar({
    stream,
    format: "{bar} {outer}{task} {value}/{total} {details}",
    barsize: 20,
    hideCursor: true,
    clearOnComplete: true,
    fps: 8,
  });
  const pace = follow();
  const nest = nesting();
  let started = false;
  return {
    report: (event) => {
      const { outer, inner } = nest(event);
      const shown = inner ?? event;
      const payload = {
        task: shown.task,
        outer: outer === undefined || inner === undefined ? "" : `[${outer.done}/${outer.total}] `,
        details: describe(shown, pace(shown)),
      };
      if (!started) view.start(shown.total, shown.done, payload);
      started = true;
      view.setTotal(shown.total);
      view.update(shown.done, payload);
    },
    note: (text) => {
      // The bar is drawn anew at its next step.
      if (started) view.stop();
      started = false;
      stream.write(`${text}\n`);
    },
    end: () => view.stop(),
  };
}

/** Milliseconds between two plain lines. */
const lineEvery = 5000;

function lines(stream: NodeJS.WriteStream): ProgressDisplay {
  const pace = follow();
  const nest = nesting();
  let last = -Infinity;
  return {
    report: (event) => {
      const current = pace(event);
      const { outer, inner } = nest(event);
      const now = performance.now();
      if (now - last < lineEvery && event.done < event.total) return;
      if (inner !== undefined && now - last < lineEvery) return;
      last = now;
      const head =
        outer === undefined || inner === undefined ? "" : `[${outer.done}/${outer.total}] `;
      const details = describe(event, current);
      stream.write(
        `${head}${event.task} ${event.done}/${event.total}${details ? `, ${details}` : ""}\n`,
      );
    },
    note: (text) => void stream.write(`${text}\n`),
    end: () => undefined,
  };
}
