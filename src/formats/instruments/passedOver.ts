import { InputError, type Scan } from "../../core";

/** Metadata entry with a word on each member of a file that is not read; writers leave it out. */
export const passedOverKey = "fewscope.passed_over";

/** Reads members of a file one by one, and keeps a word on each that cannot be read. */
export interface Members {
  /** What `read` gives; undefined, with a word kept, where it refuses. */
  attempt<T>(member: string, read: () => T): T | undefined;
  /** Keeps a word on a member that is not even tried. */
  pass(member: string, why: string): void;
  /**
   * The scans, with the words in their metadata.
   * @throws InputError with the first refusal, or with `empty` where there was none, if there is no scan
   */
  finish(scans: readonly Scan[], empty: () => InputError): Scan[];
}

/** One odd member must not make a whole file unreadable; of a single member it is the error. */
export function members(): Members {
  const words: string[] = [];
  let first: InputError | undefined;
  return {
    attempt: (member, read) => {
      try {
        return read();
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        first ??= error;
        words.push(`${member}: ${reason(error)}`);
        return undefined;
      }
    },
    pass: (member, why) => void words.push(`${member}: ${why}`),
    finish: (scans, empty) => {
      if (scans.length === 0) throw first ?? empty();
      if (words.length === 0) return [...scans];
      const shown = words.slice(0, 20);
      if (words.length > shown.length) shown.push(`and ${words.length - shown.length} more`);
      return scans.map((scan) => ({
        ...scan,
        metadata: { ...scan.metadata, [passedOverKey]: shown.join("; ") },
      }));
    },
  };
}

/** What was wrong, without the file's name, which stands in front of it anyway. */
function reason({ got }: InputError): string {
  return got.replace(/^("[^"]*"|these bytes), /, "");
}
