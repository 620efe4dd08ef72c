import * as fs from "node:fs";
import * as path from "node:path";
import { protocolVersion } from "./wire";

/**
 * What the kernel says of itself.
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#kernel-info
 */
export function kernelInfo(packageRoot: string): object {
  const version = versionIn(path.join(packageRoot, "package.json"));
  const typescript = versionIn(require.resolve("typescript/package.json"));
  return {
    status: "ok",
    protocol_version: protocolVersion,
    implementation: "fewscope",
    implementation_version: version,
    banner: `fewscope ${version}: TypeScript ${typescript} on Node.js ${process.version}`,
    debugger: false,
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

function versionIn(manifest: string): string {
  const { version } = JSON.parse(fs.readFileSync(manifest, "utf8")) as { version: string };
  return version;
}
