import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { finished, makeProject, until, type Project } from "./project";

const requirements = "# why\njupyterlab==4.6.6\nplotly==7.1.0\n";

/** Python as `npm run lab` uses it: `venv` makes an environment whose own Python is the one of the stand-in. */
const standInForPython = `
case "$*" in
  --version) echo "Python 3.11.0"; exit 0;;
  "-c import venv") exit 0;;
  "-m pip --version") echo "pip 24.0 from somewhere"; exit 0;;
esac
case "$2 $3" in
  "venv --without-pip")
    echo "venv" >> "$CALLS"; mkdir -p "$4/bin"; cp "$0" "$4/bin/python.real"; ln -s python.real "$4/bin/python";;
  "jupyter lab")
    shift 3; echo "lab $*" >> "$CALLS"; echo "$JUPYTER_PATH" > "$CALLS.path"
    if [ -n "$WAIT" ]; then trap 'exit 0' TERM INT; touch "$CALLS.waits"; while :; do sleep 0.05; done; fi
    exit 7;;
  *)
    case " $* " in *" install "*) echo "pip install" >> "$CALLS";;
    *) while [ $# -gt 0 ]; do if [ "$1" = --dest ]; then dest=$2; fi; shift; done
       mkdir -p "$dest" && cp "$WHEEL" "$dest/tensorflow.whl";; esac;;
esac`;

const standInForKernel = `
exports.KernelInputError = class extends Error {};
exports.installKernel = ({ prefix }) =>
  require("node:fs").appendFileSync(process.env.CALLS, "kernel " + require("node:path").basename(prefix) + "\\n");
`;

describe("runtime/lab", function () {
  this.timeout(60_000);
  let project: Project;
  beforeEach(async function () {
    if (process.platform !== "linux") this.skip();
    project = makeProject();
    project.write("notebooks/requirements.txt", requirements);
    project.tool("python3", standInForPython);
    const { code, stderr } = await project.run("setup");
    assert.equal(code, 0, stderr);
    project.write("dist/kernel/index.js", standInForKernel);
    fs.rmSync(project.path("calls"));
  });
  afterEach(() => project.remove());

  const environment = (): string => {
    const [name] = fs.readdirSync(project.cache).filter((each) => /^jupyter-\w+$/.test(each));
    return path.join(project.cache, name ?? "none");
  };

  it("makes the environment, installs the kernel, and opens JupyterLab on the notebooks", async () => {
    const { code, stderr } = await project.run("lab", "--no-browser", "--port=1234");
    assert.equal(code, 7, stderr);
    const [venv, pip, ...rest] = project.calls();
    assert.deepEqual([venv, pip], ["venv", "pip install"]);
    assert.deepEqual(rest.slice(0, 2), [
      `kernel ${path.basename(environment())}`,
      "kernel jupyter",
    ]);
    const lab = rest[2] ?? "";
    assert.ok(lab.startsWith(`lab --ServerApp.root_dir=${project.path("notebooks")} `), lab);
    assert.ok(lab.endsWith(" --no-browser --port=1234"), lab);
    // The kernel of this checkout comes first, before one that another checkout has put into the same environment.
    const own = project.path(".cache/jupyter/share/jupyter");
    assert.equal(fs.readFileSync(project.path("calls.path"), "utf8").trim(), own);
  });

  it("does nothing twice, and all again when the list or the Python has changed", async () => {
    await project.run("lab");
    const again = await project.run("lab");
    assert.equal(again.stderr, "");
    const made = (): number => project.calls().filter((call) => call === "venv").length;
    assert.equal(made(), 1);
    fs.rmSync(path.join(environment(), "bin/python.real"));
    assert.match((await project.run("lab")).stderr, /its Python .* is gone/);
    assert.equal(made(), 2);
    project.write("notebooks/requirements.txt", "jupyterlab==5\n");
    await project.run("lab");
    assert.equal(made(), 3);
  });

  it("goes on after a stop in the middle", async () => {
    const pip = `case " $* " in *" install "*) exit 1;; esac`;
    project.tool("python3", pip + standInForPython);
    assert.equal((await project.run("lab")).code, 1);
    project.tool("python3", standInForPython);
    assert.equal((await project.run("lab")).code, 7);
  });

  it("hands a stop on to JupyterLab and ends with it", async () => {
    project.env["WAIT"] = "1";
    const lab = project.start("lab");
    const end = finished(lab);
    await until(() => fs.existsSync(project.path("calls.waits")));
    lab.kill("SIGINT");
    assert.equal((await end).code, 0);
  });

  const failures: readonly (readonly [title: string, script: string, sentence: RegExp])[] = [
    ["no Python", "", /^Notebooks need Python 3 and none was found: install it \(.*apt install/],
    [
      "an old Python",
      `[ "$1" = --version ] && echo "Python 3.9.2"`,
      /^Notebooks need Python 3\.10 or newer and ".*python3" is 3\.9\.2:/,
    ],
    [
      "no pip",
      `[ "$2" = pip ] && exit 1`,
      /^".*python3" is here, but no pip: install it \(.*apt install python3-pip/,
    ],
    [
      "an old pip",
      `[ "$3" = --version ] && echo "pip 20.3 from somewhere" && exit 0`,
      /^Notebooks need pip 22\.3 or newer and ".* -m pip" is 20\.3: update it/,
    ],
    [
      "no module venv",
      `[ "$1" = -c ] && exit 1`,
      /^Python 3\.11\.0 is here, but not its module venv: install it \(.*python3-venv\)/,
    ],
    [
      "no network",
      `case " $* " in *" install "*) echo "NewConnectionError: Connection refused"; exit 1;; esac`,
      /^Python's package registry cannot be reached: check the network/,
    ],
    [
      "a registry without the package",
      `case " $* " in *" install "*) echo "ERROR: No matching distribution found for jupyterlab==4.6.6" >&2; exit 1;; esac`,
      /^Python's package registry offers no jupyterlab==4\.6\.6 for this Python/,
    ],
  ];
  for (const [title, script, sentence] of failures) {
    it(`says in one sentence what to do where there is ${title}`, async () => {
      if (script === "") project.removeTool("python3");
      else project.tool("python3", script + standInForPython);
      const { code, stderr } = await project.run("lab");
      assert.equal(code, 1, stderr);
      assert.match(stderr.trim().split("\n").at(-1) ?? "", sentence);
      assert.doesNotMatch(stderr, /\n {4}at /);
    });
  }
});
