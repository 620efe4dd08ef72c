import { type CellDesk, createCellDesk } from "./cellDesk";
import { createCommDesk } from "./commDesk";
import { createHistory, type History } from "./history";
import { createInputDesk } from "./inputDesk";
import { createInterrupter } from "./interrupter";
import { createQuestions } from "./questions";
import { refusal } from "./refusals";
import {
  type Channel,
  createSpeaker,
  type Reply,
  type Speaker,
  type SpeakerParts,
} from "./speaker";
import type { News, Order, Question } from "./threads";
import type { Request } from "./wire";

/** What the desk needs from its surroundings. */
export interface DeskParts extends SpeakerParts {
  readonly post: (order: Order) => void;
  readonly kernelInfo: object;
}

/** Answers clients, and passes to the main thread what only it can do. */
export interface Desk {
  readonly shell: (request: Request) => void;
  readonly control: (request: Request) => void;
  readonly stdin: (request: Request) => void;
  /** Takes what the main thread has to say. */
  hear(news: News): void;
  /** Takes what something wrote to a descriptor of the process. */
  written(name: "stdout" | "stderr", text: string): void;
  /** Says to a client that it is connected. */
  welcome(subscription: string): void;
  /** Resolves when all is sent. */
  close(): Promise<void>;
}

/** Milliseconds after which a main thread that does not end by itself is killed. */
const shutdownMilliseconds = 4000;

/**
 * The kernel's side of the Jupyter messaging protocol.
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html
 */
export function createDesk(parts: DeskParts): Desk {
  const { post, shared, kernelInfo } = parts;
  const speaker = createSpeaker(parts);
  const history = createHistory();
  const questions = createQuestions(post);
  const cells = createCellDesk(speaker, history, post);
  const comms = createCommDesk(speaker, cells, post);
  const input = createInputDesk(speaker, cells, post);
  const interrupter = createInterrupter(post, shared, () => cells.running?.id);

  /** Tells that a request is done; a cell that still runs keeps the kernel busy. */
  const finish = ({ header }: Request): void => {
    speaker.status("idle", header);
    if (cells.running !== undefined) speaker.status("busy", cells.running.request.header);
  };
  const shutDown = (): void => {
    post({ type: "shutdown" });
    // What keeps the main thread busy is ended, so that it hears of it.
    interrupter.request();
    setTimeout(() => process.kill(process.pid, "SIGKILL"), shutdownMilliseconds);
  };

  /** What the desk knows by itself. */
  const answerAtOnce = ({ header, content }: Request, reply: Reply): void => {
    const type = header.msg_type;
    switch (type) {
      case "kernel_info_request":
        reply("kernel_info_reply", kernelInfo);
        break;
      case "history_request":
        reply("history_reply", history.answer(content));
        break;
      case "comm_info_request":
        reply("comm_info_reply", comms.info(content["target_name"]));
        break;
      case "interrupt_request":
        interrupter.request();
        reply("interrupt_reply", { status: "ok" });
        break;
      case "shutdown_request":
        reply("shutdown_reply", { status: "ok", restart: content["restart"] === true });
        shutDown();
        break;
      default:
        if (type.endsWith("_request")) reply(type.replace(/_request$/, "_reply"), refusal(type));
    }
  };

  const answer = (channel: Channel, request: Request): void => {
    const type = request.header.msg_type;
    const reply = speaker.replyTo(channel, request);
    speaker.status("busy", request.header);
    if (/^(?:complete|inspect|is_complete)_request$/.test(type)) {
      const question = type.replace(/_request$/, "") as Question;
      questions.ask(question, request, (answered) => {
        reply(`${question}_reply`, answered);
        finish(request);
      });
    } else if (/^comm_(?:open|msg|close)$/.test(type)) comms.hear(request, () => finish(request));
    else {
      answerAtOnce(request, reply);
      finish(request);
    }
  };

  const hear = (news: Exclude<News, string>): void => {
    switch (news.type) {
      case "ready":
        return cells.open();
      case "output":
        return show(news, cells, speaker, history);
      case "comm":
        return comms.say(news);
      case "commDone":
        return comms.done(news.cell);
      case "question":
        return input.ask(news);
      case "done":
        input.forget(news.cell);
        return cells.end(news);
      case "answer":
        return questions.answer(news.id, news.content);
      case "heard":
        return interrupter.heard(news.cell);
      case "signalled":
        return interrupter.request();
      case "exit":
    }
  };

  speaker.status("starting", undefined);
  return {
    shell: (request) => {
      if (request.header.msg_type === "execute_request") cells.add(request);
      else answer("shell", request);
    },
    control: (request) => answer("control", request),
    stdin: input.answer,
    hear: (news) => {
      if (typeof news === "string") passText(news, cells, speaker);
      else hear(news);
    },
    written: (name, text) => speaker.stream(name, cells.newest, text),
    welcome: (subscription) =>
      speaker.show({ kind: "iopub_welcome", parent: undefined, content: { subscription } }),
    close: () => speaker.flush(),
  };
}

/** Text of a cell comes as `1` or `2` for its stream, the cell's number, a colon, and the text. */
function passText(news: string, cells: CellDesk, speaker: Speaker): void {
  const colon = news.indexOf(":");
  const parent = cells.parentOf(Number(news.slice(1, colon)));
  speaker.stream(news.startsWith("1") ? "stdout" : "stderr", parent, news.slice(colon + 1));
}

function show(
  { cell, kind, content, displayId }: Extract<News, { type: "output" }>,
  cells: CellDesk,
  speaker: Speaker,
  history: History,
): void {
  const parent = cells.parentOf(cell);
  speaker.show({ kind, parent, content, ...(displayId === undefined ? {} : { displayId }) });
  if (kind !== "execute_result") return;
  const { execution_count, data } = JSON.parse(content) as {
    execution_count: number;
    data: Record<string, unknown>;
  };
  const text = data["text/plain"];
  if (typeof text === "string") history.addResult(execution_count, text);
}
