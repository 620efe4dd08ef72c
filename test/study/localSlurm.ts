import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import { createServer } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import type { AddressInfo } from "node:net";

/** A Slurm of two nodes on this machine, of its own ports and folders. */
export interface LocalSlurm {
  /** What its commands need in their environment. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs one of its commands and gives what it printed. */
  run(command: string, ...words: string[]): string;
  stop(): Promise<void>;
}

/** Whether a Slurm can be started here: its programs are there, this is the user that they want, and nobody said no with FEWSCOPE_SLURM=0. */
export function hasSlurm(): boolean {
  if (process.env["FEWSCOPE_SLURM"] === "0") return false;
  const programs = ["munged", "slurmctld", "slurmd", "sbatch"];
  const there = programs.every((name) => spawnSync("which", [name]).status === 0);
  return there && process.getuid?.() === 0;
}

/** Starts Slurm: what keeps its messages honest, its controller and two nodes of two processors each, n1 and n2. */
export async function startSlurm(folder: string): Promise<LocalSlurm> {
  const conf = path.join(folder, "slurm.conf");
  const socket = path.join(folder, "munge.socket");
  const ports = await freePorts(3);
  fs.writeFileSync(conf, configuration(folder, socket, ports));
  fs.writeFileSync(path.join(folder, "munge.key"), crypto.randomBytes(128), { mode: 0o400 });
  for (const name of ["state", "n1", "n2"]) fs.mkdirSync(path.join(folder, name));
  const env = { ...process.env, SLURM_CONF: conf };
  const children: ChildProcess[] = [];
  const start = (command: string, ...words: string[]): void => {
    const log = fs.openSync(path.join(folder, `${command}-${children.length}.log`), "a");
    children.push(spawn(command, words, { env, stdio: ["ignore", log, log] }));
    fs.closeSync(log);
  };
  const run = (command: string, ...words: string[]): string =>
    spawnSync(command, words, { env, encoding: "utf8" }).stdout;
  const stop = async (): Promise<void> => {
    for (const child of children.reverse()) await endOf(child);
  };
  const munge = (name: string): string => path.join(folder, `munge.${name}`);
  start("munged", "--foreground", "--force", `--socket=${socket}`, `--key-file=${munge("key")}`, `--log-file=${munge("log")}`, `--pid-file=${munge("pid")}`, `--seed-file=${munge("seed")}`); // prettier-ignore
  await until("a socket of munged", () => fs.existsSync(socket));
  start("slurmctld", "-D", "-i", "-f", conf);
  for (const node of ["n1", "n2"]) start("slurmd", "-D", "-N", node, "-f", conf);
  try {
    const idle = (): number => run("sinfo", "--noheader", "--Node", "--format=%T").split("idle").length - 1; // prettier-ignore
    await until("two idle nodes", () => idle() === 2);
  } catch (error) {
    await stop();
    throw error;
  }
  return { env, run, stop };
}

function configuration(folder: string, socket: string, ports: readonly number[]): string {
  const node = (name: string, port: number): string =>
    `NodeName=${name} NodeHostname=${os.hostname()} NodeAddr=127.0.0.1 Port=${port} CPUs=2 State=UNKNOWN`;
  return `ClusterName=test
SlurmctldHost=${os.hostname()}(127.0.0.1)
SlurmctldPort=${ports[0]}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=${socket}
CryptoType=crypto/munge
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/%n
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SchedulerParameters=requeue_setup_env_fail,sched_interval=1,bf_interval=1,batch_sched_delay=0
MinJobAge=2
KillWait=5
${node("n1", ports[1])}
${node("n2", ports[2])}
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
`;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(servers.map((one) => new Promise<void>((done) => one.listen(0, "127.0.0.1", done)))); // prettier-ignore
  const ports = servers.map((one) => (one.address() as AddressInfo).port);
  await Promise.all(servers.map((one) => new Promise((done) => one.close(done))));
  return ports;
}

/** Waits until something is so. */
export async function until(
  what: string | (() => string),
  isSo: () => boolean,
  seconds = 60,
): Promise<void> {
  const last = Date.now() + 1000 * seconds;
  while (!isSo()) {
    if (Date.now() > last) {
      throw new Error(
        `Waited ${seconds} s in vain for ${typeof what === "string" ? what : what()}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Ends a process: asks it first, and makes it ten seconds later. */
async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await gone;
  clearTimeout(timer);
}
