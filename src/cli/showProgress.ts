import { SingleBar } from "cli-progress";
import { followProgress, type ProgressEvent } from "../core";

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

function bar(stream: NodeJS.WriteStream): ProgressDisplay {
  const view = new SingleBar({
    stream,
    format: "{bar} {outer}{task} {value}/{total} {details}",
    barsize: 20,
    hideCursor: true,
    clearOnComplete: true,
    fps: 8,
  });
  const follow = followProgress();
  let started = false;
  return {
    report: (event) => {
      const { head, details } = follow(event);
      const payload = { task: event.task, outer: head, details };
      if (!started) view.start(event.total, event.done, payload);
      started = true;
      view.setTotal(event.total);
      view.update(event.done, payload);
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
  const follow = followProgress();
  let last = -Infinity;
  return {
    report: (event) => {
      const { outer, line } = follow(event);
      const now = performance.now();
      const isLast = event.done >= event.total && outer === undefined;
      if (now - last < lineEvery && !isLast) return;
      last = now;
      stream.write(`${line}\n`);
    },
    note: (text) => void stream.write(`${text}\n`),
    end: () => undefined,
  };
}
