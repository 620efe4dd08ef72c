export { ntXent, type NtXentOptions } from "./ntXent";
export { crossEntropy, type CrossEntropyOptions } from "./crossEntropy";
