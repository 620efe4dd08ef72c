import { configureBackend } from "../core";
import type { Plan } from "./plan";

/**
 * Has TensorFlow run as a plan wants it: its threads, 2 where it names none, and what its trainings run on.
 * @throws InputError if TensorFlow is loaded already with another number of threads
 */
export function configureFor({ threads = 2, device }: Plan): void {
  configureBackend({ threads, device });
}
