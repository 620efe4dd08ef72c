import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { cacheFolder, dawnVersion } from "../../src/core";
import { projectFolder } from "../sourceImports";

/** Where Chromium and its kin lie, which bring a GPU in software with them. */
const browsers = [
  "/usr/lib/chromium",
  "/usr/lib/chromium-browser",
  "/usr/lib64/chromium-browser",
  "/opt/google/chrome",
];

/** What makes WebGPU find a GPU in software and no other; undefined where there is none, or WebGPU is not set up. */
export function gpuInSoftware(): NodeJS.ProcessEnv | undefined {
  if (!fs.existsSync(path.join(cacheFolder(), `webgpu-${dawnVersion}`))) return undefined;
  const folder = browsers.find((each) => fs.existsSync(path.join(each, "vk_swiftshader_icd.json")));
  if (folder === undefined) return undefined;
  const libraries = [folder, process.env["LD_LIBRARY_PATH"]].filter(Boolean).join(path.delimiter);
  return {
    VK_ICD_FILENAMES: path.join(folder, "vk_swiftshader_icd.json"),
    VK_DRIVER_FILES: path.join(folder, "vk_swiftshader_icd.json"),
    LD_LIBRARY_PATH: libraries,
  };
}

/** What a program said, and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of the tests in a process of its own, where libraries are found that this one has not looked for when it was started. */
export function runProgram(file: string, words: readonly string[], env: NodeJS.ProcessEnv): Ended {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", path.join(projectFolder, "test", file), ...words],
    { cwd: projectFolder, encoding: "utf8", env: { ...process.env, ...env } },
  );
  return { code: status, stdout, stderr };
}

/** What a program told as JSON in its last line. @throws Error with what it said, if it failed */
export function toldBy<T>({ code, stdout, stderr }: Ended): T {
  if (code !== 0) throw new Error(`the program ended with ${code ?? "a signal"}: ${stdout}${stderr}`); // prettier-ignore
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as T;
}
