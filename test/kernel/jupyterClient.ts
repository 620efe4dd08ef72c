import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import * as fs from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { connect, key, type Content, type Message, type Ports } from "./connection";

/** The project's root. */
export const root = resolve(__dirname, "../..");

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

/** A client that talks to a kernel as Jupyter does. */
export interface Client {
  /** Sends a request; resolves with its reply when the kernel has also said that it is idle again. */
  request(type: string, content?: Content, channel?: "shell" | "control"): Promise<Message>;
  /** Runs a cell to its end. */
  execute(code: string, options?: ExecuteOptions): Promise<CellRun>;
  /** Starts a cell; `seen` resolves with the first of its messages that fits. */
  start(code: string, options?: ExecuteOptions): StartedCell;
  /** Sends what asks for nothing; resolves with what belongs to it when the kernel is idle again. */
  tell(
    type: string,
    content: Content,
    buffers?: readonly Uint8Array[],
  ): Promise<readonly Message[]>;
  /** Resolves with the first message, past or coming, that fits. */
  seen(fits: (message: Message) => boolean): Promise<Message>;
  readonly messages: readonly Message[];
  /** Answers questions of cells from now on; gets what is asked. */
  answer(how: (question: Content) => string): void;
  disconnect(): void;
}

/** A kernel and its first client. */
export interface KernelClient extends Client {
  /** One more client of the same kernel. */
  connect(): Promise<Client>;
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

/** Milliseconds after the end of a kernel in which its last messages may come. */
const lastWords = 2000;
/** Kernels that are tried before a start is given up: another program may have taken a port since it was found free. */
const starts = 3;
/** Milliseconds in which a kernel answers, also on a machine that is busy with other things. */
const patience = 120_000;

/** Kernels that run, to be ended with the tests whatever happens. */
const running = new Set<number>();
process.on("exit", () => {
  for (const pid of running) endGroup(pid);
});

/**
 * Starts a kernel and resolves when it answers.
 * @param folder where the notebook is
 * @param command gets the connection file
 * @param env more of the kernel's environment
 * @param findPorts gives the ports to listen on
 * @throws Error with what the kernel said if it does not answer
 */
export async function startKernel(
  folder: string,
  command: (connectionFile: string) => readonly string[] = (file) => [
    join(root, "dist/kernel/launch.js"),
    file,
  ],
  env: NodeJS.ProcessEnv = {},
  findPorts: () => Promise<Ports> = freePorts,
): Promise<KernelClient> {
  for (let left = starts - 1; ; left--) {
    try {
      return await startOnce(folder, command, env, await findPorts());
    } catch (error) {
      if (left === 0 || !String(error).includes("cannot be listened on")) throw error;
    }
  }
}

async function startOnce(
  folder: string,
  command: (connectionFile: string) => readonly string[],
  env: NodeJS.ProcessEnv,
  ports: Ports,
): Promise<KernelClient> {
  const own = fs.mkdtempSync(join(tmpdir(), "fewscope-kernel-"));
  const file = join(own, "connection.json");
  fs.writeFileSync(file, JSON.stringify(connectionFile(ports)));
  const logFile = join(own, "log");
  const log = (): string => fs.readFileSync(logFile, "utf8");
  // As Jupyter starts kernels: in a group of its own.
  const child = spawn(process.execPath, command(file), {
    cwd: folder,
    detached: true,
    stdio: ["pipe", "ignore", fs.openSync(logFile, "w")],
    env: { ...process.env, NODE_OPTIONS: "", JPY_PARENT_PID: String(process.pid), ...env },
  });
  const pid = child.pid ?? 0;
  running.add(pid);
  const exited = once(child, "exit").then(([code]) => {
    running.delete(pid);
    return code as number | null;
  });
  let ended: string | undefined;
  const silent = exited.then(async () => {
    const said = log();
    // What it sent last may still be on its way.
    await new Promise((resolve) => setTimeout(resolve, lastWords));
    ended = said;
  });
  const life = { silent, ended: () => ended };
  const end = async (): Promise<void> => {
    if (running.has(pid)) endGroup(pid);
    await exited;
    fs.rmSync(own, { recursive: true, force: true });
  };
  try {
    const client = await createClient(ports, life);
    return {
      ...client,
      connect: () => createClient(ports, life),
      pid,
      exited,
      log,
      stop: async () => {
        await end();
        client.disconnect();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Ends a process and what it started. */
function endGroup(pid: number): void {
  process.kill(-pid, "SIGKILL");
}

/** What a client knows of the kernel's process. */
interface Life {
  readonly silent: Promise<unknown>;
  /** What the process said at its end; undefined while something may still come. */
  readonly ended: () => string | undefined;
}

async function createClient(ports: Ports, { silent, ended }: Life): Promise<Client> {
  const messages: Message[] = [];
  const replies = new Map<string, Message>();
  let watchers: (() => void)[] = [];
  let how: (question: Content) => string = () => "";
  const tellWatchers = (): void => {
    for (const watcher of watchers) watcher();
  };
  const connection = connect(ports, {
    reply: (message) => {
      replies.set(message.parent ?? "", message);
      tellWatchers();
    },
    published: (message) => {
      messages.push(message);
      tellWatchers();
    },
    asked: ({ content }) => void connection.send("stdin", "input_reply", { value: how(content) }),
  });

  /** Resolves when `look` finds something; it looks whenever a message has come. */
  const when = <T>(look: () => T | undefined): Promise<T> =>
    new Promise((found, failed) => {
      const watcher = (): void => {
        const value = look();
        const last = ended();
        if (value === undefined && last === undefined) return;
        watchers = watchers.filter((other) => other !== watcher);
        if (value === undefined) failed(new Error(`The kernel has ended. ${last}`));
        else found(value);
      };
      watchers.push(watcher);
      watcher();
    });
  void silent.then(tellWatchers);

  const isIdle = (id: string): Message | undefined =>
    messages.find(
      ({ parent, type, content }) =>
        parent === id && type === "status" && content["execution_state"] === "idle",
    );
  const finished = (id: string): Promise<Message> =>
    when(() => (isIdle(id) === undefined ? undefined : replies.get(id)));
  const belongingTo = (id: string): Message[] => messages.filter(({ parent }) => parent === id);

  const start = (code: string, options: ExecuteOptions = {}): StartedCell => {
    const content = { code, silent: false, store_history: true, allow_stdin: true, ...options };
    const id = connection.send("shell", "execute_request", content);
    return {
      id,
      done: finished(id).then((reply) => ({ reply: reply.content, messages: belongingTo(id) })),
      seen: (fits) => when(() => belongingTo(id).find(fits)),
    };
  };
  // A subscription takes a moment to reach the kernel, so this asks until all comes through.
  const since = Date.now();
  while (!messages.some(({ type }) => type === "status")) {
    const last = ended();
    if (last !== undefined || Date.now() > since + patience) {
      connection.close();
      throw new Error(
        last === undefined
          ? `The kernel does not answer after ${patience / 1000} s.`
          : `The kernel has ended before it answered. ${last}`,
      );
    }
    connection.send("shell", "kernel_info_request", {});
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    request: (type, content = {}, channel = "shell") =>
      finished(connection.send(channel, type, content)),
    start,
    execute: (code, options) => start(code, options).done,
    tell: async (type, content, buffers) => {
      const id = connection.send("shell", type, content, buffers);
      await when(() => isIdle(id));
      return belongingTo(id);
    },
    seen: (fits) => when(() => messages.find(fits)),
    messages,
    answer: (next) => {
      how = next;
    },
    disconnect: connection.close,
  };
}

function connectionFile({ shell, iopub, control, stdin, heartbeat }: Ports): object {
  return {
    transport: "tcp",
    ip: "127.0.0.1",
    key,
    signature_scheme: "hmac-sha256",
    shell_port: shell,
    iopub_port: iopub,
    control_port: control,
    stdin_port: stdin,
    hb_port: heartbeat,
  };
}

/** Ports that were given to a kernel, which may not listen on them yet. */
const given = new Set<number>();

/** Ports that nobody listens on, below those that systems give to connections, which would be gone before the kernel starts. */
export async function freePorts(): Promise<Ports> {
  const ports: number[] = [];
  while (ports.length < 5) {
    const port = randomInt(15_000, 32_000);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) ports.push(port);
  }
  const [shell = 0, iopub = 0, control = 0, stdin = 0, heartbeat = 0] = ports;
  return { shell, iopub, control, stdin, heartbeat };
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
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
