import * as http from "node:http";
import type { AddressInfo } from "node:net";

/** How the server answers one request after the other; the last way stays. */
export type Answer =
  | "whole"
  | "no ranges"
  | "drop at once"
  | { readonly dropAfter: number }
  | { readonly status: number }
  | { readonly send: Uint8Array };

/** A server on this machine that serves one file as badly as it is told to. */
export interface TestServer {
  readonly url: string;
  /** Ranges that were asked for, "" where none was. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** Starts a server that serves `content` under any path. */
export async function serve(content: Uint8Array, ...answers: Answer[]): Promise<TestServer> {
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    const answer = answers.length > 1 ? (answers.shift() ?? "whole") : (answers[0] ?? "whole");
    const range = request.headers.range ?? "";
    asked.push(range);
    respond(response, content, range, answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function respond(
  response: http.ServerResponse,
  content: Uint8Array,
  range: string,
  answer: Answer,
): void {
  if (answer === "drop at once") {
    response.destroy();
    return;
  }
  if (typeof answer === "object" && "status" in answer) {
    response.writeHead(answer.status).end("no");
    return;
  }
  const body = typeof answer === "object" && "send" in answer ? answer.send : content;
  const start = answer === "no ranges" ? 0 : Number(/^bytes=(\d+)-/.exec(range)?.[1] ?? 0);
  const rest = body.subarray(start);
  response.writeHead(start > 0 ? 206 : 200, {
    "content-length": rest.length,
    ...(start > 0 ? { "content-range": `bytes ${start}-${body.length - 1}/${body.length}` } : {}),
  });
  if (typeof answer === "object" && "dropAfter" in answer) {
    response.write(rest.subarray(0, answer.dropAfter), () => response.destroy());
    return;
  }
  response.end(rest);
}
