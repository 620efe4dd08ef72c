import * as fs from "node:fs";

/** The end of a log. */
export function lastLines(file: string, count = 20): string {
  if (!fs.existsSync(file)) return "";
  return fs.readFileSync(file, "utf8").trimEnd().split("\n").slice(-count).join("\n");
}
