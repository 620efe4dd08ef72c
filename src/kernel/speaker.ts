import { createOutbox } from "./outbox";
import { type Publication, slot } from "./threads";
import type { Header, Outgoing, Request } from "./wire";

export type Channel = "shell" | "control" | "stdin";

/** Answers one request. */
export type Reply = (type: string, content: object) => void;

/** Says to clients what the protocol wants to be said. */
export interface Speaker {
  /** Tells all clients. */
  publish(kind: string, parent: Header | undefined, content: object): void;
  /** Tells all clients what a cell shows, or says through a comm. */
  show(message: Publication): void;
  /** Text of a stream, which may wait a moment for more. */
  stream(name: "stdout" | "stderr", parent: Header | undefined, text: string): void;
  status(state: "starting" | "busy" | "idle", parent: Header | undefined): void;
  /** Gives the function that answers this request. */
  replyTo(channel: Channel, request: Request): Reply;
  /** Puts a question to the client that a request came from. */
  question(request: Request, content: object): void;
  /** Resolves when everything is sent. */
  flush(): Promise<void>;
}

export interface SpeakerParts {
  readonly publish: (message: Publication) => Promise<void>;
  readonly reply: Readonly<Record<Channel, (message: Outgoing) => Promise<void>>>;
  readonly shared: Int32Array;
}

export function createSpeaker({ publish, reply, shared }: SpeakerParts): Speaker {
  const outbox = createOutbox(publish, (characters) => {
    Atomics.sub(shared, slot.backlog, characters);
    Atomics.notify(shared, slot.backlog);
  });
  const replies = new Set<Promise<void>>();
  const speaker: Speaker = {
    publish: (kind, parent, content) => outbox.publish({ kind, parent, content }),
    show: outbox.publish,
    stream: outbox.stream,
    status: (state, parent) => speaker.publish("status", parent, { execution_state: state }),
    replyTo: (channel, { identities, header }) => {
      return (type, content) => {
        const sent = reply[channel]({ identities, parent: header, type, content });
        replies.add(sent);
        void sent.finally(() => replies.delete(sent));
      };
    },
    question: ({ identities, header }, content) =>
      void reply.stdin({ identities, parent: header, type: "input_request", content }),
    flush: async () => {
      await outbox.flush();
      await Promise.all(replies);
    },
  };
  return speaker;
}
