/** The content of a reply to a request that the kernel does not know. Silence would leave a client waiting. */
export function refusal(request: string): object {
  const evalue = `The fewscope kernel does not answer "${request}".`;
  return { status: "error", ename: "NotSupported", evalue, traceback: [evalue] };
}
