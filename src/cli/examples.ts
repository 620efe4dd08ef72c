/** Lines for the end of a command's help, each as it is typed behind `fewscope`. */
export function examples(...lines: readonly string[]): string {
  const title = lines.length === 1 ? "Example" : "Examples";
  return `\n${title}:\n${lines.map((line) => `  fewscope ${line}`).join("\n")}`;
}
