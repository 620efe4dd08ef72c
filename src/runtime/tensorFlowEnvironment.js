"use strict";

/**
 * Adds what TensorFlow must find in the environment when it loads; what the user has set stays.
 * @param {NodeJS.ProcessEnv} env changed in place
 * @returns {NodeJS.ProcessEnv}
 */
function tensorFlowEnvironment(env) {
  // Off by default on CPUs with AVX2 only, and worth a factor of two there.
  env.TF_ENABLE_ONEDNN_OPTS ??= "1";
  env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  // Keeps compiled kernels between steps: more memory, less time, the same bits.
  env.TF_MKL_OPTIMIZE_PRIMITIVE_MEMUSE ??= "0";
  // Of a GPU of NVIDIA no more memory than is needed.
  env.TF_FORCE_GPU_ALLOW_GROWTH ??= "true";
  return env;
}

module.exports = { tensorFlowEnvironment };
