import { configureBackend } from "../core";
import type { Plan } from "./plan";

/**
 * Has TensorFlow run as a plan wants it: its threads, 2 where it names none, its precision, and what its trainings run on.
 * @throws InputError if TensorFlow is loaded already with another number of threads or another precision, or neither the processor nor the device is fit for that
 */
export function configureFor({ threads = 2, device, precision }: Plan): void {
  configureBackend({ threads, device, precision });
}
