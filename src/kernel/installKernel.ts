import * as fs from "node:fs";
import * as path from "node:path";
import { InputError } from "./inputError";
import { rememberKernel } from "./installations";
import { kernelsFolder, type KernelPlace } from "./kernelPlaces";

/** The name under which a kernel is installed unless another is given. */
export const defaultKernelName = "fewscope";

/** Where a kernel is installed, and under which name. */
export interface InstallKernelOptions extends KernelPlace {
  /** Letters, digits, dots, dashes and underscores. @default "fewscope" */
  readonly name?: string;
}

/** A kernel of ours that Jupyter can find. */
export interface InstalledKernel {
  readonly name: string;
  /** Holds its kernel.json. */
  readonly folder: string;
  readonly displayName: string;
  /** The script that it starts. */
  readonly launcher: string;
  /** False if that script is gone, for example with a folder that was moved. */
  readonly works: boolean;
}

/**
 * Tells Jupyter of this kernel: writes a kernelspec that names this node and this copy of fewscope by their paths. Replaces
 * one of the same name.
 * @throws InputError if the name is not one, the project is not built, or the place cannot be written
 * @see https://jupyter-client.readthedocs.io/en/stable/kernels.html#kernel-specs
 */
export function installKernel(options: InstallKernelOptions = {}): InstalledKernel {
  const { name = defaultKernelName } = options;
  const folder = path.join(kernelsFolder(options), checkName(name));
  const launcher = launcherFile();
  if (!fs.existsSync(launcher))
    throw new InputError({
      got: `a project without "${launcher}"`,
      expected: "a built project",
      todo: `Run "npm run build" first.`,
    });
  const displayName = name === defaultKernelName ? "fewscope" : `fewscope (${name})`;
  const spec = {
    argv: [process.execPath, launcher, "{connection_file}"],
    display_name: displayName,
    language: "typescript",
    // A signal would not reach a thread that is busy; a message does.
    interrupt_mode: "message",
    metadata: { fewscope: { launcher } },
  };
  writeWhole(path.join(folder, "kernel.json"), `${JSON.stringify(spec, null, 2)}\n`);
  rememberKernel(folder);
  return { name, folder, displayName, launcher, works: true };
}

/** The built script that a kernel starts. */
export function launcherFile(): string {
  return path.resolve(__dirname, "..", "..", "dist", "kernel", "launch.js");
}

/**
 * Checks a kernel's name, which is a folder's too.
 * @throws InputError
 */
export function checkName(name: string): string {
  if (/^[a-z0-9._-]+$/i.test(name) && !/^\.+$/.test(name)) return name;
  throw new InputError({
    got: `the kernel name "${name}"`,
    expected: "letters, digits, dots, dashes and underscores",
    todo: `Choose another name, for example "${defaultKernelName}".`,
  });
}

/** Writes a file so that it is there whole or not at all. */
function writeWhole(file: string, content: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(temporary, content, { flush: true });
    fs.renameSync(temporary, file);
  } catch (cause) {
    fs.rmSync(temporary, { force: true });
    throw new InputError(
      {
        got: `"${file}", which cannot be written (${cause instanceof Error ? cause.message : String(cause)})`,
        expected: "a folder that you may write to",
        todo: "Give the prefix of your own environment, or install for your user.",
      },
      { cause },
    );
  }
}
