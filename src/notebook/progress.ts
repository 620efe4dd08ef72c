import { randomUUID } from "node:crypto";
import { followProgress, type Progress, type ProgressState } from "../core";
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
  const follow = followProgress();
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

function textBar(): (state: ProgressState) => void {
  return (state) => void process.stdout.write(`${state.line}\n`);
}

function htmlBar(host: KernelHost): (state: ProgressState) => void {
  const displayId = randomUUID();
  let shown = false;
  return (state) => {
    const whole = state.outer ?? state.event;
    const html =
      `<div style="font:13px sans-serif"><progress max="${whole.total}" value="${whole.done}" ` +
      `style="width:16em;vertical-align:middle"></progress> ${escapeHtml(state.line)}</div>`;
    host.display({ "text/html": html, "text/plain": state.line }, { displayId, update: shown });
    shown = true;
  };
}

/** Text as HTML shows it literally. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
