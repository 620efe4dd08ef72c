import * as path from "node:path";
import type * as typescript from "@tslab/typescript-for-tslab";
import type { TypeScript } from "./tslab";
import { createTypeSources } from "./typeSources";

type Program = typescript.EmitAndSemanticDiagnosticsBuilderProgram;
type WatchHost = typescript.WatchCompilerHostOfFilesAndCompilerOptions<Program>;

/** The compiler's host, with the options and sources that the kernel wants instead of tslab's. */
export interface ProgramHost {
  /** Stands in for the compiler's function of that name. */
  readonly create: TypeScript["createWatchCompilerHost"];
  /** Does a little of what the first import of fewscope needs; false when all is done. */
  readonly warmUp: () => boolean;
}

/**
 * @param folder the notebook's folder
 * @param onProgram called for each new program before tslab sees it
 */
export function createProgramHost(
  ts: TypeScript,
  folder: string,
  packageRoot: string,
  onProgram: (program: Program) => void,
): ProgramHost {
  let warmUp = (): boolean => false;

  const create = (
    roots: string[],
    given: typescript.CompilerOptions,
    system: typescript.System,
  ): WatchHost => {
    const options: typescript.CompilerOptions = {
      ...given,
      // Finds what node finds: the `exports` of packages, and a package by its own name.
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      lib: ["lib.es2023.d.ts"],
      // Other installed types would only cost time at the start.
      types: ["node"],
      // Files above the notebook are welcome.
      rootDir: path.parse(folder).root,
      allowImportingTsExtensions: true,
      sourceMap: true,
      disableTopLevelAwait: false,
    };
    const patched = new WeakSet<typescript.CompilerHost>();
    const createProgram: typescript.CreateProgram<Program> = (names, settings, host, ...rest) => {
      if (host !== undefined && !patched.has(host)) {
        patched.add(host);
        sources.keepParsed(host);
      }
      return ts.createEmitAndSemanticDiagnosticsBuilderProgram(names, settings, host, ...rest);
    };
    const silent = (): void => undefined;
    const host = ts.createWatchCompilerHost(roots, options, system, createProgram, silent, silent);
    const sources = createTypeSources(ts, folder, packageRoot, options, host);
    warmUp = sources.warmUp;
    host.resolveModuleNameLiterals = sources.resolve;
    host.hasInvalidatedResolutions = () => false;
    return tellingOfPrograms(host, onProgram);
  };
  return {
    create: create as TypeScript["createWatchCompilerHost"],
    warmUp: () => warmUp(),
  };
}

/** tslab sets its own listener for new programs on the host; this one is called before it. */
function tellingOfPrograms(host: WatchHost, listener: (program: Program) => void): WatchHost {
  let tslabs: WatchHost["afterProgramCreate"];
  Object.defineProperty(host, "afterProgramCreate", {
    get: (): WatchHost["afterProgramCreate"] => (program) => {
      listener(program);
      tslabs?.(program);
    },
    set: (value: WatchHost["afterProgramCreate"]) => {
      tslabs = value;
    },
  });
  return host;
}
