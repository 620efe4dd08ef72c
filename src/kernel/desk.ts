import { type CellDesk, createCellDesk } from "./cellDesk";
import { createHistory } from "./history";
import { createInterrupter } from "./interrupter";
import { createQuestions } from "./questions";
import { noComms, refusal } from "./refusals";
import { type Channel, createSpeaker, type Speaker, type SpeakerParts } from "./speaker";
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
  /** Takes what the main thread has to say. */
  hear(news: News): void;
  /** Resolves when all is sent. */
  close(): Promise<void>;
}

/** Milliseconds after which a main thread that does not end by itself is killed. */
const shutdownMilliseconds = 1500;

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
  const interrupter = createInterrupter(post, shared, () => cells.running?.id);

  /** Tells that a request is done; a cell that still runs keeps the kernel busy. */
  const finish = ({ header }: Request): void => {
    speaker.status("idle", header);
    if (cells.running !== undefined) speaker.status("busy", cells.running.request.header);
  };

  const answer = (channel: Channel, request: Request): void => {
    const { header, content } = request;
    const type = header.msg_type;
    const reply = speaker.replyTo(channel, request);
    speaker.status("busy", header);
    switch (type) {
      case "complete_request":
      case "inspect_request":
      case "is_complete_request": {
        const question = type.replace(/_request$/, "") as Question;
        questions.ask(question, request, (answered) => {
          reply(`${question}_reply`, answered);
          finish(request);
        });
        return;
      }
      case "kernel_info_request":
        reply("kernel_info_reply", kernelInfo);
        break;
      case "history_request":
        reply("history_reply", history.answer(content));
        break;
      case "comm_info_request":
        reply("comm_info_reply", { status: "ok", comms: {} });
        break;
      case "comm_open":
        speaker.publish("comm_close", header, {
          comm_id: content["comm_id"],
          data: { error: noComms },
        });
        speaker.stream("stderr", header, `${noComms}\n`);
        break;
      case "interrupt_request":
        interrupter.request();
        reply("interrupt_reply", { status: "ok" });
        break;
      case "shutdown_request":
        reply("shutdown_reply", { status: "ok", restart: content["restart"] === true });
        post({ type: "shutdown" });
        setTimeout(() => process.kill(process.pid, "SIGKILL"), shutdownMilliseconds);
        break;
      default:
        if (type.endsWith("_request")) reply(type.replace(/_request$/, "_reply"), refusal(type));
    }
    finish(request);
  };

  speaker.status("starting", undefined);
  return {
    shell: (request) => {
      if (request.header.msg_type === "execute_request") cells.add(request);
      else answer("shell", request);
    },
    control: (request) => answer("control", request),
    hear: (news) => {
      if (typeof news === "string") passText(news, cells, speaker);
      else if (news.type === "ready") cells.open();
      else if (news.type === "output") {
        const { cell, kind, content, displayId } = news;
        const parent = cells.parentOf(cell);
        speaker.show({ kind, parent, content, ...(displayId === undefined ? {} : { displayId }) });
      } else if (news.type === "done") cells.end(news.cell, news.error);
      else if (news.type === "answer") questions.answer(news.id, news.content);
      else if (news.type === "heard") interrupter.heard();
      else if (news.type === "signalled") interrupter.request();
    },
    close: () => speaker.flush(),
  };
}

/** Text of a cell comes as `1` or `2` for its stream, the cell's number, a colon, and the text. */
function passText(news: string, cells: CellDesk, speaker: Speaker): void {
  const colon = news.indexOf(":");
  const parent = cells.parentOf(Number(news.slice(1, colon)));
  speaker.stream(news.startsWith("1") ? "stdout" : "stderr", parent, news.slice(colon + 1));
}
