import { hasOwnKernels, runOwnKernel, type Tensor, type Tensor4D } from "../core";

/**
 * Runs a kernel of our own (`src/runtime/viewKernels.cc`, `fusedKernels.cc`) on images and what else it takes; undefined
 * where there are none of ours, so that TensorFlow's pieces have to do.
 */
export function onImages(
  name: string,
  images: Tensor4D,
  others: () => readonly Tensor[] = () => [],
  numbers: Readonly<Record<string, number>> = {},
): Tensor | undefined {
  if (!hasOwnKernels() || images.dtype !== "float32" || images.size === 0) return undefined;
  return runOwnKernel(name, numbers, [images, ...others()], 1)[0];
}
