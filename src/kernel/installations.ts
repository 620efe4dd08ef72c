import * as fs from "node:fs";
import * as path from "node:path";

/** Where this copy of fewscope notes the kernels that start it. */
const record = (): string => path.resolve(__dirname, "..", "..", ".cache", "kernels.json");

/** Folders of kernels that were installed from here and are still there, wherever that was. */
export function rememberedKernels(): string[] {
  try {
    const folders: unknown = JSON.parse(fs.readFileSync(record(), "utf8"));
    if (!Array.isArray(folders)) return [];
    return folders.filter(
      (folder): folder is string => typeof folder === "string" && fs.existsSync(folder),
    );
  } catch {
    return [];
  }
}

/** Notes one more, so that it is found again in a place that Jupyter does not look into by itself. */
export function rememberKernel(folder: string): void {
  const folders = [...new Set([...rememberedKernels(), folder])];
  const temporary = `${record()}.${process.pid}.tmp`;
  try {
    fs.mkdirSync(path.dirname(record()), { recursive: true });
    fs.writeFileSync(temporary, `${JSON.stringify(folders, null, 2)}\n`, { flush: true });
    fs.renameSync(temporary, record());
  } catch {
    // A copy that nobody may write to finds what Jupyter finds.
    fs.rmSync(temporary, { force: true });
  }
}
