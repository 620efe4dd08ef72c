import type { ProgressEvent } from "./types";

/** Where a long run stands. */
export interface ProgressState {
  readonly event: ProgressEvent;
  /** The trial that a step belongs to, in a study. */
  readonly outer: ProgressEvent | undefined;
  /** How many trials are done and how long the others will take, in brackets; empty outside a study and for a trial itself. */
  readonly head: string;
  /** Rate, time left and numbers, in words; empty where there is nothing to tell yet. */
  readonly details: string;
  /** Whether this was the last of all. */
  readonly finished: boolean;
  /** Where it stands as a line of text. */
  readonly line: string;
}

/** Follows a long run by what it reports: which trial and which step inside it, how fast both go and how long they will take. */
export function followProgress(): (event: ProgressEvent) => ProgressState {
  const ofStep = pacer();
  const ofTrial = pacer();
  let trial: ProgressEvent | undefined;
  let left: string[] = [];
  return (event) => {
    const isTrial = event.unit === "trial";
    // Trials go by one clock, whatever each is called.
    const pace = isTrial ? ofTrial({ ...event, task: "" }) : ofStep(event);
    if (isTrial) {
      trial = event;
      left = pace.slice(1);
    }
    const outer = isTrial ? undefined : trial;
    const whole = trial ?? event;
    const head = outer === undefined ? "" : `[${[`${outer.done}/${outer.total}`, ...left].join(", ")}] `; // prettier-ignore
    const details = [...pace, ...numbers(event)].join(", ");
    const tail = details === "" ? "" : `, ${details}`;
    const line = `${head}${event.task} ${event.done}/${event.total}${tail}`;
    const finished = whole.done === whole.total && event.done === event.total;
    return { event, outer, head, details, finished, line };
  };
}

/** Rate and time left of one task at a time. */
function pacer(): (event: ProgressEvent) => string[] {
  let task: string | undefined;
  let since = 0;
  let from = 0;
  return (event) => {
    const { done, total, unit = "step" } = event;
    if (event.task !== task || done < from) {
      task = event.task;
      since = performance.now();
      from = done;
    }
    if (done <= from || done >= total) return [];
    const rate = (1000 * (done - from)) / Math.max(performance.now() - since, 1);
    return [`${rate.toPrecision(3)} ${unit}/s`, `${inMinutes((total - done) / rate)} left`];
  };
}

function numbers({ values = {} }: ProgressEvent): string[] {
  return Object.entries(values).map(([name, x]) => `${name} ${x.toPrecision(4)}`);
}

/** A length of time in words, for example "3 min 20 s". */
export function inMinutes(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
