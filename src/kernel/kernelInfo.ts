import * as fs from "node:fs";
import * as path from "node:path";
import { typescriptVersion } from "./tslab";
import { protocolVersion } from "./wire";

/**
 * What the kernel says of itself.
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#kernel-info
 */
export function kernelInfo(packageRoot: string): object {
  const manifest = fs.readFileSync(path.join(packageRoot, "package.json"), "utf8");
  const { version } = JSON.parse(manifest) as { version: string };
  const typescript = typescriptVersion();
  return {
    status: "ok",
    protocol_version: protocolVersion,
    implementation: "fewscope",
    implementation_version: version,
    banner: `fewscope ${version}: TypeScript ${typescript} on Node.js ${process.version}`,
    language_info: {
      name: "typescript",
      version: typescript,
      mimetype: "text/typescript",
      file_extension: ".ts",
      pygments_lexer: "typescript",
      // The classic notebook highlights by name, JupyterLab by mode.
      codemirror_mode: { name: "javascript", mode: "typescript", typescript: true },
    },
    help_links: [],
  };
}
