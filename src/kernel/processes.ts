import { execFileSync } from "node:child_process";
import * as fs from "node:fs";

/** Milliseconds that children get to end by themselves. */
const farewell = 200;
const checkEvery = 10;

/** Sends a signal to all processes that this one has started, and that those have. */
export function signalChildren(signal: NodeJS.Signals): number {
  const children = childrenOfThis();
  for (const child of children) {
    try {
      process.kill(child, signal);
    } catch {
      // It has ended by itself.
    }
  }
  return children.length;
}

/** Ends all children, first by asking. */
export function endChildren(): void {
  if (signalChildren("SIGTERM") === 0) return;
  const wait = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; waited < farewell && childrenOfThis().length > 0; waited += checkEvery)
    Atomics.wait(wait, 0, 0, checkEvery);
  signalChildren("SIGKILL");
}

interface Process {
  readonly id: number;
  readonly parent: number;
  readonly group: number;
}

function childrenOfThis(): number[] {
  if (process.platform === "win32") return [];
  const all = fs.existsSync("/proc/self/stat") ? fromProc() : fromPs();
  const own = process.pid;
  const found = new Set<number>();
  // Jupyter makes the kernel the leader of a group, in which orphans stay.
  for (const { id, group } of all) if (group === own && id !== own) found.add(id);
  const queue = [own];
  for (let next = queue.pop(); next !== undefined; next = queue.pop())
    for (const { id, parent } of all)
      if (parent === next && !found.has(id)) {
        found.add(id);
        queue.push(id);
      }
  return [...found];
}

/** All processes that have not ended, from Linux. */
function fromProc(): Process[] {
  return fs.readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = fs.readFileSync(`/proc/${name}/stat`, "latin1");
      // The name in parentheses may hold anything.
      const [state, parent, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (state === "Z") return [];
      return { id: Number(name), parent: Number(parent), group: Number(group) };
    } catch {
      return [];
    }
  });
}

function fromPs(): Process[] {
  const columns = ["-axo", "pid=,ppid=,pgid=,stat=,comm="];
  const table = execFileSync("ps", columns, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return table.split("\n").flatMap((line) => {
    const [id, parent, group, state = "Z", command] = line.trim().split(/\s+/);
    // The program that lists them is one of them.
    if (state.startsWith("Z") || command === "ps") return [];
    return { id: Number(id), parent: Number(parent), group: Number(group) };
  });
}
