/** Cosine of the angle between two vectors, 0 where one of them is zero. */
export function cosineSimilarity(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let lengthA = 0;
  let lengthB = 0;
  for (let j = 0; j < a.length; j++) {
    dot += a[j] * b[j];
    lengthA += a[j] * a[j];
    lengthB += b[j] * b[j];
  }
  // A zero vector points nowhere: no similarity with anything.
  return lengthA === 0 || lengthB === 0 ? 0 : dot / Math.sqrt(lengthA * lengthB);
}
