import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { BuildOptions, Metafile } from "esbuild";
import { cacheFolder, dawnVersion, InputError } from "../../../src/core";
import { projectFolder } from "../../sourceImports";

const bundleLimit = 64 * 2 ** 20;

/** How an archive is made. */
export interface BundleOptions {
  /** Bytes it may have. @default 64 MiB */
  readonly limit?: number;
  /** How long it is packed, 0 to 9. @default 9 */
  readonly effort?: number;
}

/** The folder in the archive. */
const top = "fewscope-card";

/** Stands for native TensorFlow, which is far too large to be carried: TensorFlow in JavaScript, with the same functions. */
const standIn = `// In the place of native TensorFlow, which is too large to be carried.
module.exports = require("@tensorflow/tfjs");
`;

/**
 * Makes the archive, whole or not at all.
 * @returns a sentence about it
 * @throws InputError if it cannot be made on this machine, or is larger than the limit
 */
export async function makeBundle(
  file: string,
  commit: string,
  { limit = bundleLimit, effort = 9 }: BundleOptions = {},
): Promise<string> {
  if (!file.endsWith(".tar.xz"))
    throw new InputError({
      got: `--bundle ${path.basename(file)}`,
      expected: "a name that ends in .tar.xz",
      todo: "Change --bundle.",
    });
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-card-"));
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    const { loader } = await makeBundleFolder(path.join(folder, top), commit);
    const archive = path.join(folder, "archive.tar");
    // Nobody's name, and the same bytes for the same files.
    tool("tar", ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mtime=@0", "-C", folder, "-cf", archive, top]); // prettier-ignore
    tool("xz", [`-${effort}`, archive]);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.copyFileSync(`${archive}.xz`, temporary);
    const { size } = fs.statSync(temporary);
    const mebibytes = (size / 2 ** 20).toFixed(1);
    if (size > limit)
      throw new InputError({
        got: `an archive of ${mebibytes} MiB`,
        expected: `at most ${limit / 2 ** 20} MiB`,
        todo: "Install `strip` (binutils), or make it with a smaller Node.",
      });
    const handle = fs.openSync(temporary, "r+");
    fs.fsyncSync(handle);
    fs.closeSync(handle);
    fs.renameSync(temporary, file);
    return `${path.basename(file)}: ${mebibytes} MiB, with Node ${process.version}, Dawn ${dawnVersion} and ${loader ? "a" : "NO"} loader of Vulkan. Unpack it and run: sh ${top}/card.sh`;
  } finally {
    fs.rmSync(temporary, { force: true });
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Puts all that is carried into a folder.
 * @returns whether a loader of Vulkan was found to go along
 * @throws InputError if it cannot be made on this machine
 */
export async function makeBundleFolder(
  folder: string,
  commit: string,
): Promise<{ readonly loader: boolean }> {
  checkMachine();
  const write = (name: string, content: string): void => {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), content);
  };
  const copy = (from: string, name: string): void => {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.copyFileSync(from, path.join(folder, name));
  };
  // Ours, and TensorFlow in JavaScript: the very files that are loaded.
  const own = await bundled({
    entryPoints: { card: "test/bench/card.ts", work: "test/bench/card/work.ts" },
    outdir: folder,
    // The last two are for a checkout alone.
    external: ["@tensorflow/*", "../speed/peersEnvironment.js", "./card/bundle.js"],
  });
  const tensorFlow = await bundled({
    stdin: { contents: 'require("@tensorflow/tfjs")', resolveDir: projectFolder },
    write: false,
  });
  for (const name of packageFiles(tensorFlow)) copy(path.join(projectFolder, name), name);
  for (const name of licencesOf(own)) copy(path.join(projectFolder, name), name.replace("node_modules", "licences")); // prettier-ignore
  write("node_modules/@tensorflow/tfjs-node/index.js", standIn);
  write("about.json", `${JSON.stringify({ commit, node: process.version, dawn: dawnVersion })}\n`);
  for (const name of ["card.py", "network.py"])
    copy(path.join(__dirname, "..", "peers", name), `peers/${name}`);
  copy(path.join(__dirname, "card.sh"), "card.sh");
  for (const name of webGpuFiles()) copy(path.join(cacheFolder(), name), path.join("cache", name));
  copy(process.execPath, "bin/node");
  fs.chmodSync(path.join(folder, "bin", "node"), 0o755);
  // Where there is no strip it is larger, and the archive's size is looked at anyway.
  spawnSync("strip", [path.join(folder, "bin", "node")]);
  const licence = path.join(path.dirname(process.execPath), "..", "LICENSE");
  if (fs.existsSync(licence)) copy(licence, "licences/node/LICENSE");
  const loader = vulkanLoader();
  if (loader !== undefined) copy(loader, "lib/libvulkan.so.1");
  checkPaths(folder);
  return { loader: loader !== undefined };
}

