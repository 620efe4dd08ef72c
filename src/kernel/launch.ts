import { writeSync } from "node:fs";
import { takeDescriptors } from "./descriptors";
import type * as kernel from "./kernel";

/*
 * The kernel's process: node launch.js CONNECTION_FILE, started by Jupyter in the notebook's folder.
 */
const [, , connectionFile] = process.argv;
if (connectionFile === undefined) {
  writeSync(2, "Got no connection file. Jupyter starts this program; see `fewscope kernel`.\n");
  process.exitCode = 2;
} else {
  // Before anything else opens a file or starts a thread.
  const descriptors = takeDescriptors();
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded behind the line above
  const { startKernel } = require("./kernel") as typeof kernel;
  startKernel(connectionFile, descriptors);
}
