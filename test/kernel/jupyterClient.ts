import { spawn } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import type * as zeromq from "zeromq";

const { Dealer, Subscriber } = createRequire(require.resolve("tslab"))("zeromq") as typeof zeromq;

/** The project's root. */
export const root = resolve(__dirname, "../..");

export type Content = Record<string, unknown>;

/** A message as the kernel sent it. */
export interface Message {
  readonly type: string;
  /** Identity of the request that it belongs to. */
  readonly parent: string | undefined;
  readonly content: Content;
}

/** What came of one cell. */
export interface CellRun {
  readonly reply: Content;
  /** Messages to all clients that belong to the cell, in order. */
  readonly messages: readonly Message[];
}

export interface ExecuteOptions {
  readonly stop_on_error?: boolean;
  readonly silent?: boolean;
  readonly store_history?: boolean;
  readonly allow_stdin?: boolean;
  readonly user_expressions?: Content;
}

/** A kernel and a client that talks to it as Jupyter does. */
export interface KernelClient {
  /** Sends a request; resolves with its reply when the kernel has also said that it is idle again. */
  request(type: string, content?: Content, channel?: "shell" | "control"): Promise<Message>;
  /** Runs a cell to its end. */
  execute(code: string, options?: ExecuteOptions): Promise<CellRun>;
  /** Starts a cell; `seen` resolves with the first of its messages that fits. */
  start(code: string, options?: ExecuteOptions): StartedCell;
  /** Sends frames that ask for nothing. */
  tell(type: string, content: Content): string;
  /** Resolves with the first message, past or coming, that fits. */
  seen(fits: (message: Message) => boolean): Promise<Message>;
  readonly messages: readonly Message[];
  readonly pid: number;
  /** Resolves with the exit code when the process ends by itself. */
  readonly exited: Promise<number | null>;
  /** What the process wrote to its own error stream. */
  log(): string;
  stop(): Promise<void>;
}

export interface StartedCell {
  readonly id: string;
  readonly done: Promise<CellRun>;
  seen(fits: (message: Message) => boolean): Promise<Message>;
}

const key = "a key for this test";
const delimiter = "<IDS|MSG>";

/**
 * Starts a kernel and resolves when it answers.
 * @param folder where the notebook is
 * @param command gets the connection file
 */
