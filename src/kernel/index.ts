export type { Comm, CommExtras, CommMessage, Comms } from "./comms";
export { hostSymbol, type KernelHost } from "./host";
export { InputError as KernelInputError } from "./inputError";
export {
  defaultKernelName,
  installKernel,
  type InstalledKernel,
  type InstallKernelOptions,
} from "./installKernel";
export type { KernelPlace } from "./kernelPlaces";
export { listKernels } from "./listKernels";
export { uninstallKernel } from "./uninstallKernel";
