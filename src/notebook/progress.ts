import { randomUUID } from "node:crypto";
import type { Progress, ProgressEvent } from "../core";
import { kernelHost, type KernelHost } from "./host";

/** Milliseconds between two updates of the bar; more often only costs messages. */
const updateEvery = 150;

/**
 * One bar for a long run, updated in place with rate and time left. It carries the cell's interrupt, so that a stopped
 * cell stops the run. Outside a notebook it prints a line now and then.
 */
export function progress(): Progress {
  const host = kernelHost();
  const bar = host === undefined ? textBar() : htmlBar(host);
  let last = -Infinity;
  const follow = pacer();
  return {
    report: (event) => {
      const state = follow(event);
      const now = performance.now();
      if (now - last < (host === undefined ? 5000 : updateEvery) && !state.finished) return;
      last = now;
      bar(state);
    },
    note: (text) => void process.stdout.write(`${text}\n`),
    ...(host === undefined ? {} : { signal: host.signal }),
  };
}

/** What a bar shows. */
interface State {
  readonly event: ProgressEvent;
  /** The trial that a step belongs to, in a study. */
  readonly outer?: ProgressEvent;
  readonly details: string;
  readonly finished: boolean;
}

function pacer(): (event: ProgressEvent) => State {
  let task = "";
  let since = 0;
  let from = 0;
  let outer: ProgressEvent | undefined;
  return (event) => {
    if (event.task !== task || event.done < from) {
      task = event.task;
      since = performance.now();
      from = event.done;
    }
    const isTrial = event.unit === "trial";
    if (isTrial) outer = event;
    const rate = (event.done - from) / Math.max((performance.now() - since) / 1000, 1e-3);
    const parts = Object.entries(event.values ?? {}).map(
      ([name, x]) => `${name} ${x.toPrecision(4)}`,
    );
    if (rate > 0 && event.done < event.total) {
      const left = Math.ceil((event.total - event.done) / rate);
      parts.unshift(`${rate.toPrecision(3)} ${event.unit ?? "step"}/s`, `${left} s left`);
    }
    const whole = outer ?? event;
    return {
      event,
      ...(outer === undefined || isTrial ? {} : { outer }),
      details: parts.join(", "),
      finished: whole.done === whole.total && event.done === event.total,
    };
  };
}

function describe({ event, outer, details }: State): string {
  const head = outer === undefined ? "" : `[${outer.done}/${outer.total}] `;
  return `${head}${event.task} ${event.done}/${event.total}${details === "" ? "" : `, ${details}`}`;
}

function textBar(): (state: State) => void {
  return (state) => void process.stdout.write(`${describe(state)}\n`);
}

function htmlBar(host: KernelHost): (state: State) => void {
  const displayId = randomUUID();
  let shown = false;
  return (state) => {
    const whole = state.outer ?? state.event;
    const text = describe(state);
    const html =
      `<div style="font:13px sans-serif"><progress max="${whole.total}" value="${whole.done}" ` +
      `style="width:16em;vertical-align:middle"></progress> ${escapeHtml(text)}</div>`;
    host.display({ "text/html": html, "text/plain": text }, { displayId, update: shown });
    shown = true;
  };
}

/** Text as HTML shows it literally. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
