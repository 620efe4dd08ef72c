import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as path from "node:path";

/** As built, since it starts sooner. */
const main = path.join(__dirname, "..", "..", "dist", "cli", "main.js");

/** The help of a command, named by its words. */
function help(words: readonly string[]): string {
  const run = spawnSync(process.execPath, [main, ...words, "--help"], {
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  assert.equal(run.status, 0, run.stderr);
  return run.stdout;
}

/** Names below "Commands:" in a help text. */
function commandsIn(text: string): string[] {
  const list = /\nCommands:\n([\s\S]*?)(?:\n\n|$)/.exec(text)?.[1] ?? "";
  return [...list.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name]) => name);
}

describe("cli/help", function () {
  this.timeout(300_000);

  it("ends with an example of every command, whose options there are", () => {
    const seen: string[] = [];
    const visit = (words: readonly string[]): void => {
      const text = help(words);
      const below = commandsIn(text).filter((name) => name !== "help");
      const name = words.join(" ");
      if (below.length === 0 || name === "study") {
        const examples = /\nExamples?:\n([\s\S]*)$/.exec(text)?.[1] ?? "";
        const own = examples.split("\n").filter((line) => line.startsWith(`  fewscope ${name} `));
        assert.ok(examples.includes(`  fewscope ${name}`), `${name} shows no example`);
        const options = text.slice(0, text.indexOf("\nExample"));
        for (const line of own)
          for (const [, option] of line.matchAll(/ (--[a-z-]+)/g))
            assert.ok(options.includes(option), `${line}: there is no ${option}`);
        seen.push(name);
      }
      for (const next of below) visit([...words, next]);
    };
    visit([]);
    assert.ok(seen.length >= 20, `${seen.length} commands`);
  });
});