export async function startKernel(
  folder: string,
  command: (connectionFile: string) => readonly string[] = (file) => [
    join(root, "dist/kernel/launch.js"),
    file,
  ],
): Promise<KernelClient> {
  const own = mkdtempSync(join(tmpdir(), "fewscope-kernel-"));
  const file = join(own, "connection.json");
  const [shell = 0, iopub = 0, control = 0, stdin = 0, heartbeat = 0] = await freePorts(5);
  writeFileSync(
    file,
    JSON.stringify({
      transport: "tcp",
      ip: "127.0.0.1",
      key,
      signature_scheme: "hmac-sha256",
      shell_port: shell,
      iopub_port: iopub,
      control_port: control,
      stdin_port: stdin,
      hb_port: heartbeat,
    }),
  );
  const child = spawn(process.execPath, command(file), {
    cwd: folder,
    stdio: ["pipe", "ignore", "pipe"],
    env: { ...process.env, NODE_OPTIONS: "", JPY_PARENT_PID: String(process.pid) },
  });
  let log = "";
  child.stderr?.on("data", (data: Buffer) => (log += data.toString()));
  let hasExited = false;
  const exited = once(child, "exit").then(([code]) => {
    hasExited = true;
    return code as number | null;
  });

  const sockets = {
    shell: new Dealer({ linger: 0 }),
    control: new Dealer({ linger: 0 }),
    iopub: new Subscriber({ linger: 0 }),
  };
  sockets.shell.connect(`tcp://127.0.0.1:${shell}`);
  sockets.control.connect(`tcp://127.0.0.1:${control}`);
  sockets.iopub.connect(`tcp://127.0.0.1:${iopub}`);
  sockets.iopub.subscribe();

  const messages: Message[] = [];
  const replies = new Map<string, Message>();
  let watchers: (() => void)[] = [];
  const listen = async (
    socket: AsyncIterable<Buffer[]>,
    take: (message: Message) => void,
  ): Promise<void> => {
    for await (const frames of socket) {
      take(decode(frames));
      for (const watcher of watchers) watcher();
    }
  };
  const keepReply = (message: Message): void => void replies.set(message.parent ?? "", message);
  void listen(sockets.shell, keepReply);
  void listen(sockets.control, keepReply);
  void listen(sockets.iopub, (message) => void messages.push(message));

  /** Resolves when `look` finds something; it looks whenever a message has come. */
  const when = <T>(look: () => T | undefined): Promise<T> =>
    new Promise((found, failed) => {
      const watcher = (): void => {
        const value = look();
        if (value === undefined && !hasExited) return;
        watchers = watchers.filter((other) => other !== watcher);
        if (value === undefined) failed(new Error(`The kernel has ended. ${log}`));
        else found(value);
      };
      watchers.push(watcher);
      watcher();
    });
  void exited.then(() => {
    for (const watcher of watchers) watcher();
  });

  // A socket refuses a second message while it still waits with the first.
  let sent = Promise.resolve();
  const send = (channel: "shell" | "control", type: string, content: Content): string => {
    const { id, frames } = encode(type, content);
    sent = sent.then(() => sockets[channel].send(frames));
    return id;
  };
  const isIdle = (id: string) => (message: Message) =>
    message.parent === id &&
    message.type === "status" &&
    message.content["execution_state"] === "idle";
  const finished = (id: string): Promise<Message> =>
    when(() => (messages.some(isIdle(id)) ? replies.get(id) : undefined));

  const start = (code: string, options: ExecuteOptions = {}): StartedCell => {
    const content = { code, silent: false, store_history: true, allow_stdin: true, ...options };
    const id = send("shell", "execute_request", content);
    const own = (message: Message): boolean => message.parent === id;
    return {
      id,
      done: finished(id).then(({ content: reply }) => ({ reply, messages: messages.filter(own) })),
      seen: (fits) => when(() => messages.find((message) => own(message) && fits(message))),
    };
  };
  const client: KernelClient = {
    request: (type, content = {}, channel = "shell") => finished(send(channel, type, content)),
    start,
    execute: (code, options) => start(code, options).done,
    tell: (type, content) => send("shell", type, content),
    seen: (fits) => when(() => messages.find(fits)),
    messages,
    pid: child.pid ?? 0,
    exited,
    log: () => log,
    stop: async () => {
      if (!hasExited && child.pid !== undefined) process.kill(child.pid, "SIGKILL");
      await exited;
      for (const socket of Object.values(sockets)) socket.close();
      rmSync(own, { recursive: true, force: true });
    },
  };
  await answers(client, () => messages.length > 0);
  return client;
}

/** Asks until replies and messages to all come through, as a subscription takes a moment to reach the kernel. */
async function answers(client: KernelClient, heard: () => boolean): Promise<void> {
  for (;;) {
    client.tell("kernel_info_request", {});
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (heard()) return;
  }
}

function encode(type: string, content: Content): { id: string; frames: string[] } {
  const id = randomUUID();
  const header = {
    msg_id: id,
    msg_type: type,
    session: "test",
    username: "test",
    date: new Date().toISOString(),
    version: "5.3",
  };
  const parts = [header, {}, {}, content].map((part) => JSON.stringify(part));
  return { id, frames: [delimiter, sign(parts), ...parts] };
}

function decode(frames: readonly Buffer[]): Message {
  const start = frames.findIndex((frame) => frame.toString() === delimiter);
  const [signature, ...parts] = frames.slice(start + 1).map((frame) => frame.toString());
  if (signature !== sign(parts)) throw new Error("The kernel's message is not signed.");
  const [header, parent, , content] = parts.map((part) => JSON.parse(part) as Content);
  return {
    type: String(header?.["msg_type"]),
    parent: parent?.["msg_id"] as string | undefined,
    content: content ?? {},
  };
}

function sign(parts: readonly string[]): string {
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

/** What a cell printed to a stream. */
export function printed({ messages }: CellRun, name: "stdout" | "stderr" = "stdout"): string {
  return messages
    .filter(({ type, content }) => type === "stream" && content["name"] === name)
    .map(({ content }) => String(content["text"]))
    .join("");
}

/** The plain text of a cell's value. */
export function valueOf({ messages }: CellRun): unknown {
  const result = messages.find(({ type }) => type === "execute_result");
  return (result?.content["data"] as Content | undefined)?.["text/plain"];
}

/** What a cell failed with, from the message to all clients. */
export function errorOf({ messages }: CellRun): {
  ename: string;
  evalue: string;
  traceback: string;
} {
  const content = messages.find(({ type }) => type === "error")?.content ?? {};
  return {
    ename: String(content["ename"]),
    evalue: String(content["evalue"]),
    traceback: ((content["traceback"] ?? []) as string[]).join("\n"),
  };
}
