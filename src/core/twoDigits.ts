/** A number with two digits that count, and all before the point: "1.3", "12", "123". */
export function twoDigits(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(2)));
}
