import { syncBuiltinESMExports } from "node:module";

type Method = (this: unknown, ...given: unknown[]) => unknown;

/**
 * Lets whatever is about to write past the cell's own output, a child or `fs.writeSync(1)`, first wait until `settle` returns.
 * Both outputs go two ways, so that on a busy machine the later one would otherwise be shown first now and then.
 */
export function guardWriters(settle: () => void): void {
  // The modules themselves: their functions can be replaced, those of an imported copy cannot.
  const [children, files] = ["node:child_process", "node:fs"].map(
    (name) => process.getBuiltinModule(name) as Record<string, unknown>,
  ) as [Record<string, unknown>, Record<string, unknown>];
  for (const name of ["spawnSync", "execSync", "execFileSync"]) guard(children, name, settle);
  // All that do not wait for their child go through it.
  const { prototype } = children["ChildProcess"] as { prototype: Record<string, unknown> };
  guard(prototype, "spawn", settle);
  guard(files, "writeSync", (descriptor) => {
    if (descriptor === 1 || descriptor === 2) settle();
  });
  syncBuiltinESMExports();
}

function guard(
  holder: Record<string, unknown>,
  name: string,
  first: (given: unknown) => void,
): void {
  const method = holder[name] as Method;
  const guarded: Method = function (...given) {
    first(given[0]);
    return method.apply(this, given);
  };
  Object.defineProperty(guarded, "name", { value: name });
  holder[name] = guarded;
}
