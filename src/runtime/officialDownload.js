"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { execute } = require("./execute.js");
const { modulesFolder, tfjsNodeFolder } = require("./places.js");
const { wantedKind } = require("./platformWheel.js");
const { say } = require("./say.js");

const probeMilliseconds = 2_000;
const limitSeconds = 300;
/** The smallest library is larger; an error page is smaller. */
const smallestBytes = 10_000_000;

/**
 * Lets tfjs-node's own install script fetch library and binding, if its server answers at once and has them.
 * @returns {Promise<boolean>} whether the script went to its end; what it fetched is still to be tried
 */
async function installOfficial() {
  const address = officialAddress();
  if (address === undefined || wantedKind() !== undefined) return false;
  if (!(await answers(address))) {
    say("the official download of native TensorFlow does not answer; taking the Python package");
    return false;
  }
  say("native TensorFlow: the official download answers; fetching it");
  const description = path.join(tfjsNodeFolder, "package.json");
  const before = fs.readFileSync(description);
  // "download": whatever an earlier, killed run has left is removed first.
  const bin = path.join(modulesFolder, ".bin");
  const result = await execute(process.execPath, ["scripts/install.js", "cpu", "download"], {
    cwd: tfjsNodeFolder,
    env: { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ""}` },
    timeoutSeconds: limitSeconds,
  });
  // The script writes into it, and leaves that there when it fails.
  if (!fs.readFileSync(description).equals(before)) fs.writeFileSync(description, before);
  if (result.ok) return true;
  say("the official download of native TensorFlow failed; taking the Python package");
  fs.rmSync(path.join(tfjsNodeFolder, "deps"), { recursive: true, force: true });
  return false;
}

/**
 * The address that the install script of tfjs-node would use on this platform, where it has both library and binding.
 * @param {NodeJS.ProcessEnv} [env]
 * @param {string} [platform]
 * @param {string} [arch]
 * @returns {string | undefined}
 */
function officialAddress(env = process.env, platform = process.platform, arch = process.arch) {
  if (arch !== "x64" || (platform !== "linux" && platform !== "darwin")) return undefined;
  const { binary } = require(path.join(tfjsNodeFolder, "package.json"));
  const { LIBTENSORFLOW_VERSION: version } = require(
    path.join(tfjsNodeFolder, "scripts", "deps-constants.js"),
  );
  const host = env.TFJS_NODE_CDN_STORAGE ?? env.CDN_STORAGE ?? `${new URL(binary.host).origin}/`;
  const base = env.TFJS_NODE_BASE_URI ?? `${host}tensorflow/libtensorflow/libtensorflow-`;
  return `${base}cpu-${platform}-x86_64-${version}.tar.gz`;
}

/**
 * Whether a server offers a large file and says so within two seconds.
 * @param {string} address
 * @returns {Promise<boolean>}
 */
async function answers(address) {
  try {
    const response = await fetch(address, {
      method: "HEAD",
      signal: AbortSignal.timeout(probeMilliseconds),
    });
    return response.ok && Number(response.headers.get("content-length")) >= smallestBytes;
  } catch {
    return false;
  }
}

module.exports = { installOfficial, officialAddress, answers };
