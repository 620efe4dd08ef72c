import type { Command } from "commander";
import { InputError } from "../../core";
import {
  defaultKernelName,
  installKernel,
  KernelInputError,
  listKernels,
  uninstallKernel,
  type KernelPlace,
} from "../../kernel";
import { examples } from "../examples";

/** What `--prefix`, `--sys-prefix`, `--user` and `--name` give. */
interface PlaceOptions extends KernelPlace {
  readonly name?: string;
}

/** Adds `kernel install`, `kernel list` and `kernel uninstall`: the Jupyter kernel of this copy of fewscope. */
export function kernel(program: Command): void {
  const group = program.command("kernel").description("the Jupyter kernel for notebooks");
  const add = (name: string, description: string): Command =>
    group
      .command(name)
      .description(description)
      .addHelpText("after", examples(`kernel ${name}`, `kernel ${name} --sys-prefix python3`))
      .option("--prefix <folder>", "root of an environment, for example .venv")
      .option("--sys-prefix [python]", "the environment of a Python; python3 unless given")
      .option("--user", "your own Jupyter folder, which is what counts without any of these");
  const named = (command: Command): Command =>
    command.option("--name <name>", "the kernel's name", defaultKernelName);

  named(add("install", "let Jupyter find this copy of fewscope")).action((options: PlaceOptions) =>
    mendable(() => {
      const { displayName, folder } = installKernel(options);
      console.log(`Installed the kernel "${displayName}" in ${folder}`);
    }),
  );
  add("list", "tell which kernels of fewscope Jupyter finds")
    .option("--json", "print JSON")
    .action(({ json, ...place }: PlaceOptions & { readonly json?: boolean }) =>
      mendable(() => console.log(listed(place, json === true))),
    );
  named(add("uninstall", "take a kernel of fewscope away again")).action((options: PlaceOptions) =>
    mendable(() => console.log(`Removed ${uninstallKernel(options)}`)),
  );
}

function listed(place: KernelPlace, asJson: boolean): string {
  const kernels = listKernels(place);
  if (asJson) return JSON.stringify(kernels, undefined, 2);
  if (kernels.length === 0)
    return "No kernel of fewscope is installed; `kernel install` makes one.";
  return kernels
    .map(({ name, folder, works }) => {
      const advice = works ? "" : "  (its fewscope is gone: install it again, or uninstall it)";
      return `${name}  ${folder}${advice}`;
    })
    .join("\n");
}

/** The kernel stands alone and has its own error for a user's mistakes; the command line knows the one of `core`. */
function mendable(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof KernelInputError)) throw error;
    const { got, expected, todo } = error;
    throw new InputError({ got, expected, todo }, { cause: error });
  }
}