/** @throws InputError if what is carried is not there, or would not run elsewhere */
function checkMachine(): void {
  const { platform, arch } = process;
  if (platform !== "linux" || arch !== "x64")
    throw new InputError({
      got: `--bundle on ${platform} ${arch}`,
      expected:
        "Linux on x64, which the archive is for, since it carries the programs of the machine it is made on",
      todo: "Make it on such a machine.",
    });
  const variables = process.config.variables as unknown as Readonly<Record<string, unknown>>;
  if (variables["node_shared"] === true)
    throw new InputError({
      got: "--bundle with a Node whose libraries lie beside it",
      expected: "one that is a single file, as nodejs.org gives it",
      todo: "Make the archive with such a Node.",
    });
  if (!fs.existsSync(path.join(cacheFolder(), `webgpu-${dawnVersion}`)))
    throw new InputError({
      got: "--bundle in a fewscope without WebGPU",
      expected: "to find it in the cache, from which it is carried",
      todo: "Run `npm run -s fewscope -- setup --webgpu` once.",
    });
  for (const name of ["tar", "xz"]) {
    if (spawnSync(name, ["--version"]).status === 0) continue;
    throw new InputError({
      got: `--bundle on a machine without ${name}`,
      expected: "tar and xz, which pack it",
      todo: `Install ${name} (Debian, Ubuntu: apt install ${name === "xz" ? "xz-utils" : name}).`,
    });
  }
}

/** Brings sources and what they load together in files that run on their own. @returns what went in */
async function bundled(options: BuildOptions): Promise<Metafile> {
  const { build } = await import("esbuild");
  const { metafile } = await build({
    ...options,
    absWorkingDir: projectFolder,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    metafile: true,
    logLevel: "silent",
  });
  if (metafile === undefined) throw new Error("esbuild tells nothing of what it made");
  return metafile;
}

/** Files of packages, with each package's description and licence. */
function packageFiles({ inputs }: Metafile): readonly string[] {
  const files = Object.keys(inputs).filter((name) => name.startsWith("node_modules/"));
  const about = packagesOf(files).flatMap((folder) =>
    ["package.json", ...licenceNames(folder)].map((name) => `${folder}/${name}`),
  );
  return [...new Set([...files, ...about])];
}

/** Licences of packages whose code has gone into our own files. */
function licencesOf({ inputs }: Metafile): readonly string[] {
  const files = Object.keys(inputs).filter((name) => name.startsWith("node_modules/"));
  return packagesOf(files).flatMap((folder) =>
    licenceNames(folder).map((name) => `${folder}/${name}`),
  );
}

/** The packages that files belong to, by folder. */
function packagesOf(files: readonly string[]): readonly string[] {
  const last = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;
  return [...new Set(files.flatMap((name) => last.exec(name)?.[1] ?? []))];
}

const licenceNames = (folder: string): readonly string[] =>
  fs.readdirSync(path.join(projectFolder, folder)).filter((name) => /^licen[cs]e/i.test(name));

/** What is loaded of the cache's WebGPU; npm's own records of where it came from stay here. */
function webGpuFiles(): readonly string[] {
  const modules = path.join(`webgpu-${dawnVersion}`, "node_modules");
  const backend = path.join(modules, "@tensorflow", "tfjs-backend-webgpu");
  const dawn = path.join(modules, "webgpu");
  return [
    path.join(backend, "package.json"),
    path.join(backend, "dist", "tf-backend-webgpu.node.js"),
    path.join(dawn, "package.json"),
    path.join(dawn, "LICENSE.md"),
    path.join(dawn, "dist", "linux-x64", "dawn.node"),
  ];
}

/** The loader of Vulkan of this machine, if it has one. */
function vulkanLoader(): string | undefined {
  const told = spawnSync("ldconfig", ["-p"], { encoding: "utf8", env: { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/sbin:/usr/sbin` } }); // prettier-ignore
  const listed = /libvulkan\.so\.1 .*x86-64.*=> (.*)$/m.exec(told.stdout ?? "")?.[1];
  const named = (process.env["LD_LIBRARY_PATH"] ?? "").split(path.delimiter).filter(Boolean);
  const all = [...named.map((folder) => path.join(folder, "libvulkan.so.1")), listed];
  return all.find((file) => file !== undefined && fs.existsSync(file));
}

/** @throws Error if a file names where this project or this user's files lie */
function checkPaths(folder: string): void {
  const files = fs.readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => path.join(folder, name)); // prettier-ignore
  for (const file of files.filter((name) => fs.statSync(name).isFile())) {
    const content = fs.readFileSync(file);
    const own = /\.(?:js|json|py|sh)$/.test(file) ? [projectFolder, `${os.homedir()}/`] : [projectFolder]; // prettier-ignore
    const found = own.find((name) => content.includes(name));
    if (found !== undefined) throw new Error(`${path.relative(folder, file)} names ${found}`);
  }
}

/** Runs a tool of the machine. @throws Error with what it complained of, if it failed */
function tool(name: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(name, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${name}: ${stderr.trim()}`);
}
