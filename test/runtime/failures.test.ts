import assert from "node:assert/strict";
import * as fs from "node:fs";
import { makeProject, type Project } from "./project";

describe("runtime/failures", function () {
  // Each test starts some processes, which takes its time on a busy machine.
  this.timeout(60_000);
  let project: Project;
  beforeEach(function () {
    if (process.platform !== "linux") this.skip();
    project = makeProject();
  });
  afterEach(() => project.remove());

  /** The set-up fails with one sentence, leaves nothing half-made, and works once the reason is gone. */
  async function failsWith(sentence: RegExp): Promise<void> {
    const { code, stdout, stderr } = await project.run("setup");
    assert.equal(code, 1, stdout + stderr);
    const last = stderr.trim().split("\n").at(-1) ?? "";
    assert.match(last, sentence);
    assert.doesNotMatch(stderr, /\n {4}at /);
    assert.ok(!fs.existsSync(project.path(".cache/setup.lock")));
  }

  const pipThatSays = (words: string): string =>
    `if [ "$3" = --version ]; then echo "pip 24.0"; exit 0; fi\necho "${words}" >&2; exit 1`;

  it("says what to install where there is no compiler, before any download", async () => {
    project.removeTool("g++");
    await failsWith(/^No C\+\+ compiler was found .* install one .*apt install g\+\+/);
    assert.deepEqual(project.calls(), []);
  });

  it("says what to install where there is no Python, or no pip in it", async () => {
    project.removeTool("python3");
    await failsWith(/^Python 3 with pip was not found: install it .*apt install python3-pip/);
    project.tool("python3", `[ "$1" = --version ] && echo "Python 3.11.0" && exit 0; exit 1`);
    await failsWith(/^Python 3\.11\.0 is here, but its pip was not found: install it/);
  });

  it("takes pip as a program of its own", async () => {
    const script = fs.readFileSync(project.path("bin/python3"), "utf8");
    project.tool("pip3", `set -- -m pip "$@"\n${script}`);
    project.removeTool("python3");
    assert.equal((await project.run("setup")).code, 0);
  });

  it("says so when Python's registry cannot be reached or lacks the package", async () => {
    project.tool(
      "python3",
      pipThatSays(
        "Retrying after NewConnectionError: Connection refused; No matching distribution",
      ),
    );
    await failsWith(
      /^Python's package registry cannot be reached: check the network and the proxy/,
    );
    project.tool("python3", pipThatSays("ERROR: No matching distribution found for tensorflow"));
    await failsWith(
      /^Python's package registry offers no tensorflow\S* 2\.21\.0 for this platform/,
    );
    project.tool("python3", pipThatSays("ERROR: something new"));
    await failsWith(/^pip could not download .*\(something new\)/);
    assert.deepEqual(
      fs.readdirSync(project.cache).filter((name) => name.endsWith(".tmp")),
      [],
    );
  });

  it("says so when the disk is full", async () => {
    project.tool("python3", pipThatSays("OSError: [Errno 28] No space left on device"));
    await failsWith(
      /^The disk that holds ".*cache" is full: free some space, or set FEWSCOPE_CACHE/,
    );
  });

  it("says so when the cache cannot be written", async () => {
    project.write("cache", "a file where the folder should be");
    await failsWith(/cache" cannot be written .* set FEWSCOPE_CACHE to a folder/);
  });

  it("shows the compiler's words when it fails", async () => {
    project.tool("g++", `echo "fatal error: string_view" >&2; exit 1`);
    const { stderr } = await project.run("setup");
    assert.match(stderr, /fatal error: string_view/);
    await failsWith(/g\+\+ could not compile the binding .* install g\+\+ 8 or newer/);
  });

  it("says so when the library does not load", async () => {
    project.write(
      "node_modules/@tensorflow/tfjs-node/index.js",
      'throw new Error("version GLIBC_2.38 not found");',
    );
    await failsWith(/in place but does not load \(version GLIBC_2\.38 not found\)/);
  });

  it("says so when npm cannot reach its registry, has no space, or its lists do not fit", async () => {
    project.write("node_modules/.package-lock.json", '{"packages":{}}');
    const npmSays = (words: string): void =>
      project.write("bin/npm-cli.js", `console.error(${JSON.stringify(words)}); process.exit(1);`);
    npmSays("npm error request to http://host/a failed, reason: connect ECONNREFUSED");
    await failsWith(/^npm's package registry cannot be reached: check the network/);
    npmSays("npm error code ENOSPC");
    await failsWith(/^The disk that holds ".*node_modules" is full/);
    npmSays(
      "npm error `npm ci` can only install packages when your package.json and package-lock.json are in sync",
    );
    await failsWith(/^package\.json and package-lock\.json do not fit together: run "npm install"/);
    // npm calls this a success.
    project.write(
      "bin/npm-cli.js",
      `console.error("npm warn tar TAR_ENTRY_ERROR ENOSPC: no space left on device, write");
       require("node:fs").writeFileSync("node_modules/.package-lock.json", "{}");`,
    );
    await failsWith(/^The disk that holds ".*node_modules" is full: free some space and run/);
    npmSays("npm error something new");
    await failsWith(/^npm could not install the packages \(npm error something new\)/);
  });

  it("shows TypeScript's words when the build fails", async () => {
    project.write("src/index.ts", "MISTAKE");
    const { stderr } = await project.run("demo");
    assert.match(stderr, /error TS1: mistake/);
    await failsWith(/^The build failed: mend what TypeScript says above/);
  });
});
