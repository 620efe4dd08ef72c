/** Turns the bytes of each element round, in place: the way between big-endian and little-endian. */
export function swapByteOrder(bytes: Uint8Array, elementSize: number): void {
  if (elementSize < 2) return;
  const half = elementSize >> 1;
  for (let from = 0; from + elementSize <= bytes.length; from += elementSize) {
    for (let i = 0, j = elementSize - 1; i < half; i++, j--) {
      const held = bytes[from + i];
      bytes[from + i] = bytes[from + j];
      bytes[from + j] = held;
    }
  }
}

/** Widens IEEE 754 half floats, given as their 16 bits. */
export function halfToSingle(bits: Uint16Array): Float32Array {
  return Float32Array.from(bits, (value) => {
    const sign = value & 0x8000 ? -1 : 1;
    const exponent = (value >> 10) & 31;
    const fraction = value & 1023;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}

/** The order of elements that turns a column-major array (first index fastest) into a row-major one. */
export function columnMajorOrder(shape: readonly number[]): Int32Array {
  const count = shape.reduce((product, size) => product * size, 1);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((p, size) => p * size, 1));
  const order = new Int32Array(count);
  const index = new Array<number>(shape.length).fill(0);
  for (let i = 0, from = 0; i < count; i++) {
    order[i] = from;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return order;
}

/** The product of sizes, or Infinity if it is beyond exact counting. */
export function countElements(shape: readonly number[]): number {
  if (shape.includes(0)) return 0;
  const count = shape.reduce((product, size) => product * size, 1);
  return Number.isSafeInteger(count) ? count : Infinity;
}
