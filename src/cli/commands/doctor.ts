import * as path from "node:path";
import type { Command } from "commander";
import { examples } from "../examples";

interface DoctorOptions {
  readonly json?: boolean;
  readonly fix?: boolean;
  readonly onnx?: boolean;
  readonly webgpu?: boolean;
}

/** Adds `doctor`: what is there, what is missing, and what to do. */
export function doctor(program: Command): void {
  program
    .command("doctor")
    .description("tell what is installed and what to do about what is not")
    .option("--json", "print JSON")
    .option("--fix", "set up what is missing")
    .option("--onnx", "with --fix: ONNX Runtime too, for pretrain.onnx")
    .option("--webgpu", "with --fix: WebGPU too, for trainings on a GPU of any maker")
    .addHelpText("after", examples("doctor --fix", "doctor --fix --onnx --webgpu"))
    .action(async (options: DoctorOptions) => {
      // The same code runs before anything is built, so it is plain JavaScript outside the compiled rooms.
      const file = path.join(__dirname, "..", "..", "..", "src", "runtime", "doctor.js");
      const { doctor: run } = (await import(file)) as {
        doctor: (options: DoctorOptions) => Promise<number>;
      };
      process.exitCode = await run(options);
    });
}
