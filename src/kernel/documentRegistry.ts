import type * as typescript from "typescript";

/** Gives the parsed file of a version of a text; the same object for the same version. */
export type Parse = (
  file: string,
  text: typescript.IScriptSnapshot,
  version: string,
  options: typescript.ScriptTarget | typescript.CreateSourceFileOptions,
  kind?: typescript.ScriptKind,
) => typescript.SourceFile;

/** Gives the language service its parsed files; they are kept by who parses them. */
export function documentRegistry(
  parse: Parse,
  target: typescript.ScriptTarget,
): typescript.DocumentRegistry {
  const get: typescript.DocumentRegistry["acquireDocumentWithKey"] = (
    file,
    _path,
    _settings,
    _key,
    text,
    version,
    kind,
    options,
  ) => parse(file, text, version, options ?? target, kind);
  const getWithoutKey: typescript.DocumentRegistry["acquireDocument"] = (
    file,
    _settings,
    text,
    version,
    kind,
    options,
  ) => parse(file, text, version, options ?? target, kind);
  return {
    acquireDocument: getWithoutKey,
    acquireDocumentWithKey: get,
    updateDocument: getWithoutKey,
    updateDocumentWithKey: get,
    getKeyForCompilationSettings: () => "cells" as typescript.DocumentRegistryBucketKey,
    releaseDocument: () => undefined,
    releaseDocumentWithKey: () => undefined,
    reportStats: () => "",
  };
}
