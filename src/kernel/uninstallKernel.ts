import * as fs from "node:fs";
import * as path from "node:path";
import { InputError } from "./inputError";
import { checkName, defaultKernelName, type InstallKernelOptions } from "./installKernel";
import { kernelsFolder } from "./kernelPlaces";
import { listKernels, readKernel } from "./listKernels";

/**
 * Takes a kernel of fewscope away from Jupyter. Gives the folder that was removed.
 * @throws InputError if there is no such kernel of ours in that place
 */
export function uninstallKernel(options: InstallKernelOptions = {}): string {
  const { name = defaultKernelName } = options;
  const folder = path.join(kernelsFolder(options), checkName(name));
  if (readKernel(folder) === undefined) {
    const others = listKernels(options).map((kernel) => kernel.folder);
    throw new InputError({
      got: `"${folder}", which is no kernel of fewscope`,
      expected:
        others.length === 0 ? "an installed kernel; there is none" : `one of ${others.join(", ")}`,
      todo: "Give the name and the place that it was installed with.",
    });
  }
  fs.rmSync(folder, { recursive: true });
  return folder;
}
