import { lastAtMost } from "./lastAtMost";

/** Changes to a text, gathered while its tree is walked. */
export interface Edits {
  /** Puts text before what begins here, inside of what was put before it earlier. */
  before(position: number, text: string): void;
  /** Puts text behind what ends here, outside of what was put behind it earlier. */
  after(position: number, text: string): void;
  /** Puts text in place of a part. Nothing may be changed within that part. */
  replace(start: number, end: number, text: string): void;
  /** Asks where the text of a node will be: call `begin` before its inner parts are changed, `finish` after. */
  span(start: number, end: number): Span;
  readonly changed: () => boolean;
  apply(): Edited;
}

/** A part of a text before and after the changes. */
export interface Span {
  finish(): void;
}

/** A text after its changes. */
export interface Edited {
  readonly code: string;
  /** The offset in the text before the changes that an offset in this one comes from. */
  source(offset: number): number;
  /** Changed parts that were asked for: how they read now, and how they read before. */
  readonly spans: ReadonlyMap<string, string>;
}

type Piece = string | ((offset: number) => void);

interface Place {
  /** Behind what ends here. */
  readonly behind: Piece[];
  /** Before what begins here. */
  readonly ahead: Piece[];
  /** End of the part that is left out from here on. */
  skipTo: number;
}

/** Changes to this text. Places that are not changed keep their order, so that the way back is known. */
export function createEdits(text: string): Edits {
  const places = new Map<number, Place>();
  const spans: { start: number; end: number; from: number; to: number }[] = [];
  let isChanged = false;
  const at = (position: number): Place => {
    const known = places.get(position);
    if (known !== undefined) return known;
    const made: Place = { behind: [], ahead: [], skipTo: position };
    places.set(position, made);
    return made;
  };

  return {
    before: (position, added) => {
      isChanged = true;
      at(position).ahead.push(added);
    },
    after: (position, added) => {
      isChanged = true;
      at(position).behind.push(added);
    },
    replace: (start, end, added) => {
      isChanged = true;
      const place = at(start);
      place.ahead.push(added);
      place.skipTo = end;
    },
    span: (start, end) => {
      const span = { start, end, from: 0, to: 0 };
      at(start).ahead.push((offset) => (span.from = offset));
      return {
        finish: () => {
          spans.push(span);
          at(end).behind.push((offset) => (span.to = offset));
        },
      };
    },
    changed: () => isChanged,
    apply: () => {
      const { code, generated, written } = write(text, places);
      const texts = new Map<string, string>();
      for (const { start, end, from, to } of spans) {
        const [now, then] = [code.slice(from, to), text.slice(start, end)];
        if (now !== then) texts.set(now, then);
      }
      return {
        code,
        spans: texts,
        source: (offset) => {
          const piece = lastAtMost(generated, offset);
          const from = generated[piece] ?? 0;
          const start = written[piece] ?? 0;
          // Text that was put in comes from where it was put.
          return Math.min(start + offset - from, written[piece + 1] ?? text.length);
        },
      };
    },
  };
}

/** Pieces of the text in order, and where each of them begins now and began before. */
function write(
  text: string,
  places: ReadonlyMap<number, Place>,
): { code: string; generated: number[]; written: number[] } {
  const generated = [0];
  const written = [0];
  let code = "";
  let from = 0;
  const put = (pieces: readonly Piece[]): void => {
    for (const piece of pieces) {
      if (typeof piece === "string") code += piece;
      else piece(code.length);
    }
  };
  for (const [position, { behind, ahead, skipTo }] of [...places].sort(([a], [b]) => a - b)) {
    code += text.slice(from, position);
    generated.push(code.length);
    written.push(position);
    put(behind);
    put(ahead);
    from = Math.max(from, position, skipTo);
    generated.push(code.length);
    written.push(from);
  }
  return { code: code + text.slice(from), generated, written };
}
