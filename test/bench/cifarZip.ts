import * as path from "node:path";

/** Where CIFAR-10 lies, if it is there: in the folder that FEWSCOPE_DATA names. */
export function cifarZip(): string {
  const data =
    process.env["FEWSCOPE_DATA"] ?? path.join(__dirname, "..", "..", "..", "shared", "data");
  return path.join(data, "cifar10", "cifar10-jpeg.zip");
}
