import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { writeGwy } from "../../src/formats";
import { bumpScan } from "../session/bumps";

const main = path.join(__dirname, "..", "..", "src", "cli", "main.ts");

describe("fewscope label", function () {
  this.timeout(120_000);
  let folder: string;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-label-command-"));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  /** Starts the command, asks its page once where it opens one, ends it, and gives what it said. */
  const run = async (...words: string[]): Promise<{ text: string; code: number | null }> => {
    const child = spawn(process.execPath, ["--import", "tsx", main, "label", ...words], {
      cwd: path.join(__dirname, "..", ".."),
    });
    let text = "";
    const hear = async (chunk: Buffer): Promise<void> => {
      text += chunk.toString();
      const url = /Open (\S+)\n[^]*Ctrl-C/.exec(text)?.[1];
      if (url === undefined) return;
      const page = await fetch(url);
      text += `page ${page.status}\n`;
      child.kill("SIGINT");
    };
    child.stdout.on("data", (chunk: Buffer) => void hear(chunk));
    child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
    const [code] = (await once(child, "close")) as [number | null];
    return { text, code };
  };

  it("finds features, serves the page and ends at Ctrl-C with nothing held", async () => {
    const file = path.join(folder, "scan.gwy");
    fs.writeFileSync(file, writeGwy(bumpScan(1).scan));
    const out = path.join(folder, "labels");
    const { text, code } = await run(
      file,
      "--out",
      out,
      "--size-nm",
      "4",
      "--method",
      "threshold",
      "--no-lattice",
    );
    assert.match(text, /\d\d features of 1 scan; labels are kept in/);
    assert.match(text, /page 200/);
    assert.equal(code, 0, text);
    assert.deepEqual(
      fs.readdirSync(out).filter((name) => name.endsWith(".lock")),
      [],
    );
    // The next one is where the page of this one was.
    const again = await run(
      file,
      "--out",
      out,
      "--size-nm",
      "4",
      "--method",
      "threshold",
      "--no-lattice",
    );
    const portOf = (said: string): string | undefined => /127\.0\.0\.1:(\d+)/.exec(said)?.[1];
    assert.equal(portOf(again.text), portOf(text));
  });

  it("tells what is wrong in words", async () => {
    const { text, code } = await run(path.join(folder, "none.sxm"));
    assert.equal(code, 1);
    assert.match(text, /^Got .*none\.sxm.*no such file/s);
    assert.doesNotMatch(text, /\n\s+at /);
  });
});
