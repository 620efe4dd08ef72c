import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { runtimePart } from "../../runtime/project";
import { lastLine } from "../peer";

interface PythonEnvironment {
  readonly name: string;
  readonly what: string;
  readonly who: string;
  readonly requirementsFile: string;
  readonly neededBytes: number;
  readonly duration: string;
  readonly oldestPython: readonly [major: number, minor: number];
}

const runtime = runtimePart("pythonEnvironment.js") as {
  environmentFolder: (wanted: PythonEnvironment) => string;
  environmentState: (wanted: PythonEnvironment) => { status: string };
  installEnvironment: (wanted: PythonEnvironment) => Promise<string>;
  pythonOf: (folder: string) => string;
};

const peers: PythonEnvironment = {
  name: "peers",
  what: "the peers",
  who: "The peers need",
  requirementsFile: path.join(__dirname, "..", "peers", "requirements.txt"),
  // PyTorch brings what a graphics card needs, unless pip is told of a registry that has it without.
  neededBytes: 8e9,
  duration: "some minutes",
  // That of scikit-learn and NumPy.
  oldestPython: [3, 11],
};

/** Makes the environment of the peers in the cache, unless it is there. @returns its Python */
export async function installPeers(): Promise<string> {
  return runtime.pythonOf(await runtime.installEnvironment(peers));
}

/** The Python of the peers, if they are set up. */
export function peersPython(): string | undefined {
  if (runtime.environmentState(peers).status !== "ok") return undefined;
  return runtime.pythonOf(runtime.environmentFolder(peers));
}

/** Versions of what the peers are made of: "torch 2.9.1"; undefined for what a Python lacks. */
export function peerVersions(python: string): ReadonlyMap<string, string | undefined> {
  const names = fs.readFileSync(peers.requirementsFile, "utf8").match(/^[a-z-]+(?===)/gm) ?? [];
  const code = `import importlib.metadata as m, json
def version(name):
    try: return m.version(name)
    except m.PackageNotFoundError: return None
print(json.dumps({name: version(name) for name in ${JSON.stringify(names)}}))`;
  const { stdout, status } = spawnSync(python, ["-c", code], { encoding: "utf8" });
  const found = (status === 0 ? lastLine(stdout) : {}) as Record<string, string | null>;
  return new Map(names.map((name) => [name, found[name] ?? undefined]));
}
