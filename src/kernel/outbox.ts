import type { Header } from "./wire";
import type { Publication } from "./threads";

/** Milliseconds for which output is gathered before it is sent. */
const gatherMilliseconds = 40;
/** Characters of streams that may go out at once, and in each millisecond; a client chokes on more. */
const burst = 4_000_000;
const perMillisecond = 10_000;
/** Characters of one stream message, so that a client can show a part before it has all. */
const streamLimit = 200_000;

/** Sends messages in order, and bursts of them as few. */
export interface Outbox {
  /** Text of a cell, which may wait a moment for more. */
  readonly stream: (name: "stdout" | "stderr", parent: Header | undefined, text: string) => void;
  readonly publish: (message: Publication) => void;
  /** Resolves when everything that was given so far is sent. */
  readonly flush: () => Promise<void>;
}

interface Waiting extends Publication {
  stream?: { readonly name: string; text: string };
}

/**
 * Gathers neighbouring texts of one stream into one message, and updates of one display into the last of them.
 * @param send sends one message; called for the next one only after it has resolved
 * @param sent called with the number of stream characters sent
 */
export function createOutbox(
  send: (message: Publication) => Promise<void>,
  sent: (characters: number) => void,
): Outbox {
  const pace = createPace();
  let queue: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;
  let lastSent = -Infinity;
  let sending: Promise<void> | undefined;

  const drain = async (): Promise<void> => {
    try {
      while (queue.length > 0) {
        const batch = queue;
        queue = [];
        for (const { stream, ...message } of batch) {
          await send({ ...message, content: stream ?? message.content });
          if (stream === undefined) continue;
          sent(stream.text.length);
          await pace(stream.text.length);
        }
        lastSent = performance.now();
      }
    } finally {
      sending = undefined;
    }
  };
  const start = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    if (sending === undefined && queue.length > 0) sending = drain();
    await sending;
  };
  /** The first output after a pause goes out at once, what follows it is gathered. */
  const startSoon = (): void => {
    if (performance.now() - lastSent > gatherMilliseconds && timer === undefined) void start();
    else timer ??= setTimeout(() => void start(), gatherMilliseconds);
  };

  return {
    stream: (name, parent, text) => {
      const last = queue.at(-1);
      if (
        last?.stream?.name === name &&
        last.parent?.msg_id === parent?.msg_id &&
        last.stream.text.length < streamLimit
      )
        last.stream.text += text;
      else queue.push({ kind: "stream", parent, content: {}, stream: { name, text } });
      startSoon();
    },
    publish: (message) => {
      const last = queue.at(-1);
      const replaces =
        message.kind === "update_display_data" &&
        last?.kind === message.kind &&
        last.displayId === message.displayId;
      if (replaces) queue.pop();
      queue.push({ ...message });
      if (message.kind === "update_display_data") startSoon();
      else void start();
    },
    flush: start,
  };
}

/** Waits so long that no more than a client can take is on its way. */
function createPace(): (characters: number) => Promise<void> {
  let allowed = burst;
  let last = performance.now();
  return async (characters) => {
    const now = performance.now();
    allowed = Math.min(burst, allowed + (now - last) * perMillisecond) - characters;
    last = now;
    if (allowed < 0) await new Promise((resolve) => setTimeout(resolve, -allowed / perMillisecond));
  };
}
