/** Room for so many 32-bit floats, every one of which the caller writes: large memory that need not be cleared first is there in half the time. */
export function floatsToFill(count: number): Float32Array {
  return new Float32Array(Buffer.allocUnsafeSlow(4 * count).buffer);
}
