import type { EncoderSpec } from "../nets";

/** Small enough to train in minutes on two cores, large enough to gain from unlabelled images. */
export const defaultEncoder: EncoderSpec = { resnet: { depth: 10, width: 8 } };
