/*
 * What the kernel says to those who ask for what it does not have. Silence would leave them waiting.
 */

/** What a client gets that wants to open a comm. */
export const noComms =
  "The fewscope kernel has no comms, so interactive widgets do not work. Plotly figures need none.";

/** The content of a reply to a request that the kernel does not know. */
export function refusal(request: string): object {
  const evalue = `The fewscope kernel does not answer "${request}".`;
  return { status: "error", ename: "NotSupported", evalue, traceback: [evalue] };
}

/** `user_expressions` are not evaluated; each is told so, as the protocol wants. */
export function refuseExpressions(expressions: unknown): object {
  if (typeof expressions !== "object" || expressions === null) return {};
  const evalue = "The fewscope kernel does not evaluate user_expressions.";
  const answer = { status: "error", ename: "NotSupported", evalue, traceback: [evalue] };
  return Object.fromEntries(Object.keys(expressions).map((name) => [name, answer]));
}
